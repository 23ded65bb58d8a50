"""efficientnet_lite: shapes and parameter counts by hand and as published."""

import keras
import numpy as np
import pytest

import zoo
from train.data.imagenet import torch_name


def test_the_grid_of_regions():
    model = zoo.build("efficientnet_lite0", classes=3)
    assert model.output["regions"].shape == (None, 7, 7, 1280)
    assert model.output["logits"].shape == (None, 3)


@pytest.mark.parametrize(("name", "millions"), [("lite0", 4.65), ("lite1", 5.42), ("lite2", 6.09)])
def test_parameters_as_published(name, millions):
    """Trainable ones, in the table of the authors' repository (4.7, 5.4 and 6.1 million)."""
    model = zoo.build(f"efficientnet_{name}")
    trainable = sum(np.prod(w.shape) for w in model.trainable_weights)
    assert round(trainable / 1e6, 2) == millions


def test_an_inverted_bottleneck_by_hand():
    from zoo.families.efficientnet_lite import bottleneck

    x = keras.Input((8, 8, 16))
    model = keras.Model(x, bottleneck(x, 5, 1, 6, 16, "b"))
    assert model.output.shape == x.shape
    convolutions = 16 * 96 + 25 * 96 + 96 * 16
    assert model.count_params() == convolutions + 4 * (96 + 96 + 16)
    assert any(isinstance(layer, keras.layers.Add) for layer in model.layers)


def test_every_weight_has_a_name_in_the_file():
    weights = zoo.build("efficientnet_lite0").weights
    names = {torch_name(*w.path.split("/")) for w in weights}
    assert len(names) == len(weights)
    assert {"_conv_stem.weight", "_blocks.15._bn2.running_var", "_fc.bias", "_bn1.weight",
            "_blocks.0._depthwise_conv.weight"} <= names  # fmt: skip
