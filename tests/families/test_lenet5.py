"""LeNet-5: the paper's counts, and its layers' numbers worked by hand."""

import numpy as np
import pytest
from keras import layers

import zoo
from tests.checks import check_layer, every
from zoo.families import lenet5
from zoo.families.lenet5 import TABLE_I, BitmapRBF, Subsampling, TableConv2D, scaled_tanh

RNG = np.random.default_rng(0)
LAYERS = {
    Subsampling: (Subsampling, RNG.normal(size=(2, 6, 4, 3))),
    TableConv2D: (lambda: TableConv2D("XX.\n.XX", kernel=3), RNG.normal(size=(2, 6, 5, 2))),
    BitmapRBF: (lambda: BitmapRBF(dtype="float32"), RNG.normal(size=(2, 84))),
}


def test_every_layer_of_the_family_is_checked():
    assert set(LAYERS) == set(every(layers.Layer, lenet5))


@pytest.mark.parametrize("layer", LAYERS)
def test_layer_contract(layer, seeded):
    make, x = LAYERS[layer]
    check_layer(make, x.astype("float32"))


def test_a_10x10_picture_under_a_3x3_kernel_gives_8x8():
    x = np.zeros((1, 10, 10, 1), "float32")
    x[0, :, 5] = 1.0  # a vertical line
    edge = np.float32([[-1, 0, 1]] * 3)[:, :, None, None]
    convolution = layers.Conv2D(1, 3)
    convolution.build(x.shape)
    convolution.set_weights([edge, np.zeros(1, "float32")])
    y = np.array(convolution(x))[0, ..., 0]
    assert y.shape == (8, 8)
    # the kernel's right column meets the line at column 3, its left one at column 5
    np.testing.assert_array_equal(y, [[0, 0, 0, 3, 0, -3, 0, 0]] * 8)


X = np.float32([[1, 2, 5, 0], [3, 6, 1, 2], [0, 0, 9, 7], [4, 0, 8, 8]])[None, ..., None]


@pytest.mark.parametrize(
    ("layer", "expected"),
    [
        (layers.MaxPooling2D(2), [[6, 5], [4, 9]]),
        (layers.AveragePooling2D(2), [[3, 2], [1, 8]]),
        (Subsampling(), [[3, 2], [1, 8]]),  # starts as the mean
    ],
)
def test_pooling_by_hand(layer, expected):
    np.testing.assert_allclose(np.array(layer(X))[0, ..., 0], expected, rtol=1e-6)


def test_subsampling_is_weight_times_sum_plus_bias():
    layer = Subsampling()
    layer.build(X.shape)
    layer.set_weights([np.float32([0.5]), np.float32([-1])])
    # sums of the four quarters: 12, 8, 4, 32
    np.testing.assert_allclose(np.array(layer(X))[0, ..., 0], [[5, 3], [1, 15]], rtol=1e-6)


def test_table_convolution_sees_only_its_inputs():
    layer = TableConv2D("X.\n.X", kernel=2)  # map 0 sees input 0, map 1 sees input 1
    x = np.zeros((1, 3, 3, 2), "float32")
    x[0, ..., 1] = np.arange(9).reshape(3, 3)
    layer.build(x.shape)
    layer.set_weights([np.ones(8, "float32"), np.float32([0.5, 0])])
    y = np.array(layer(x))[0]
    np.testing.assert_allclose(y[..., 0], [[0.5, 0.5], [0.5, 0.5]])  # bias alone
    np.testing.assert_allclose(y[..., 1], [[8, 12], [20, 24]])  # 0+1+3+4, 1+2+4+5, …


def test_table_one_of_the_paper():
    table = np.array([[c == "X" for c in row] for row in TABLE_I.split()])
    # the first six maps see 3 inputs each, the next nine 4, the last all 6
    np.testing.assert_array_equal(table.sum(0), [3] * 6 + [4] * 9 + [6])


def test_parameters_are_those_of_the_paper():
    model = zoo.build("lenet5_1998")
    counts = {layer.name: sum(w.numpy().size for w in layer.trainable_weights)
              for layer in model.layers}  # fmt: skip
    expected = {"c1": 156, "s2": 12, "c3": 1516, "s4": 32, "c5": 48120, "f6": 10164}
    assert {name: counts[name] for name in expected} == expected
    assert sum(counts.values()) == 60_000


def test_shapes_are_those_of_the_paper():
    shapes = {layer.name: layer.output.shape[1:] for layer in zoo.build("lenet5_1998").layers}
    assert shapes["c1"] == (28, 28, 6)
    assert shapes["s2"] == (14, 14, 6)
    assert shapes["c3"] == (10, 10, 16)
    assert shapes["s4"] == (5, 5, 16)
    assert shapes["c5"] == (120,)
    assert shapes["f6"] == (84,)


def test_rbf_is_zero_at_its_own_bitmap_and_largest_there():
    layer = BitmapRBF()
    layer.build((None, 84))
    logits = np.array(layer(layer.w))
    np.testing.assert_array_equal(np.diag(logits), 0)
    assert (logits[~np.eye(10, dtype=bool)] <= -12).all()  # any two differ in 3 pixels or more
    assert np.unique(np.array(layer.w)).tolist() == [-1, 1]


def test_scaled_tanh_maps_one_to_one():
    np.testing.assert_allclose(scaled_tanh(np.float32([-1, 0, 1])), [-1, 0, 1], atol=1e-4)


@pytest.mark.parametrize(
    ("sizes", "message"),
    [
        ({"pooling": "min"}, "unknown pooling 'min' of lenet5: choose from max, average"),
        ({"output": "rbf", "classes": 7}, "bitmaps of ten digits: classes=10, not 7"),
    ],
)
def test_a_wrong_size_is_named(sizes, message):
    with pytest.raises(ValueError, match=message):
        zoo.build("lenet5", **sizes)


@pytest.mark.parametrize("pooling", ["max", "average", "trainable"])
def test_every_pooling_builds(pooling):
    assert zoo.build("lenet5", pooling=pooling).get_layer("s4").output.shape == (None, 5, 5, 16)
