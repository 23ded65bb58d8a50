"""digit_cnn: shapes and parameter count by hand."""

import numpy as np

import zoo


def test_shapes_shrink_as_drawn():
    shapes = {layer.name: layer.output.shape[1:3] for layer in zoo.build("digit_cnn").layers}
    for name, side in {"conv1": 28, "pool1": 14, "conv4": 14, "pool2": 7, "conv6": 5}.items():
        assert shapes[name] == (side, side)
    assert shapes["conv7"] == (3, 3)


def test_parameters_by_hand():
    model = zoo.build("digit_cnn", classes=5, widths=(2, 3, 4))
    convolutions = 25 * 2 + 9 * (2 * 3 + 3 * 3 + 3 * 3) + 9 * (3 * 4 + 4 * 4 + 4 * 4)
    norms = 2 * (2 + 3 * 3 + 3 * 4)  # gamma and beta
    head = 9 * 4 * 5 + 5
    assert sum(w.numpy().size for w in model.trainable_weights) == convolutions + norms + head


def test_where_a_stroke_ends_counts():
    """Head and last convolutions see places: a moved picture gives other logits."""
    x = np.zeros((1, 28, 28, 1), "float32")
    x[0, 10:18, 12:16] = 1
    model = zoo.build("digit_cnn")
    apart = np.abs(model({"image": x})["logits"] - model({"image": np.roll(x, 4, 2)})["logits"])
    assert apart.max() > 1e-4
