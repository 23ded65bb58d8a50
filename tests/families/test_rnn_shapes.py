"""The shapes of recurrent networks: sizes, and which output has seen which input."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import zoo
from zoo.families.rnn_shapes import CELLS

SIZES = {"inputs": 3, "outputs": 2, "units": 4}
TIME, STEPS = 4, 3
# name -> (sizes, shape of x without the batch, shape of y without it, who sees whom)
SHAPES = {
    "one_to_one": ({}, (3,), (2,), [[1]]),
    "one_to_many": ({"steps": STEPS}, (3,), (STEPS, 2), [[1], [1], [1]]),
    "many_to_one": ({}, (TIME, 3), (2,), [[1, 1, 1, 1]]),
    "many_to_many": (
        {}, (TIME, 3), (TIME, 2), [[1, 0, 0, 0], [1, 1, 0, 0], [1, 1, 1, 0], [1, 1, 1, 1]],
    ),
    "many_to_many_delayed": ({"steps": STEPS}, (TIME, 3), (STEPS, 2), [[1, 1, 1, 1]] * STEPS),
}  # fmt: skip


def built(name, cell="elman", **sizes):
    return zoo.build(name, **SIZES, **SHAPES[name][0], cell=cell, **sizes)


def inputs_of(name, batch=1):
    return np.random.default_rng(0).normal(size=(batch, *SHAPES[name][1])).astype("float32")


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("name", SHAPES)
def test_shapes(name, cell, seeded):
    y = built(name, cell)({"x": inputs_of(name, batch=5)})["y"]
    assert y.shape == (5, *SHAPES[name][2])


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("name", SHAPES)
def test_which_output_has_seen_which_input(name, cell, training, seeded):
    """By gradients: rows are the steps of y, columns those of x."""
    model, x = built(name, cell), tf.constant(inputs_of(name))
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = tf.reshape(model({"x": x}, training=training)["y"], (-1, 2))
        outputs = [tf.reduce_sum(step) for step in tf.unstack(y)]
    slopes = [np.reshape(tape.gradient(output, x), (-1, 3)) for output in outputs]
    seen = [[int(np.abs(step).max() > 0) for step in row] for row in slopes]
    assert seen == SHAPES[name][3]


@pytest.mark.parametrize("cell", CELLS)
def test_the_shapes_are_one_network_unfolded_further(cell, seeded):
    """With the same weights, each is a part of many_to_many on inputs followed by zeros."""
    x = inputs_of("many_to_many", batch=2)
    whole = built("many_to_many", cell)
    silence = np.zeros((2, STEPS - 1, 3), "float32")

    def other(name, x):
        model = built(name, cell)
        for layer in ("hidden", "y"):
            model.get_layer(layer).set_weights(whole.get_layer(layer).get_weights())
        return model({"x": x})["y"]

    def reference(x):
        return np.array(whole({"x": x})["y"])

    first = reference(np.concatenate([x[:, :1], silence], 1))
    read = reference(np.concatenate([x, silence], 1))
    close = {"rtol": 1e-5, "atol": 1e-6}
    np.testing.assert_allclose(other("one_to_one", x[:, 0]), first[:, 0], **close)
    np.testing.assert_allclose(other("one_to_many", x[:, 0]), first, **close)
    np.testing.assert_allclose(other("many_to_one", x), read[:, TIME - 1], **close)
    np.testing.assert_allclose(other("many_to_many_delayed", x), read[:, -STEPS:], **close)


@pytest.mark.parametrize("name", SHAPES)
def test_the_cell_is_ours_with_the_activation_that_is_asked_for(name):
    hidden = built(name, activation="sigmoid").get_layer("hidden")
    assert type(hidden).__module__ == "zoo.families.elman"
    assert hidden.activation == "sigmoid"
    assert built(name).get_layer("hidden").activation == "tanh"
    assert type(built(name, "lstm").get_layer("hidden")).__module__ == "zoo.families.lstm_lm"


def test_parameters_by_hand():
    recurrent = 3 * 4 + 4 * 4 + 4
    assert built("many_to_one").count_params() == recurrent + 4 * 2 + 2
    assert built("many_to_one", "lstm").count_params() == 4 * recurrent + 4 * 2 + 2
    one = built("one_to_one")
    assert sum(keras.ops.size(w) for w in one.trainable_weights) == 3 * 4 + 4 + 4 * 2 + 2


def test_wrong_sizes_are_named():
    with pytest.raises(ValueError, match="unknown cell 'lstn': did you mean lstm"):
        zoo.build("many_to_one", cell="lstn")
    with pytest.raises(ValueError, match="activation='sigmoid' with cell='gru': a gated cell"):
        zoo.build("many_to_one", cell="gru", activation="sigmoid")
    with pytest.raises(ValueError, match="activation='relu': choose sigmoid or tanh"):
        zoo.build("many_to_one", activation="relu")
    with pytest.raises(ValueError, match="steps=0: choose 1 or more outputs"):
        zoo.build("one_to_many", steps=0)
