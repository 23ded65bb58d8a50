"""Activations and losses: their derivatives in closed form against automatic differentiation."""

import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from tests.checks import check_layer, every
from zoo import activations, losses
from zoo.activations import FUNCTIONS, NAMES, SLOPES, Maxout, NoisyReLU

X = np.float32([-30, -2, -0.5, -1e-3, 0, 1e-3, 0.5, 2, 30])
NORMAL = np.random.default_rng(0).normal(size=(6, 4)).astype("float32")


def differentiated(function, x):
    x = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = function(x)
    return tape.gradient(y, x, unconnected_gradients="zero")


def test_every_function_has_its_slope():
    assert FUNCTIONS.keys() == SLOPES.keys()


@pytest.mark.parametrize("name", FUNCTIONS)
def test_slope_is_the_automatic_one(name):
    got = SLOPES[name](tf.constant(X))
    np.testing.assert_allclose(got, differentiated(FUNCTIONS[name], X), rtol=1e-4, atol=1e-6)


VALUES = {
    "logistic": [0.377540669, 0.5, 0.622459331],
    "tanh": [-0.462117157, 0, 0.462117157],
    "relu": [0, 0, 0.5],
    "softplus": [0.474076984, np.log(2), 0.974076984],
    "leaky_relu": [-0.005, 0, 0.5],
    "elu": [np.exp(-0.5) - 1, 0, 0.5],
    "sign": [-1, 1, 1],
    "linear": [-0.5, 0, 0.5],
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_values_by_hand(name):
    got = FUNCTIONS[name](tf.constant([-0.5, 0.0, 0.5]))
    np.testing.assert_allclose(got, VALUES[name], rtol=1e-5, atol=1e-7)


def test_noisy_relu_slope_is_the_automatic_one():
    e = np.random.default_rng(1).normal(size=X.shape).astype("float32")
    got = activations.noisy_relu_slope(tf.constant(X), e)
    expected = differentiated(lambda x: activations.noisy_relu(x, e), X)
    np.testing.assert_allclose(got, expected, rtol=1e-4, atol=1e-6)


def test_the_noise_has_variance_sigma(seeded):
    x = np.float32([3.0])  # far above zero, where nothing is cut
    noisy = NoisyReLU(seed=1)(np.repeat(x, 40_000), training=True) - x
    assert np.mean(noisy) == pytest.approx(0, abs=0.02)
    assert np.var(noisy) == pytest.approx(1 / (1 + np.exp(-3)), rel=0.03)
    np.testing.assert_array_equal(NoisyReLU()(X), np.maximum(X, 0))


def test_maxout_by_hand():
    x = tf.constant([[1.0, 3.0, -2.0, -1.0]])
    assert activations.maxout(x, 2).numpy().tolist() == [[3, -1]]
    assert activations.maxout_slope(x, 2).numpy().tolist() == [[0, 1, 0, 1]]
    assert activations.maxout(x, 4).numpy().tolist() == [[3]]


@pytest.mark.parametrize("pieces", [1, 2, 4])
def test_maxout_slope_is_the_automatic_one(pieces):
    got = activations.maxout_slope(tf.constant(NORMAL), pieces)
    expected = differentiated(lambda x: activations.maxout(x, pieces), NORMAL)
    np.testing.assert_allclose(got, expected)


def test_every_layer_is_checked():
    assert {NoisyReLU, Maxout} == set(every(layers.Layer, activations))


@pytest.mark.parametrize("make", [NoisyReLU, Maxout])
def test_layer_contract(make, seeded):
    check_layer(make, NORMAL)


@pytest.mark.parametrize("name", NAMES)
def test_every_name_is_a_layer(name):
    shape = (6, 2) if name == "maxout" else (6, 4)
    assert activations.activation_layer(name)(NORMAL).shape == shape


def test_wrong_names_and_sizes_are_named():
    with pytest.raises(ValueError, match="activation='sigmoid': choose from logistic, tanh"):
        activations.activation_layer("sigmoid")
    with pytest.raises(ValueError, match="the largest of 3 pieces, and 4 inputs do not divide"):
        Maxout(3)(NORMAL)


D = np.float32([[0, 1, 0], [1, 0, 0]])
Z = np.float32([[0.2, 1.0, -0.5], [0.2, 1.0, -0.5]])


def test_half_squared_error_by_hand():
    got = losses.HalfSquaredError()(np.float32([[1, 2], [0, 0]]), np.float32([[0, 4], [1, 0]]))
    assert float(got) == ((1 + 4) / 2 + 1 / 2) / 2
    slope = differentiated(lambda f: losses.HalfSquaredError(reduction="sum")(D, f), Z)
    np.testing.assert_allclose(slope, Z - D, rtol=1e-6)


def test_mistakes_by_hand():
    y, seen = np.float32([[1, -1], [1, 1]]), np.float32([[1, 1], [1, 1]])
    assert float(losses.Mistakes()(y, seen)) == 0.25


def test_binary_per_class_by_hand():
    p = np.exp(Z) / np.exp(Z).sum(1, keepdims=True)
    expected = -(D * np.log(p) + (1 - D) * np.log(1 - p)).sum(1)
    got = losses.BinaryPerClass(reduction=None)(D, Z)
    np.testing.assert_allclose(got, expected, rtol=1e-5)


def test_binary_per_class_slope_by_hand():
    p = np.exp(Z) / np.exp(Z).sum(1, keepdims=True)
    inner = (1 - D) * p / (1 - p)
    expected = p - D + inner - inner.sum(1, keepdims=True) * p
    slope = differentiated(lambda z: losses.BinaryPerClass(reduction="sum")(D, z), Z)
    np.testing.assert_allclose(slope, expected, rtol=1e-4, atol=1e-6)


def test_binary_per_class_is_finite_where_a_probability_rounds_to_one():
    """ŷ = 1 for a wrong class: -log(1 - ŷ) is 60, not infinite, and has a slope."""
    z, d = np.float32([[60, 0]]), np.float32([[0, 1]])
    loss = losses.BinaryPerClass()
    assert float(loss(d, z)) == pytest.approx(120, rel=1e-4)
    np.testing.assert_allclose(differentiated(lambda z: loss(d, z), z), [[2, -2]], rtol=1e-4)
