"""The multilayer perceptron: its equation by NumPy, its options, the two ready examples."""

import numpy as np
import pytest
from keras import layers

import zoo
from zoo.activations import NAMES

X = np.random.default_rng(0).normal(size=(5, 3)).astype("float32")


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


def test_two_hidden_layers_by_numpy(seeded):
    model = zoo.build("mlp", features=3, outputs=2, units=(4, 6))
    w1, b1, w2, b2, v, c = model.get_weights()
    expected = np.tanh(np.tanh(X @ w1 + b1) @ w2 + b2) @ v + c
    np.testing.assert_allclose(model({"x": X})["y"], expected, rtol=1e-4, atol=1e-6)
    assert model.count_params() == (3 * 4 + 4) + (4 * 6 + 6) + (6 * 2 + 2)


@pytest.mark.parametrize("activation", NAMES)
def test_every_activation_builds_and_differs_from_linear(activation, seeded):
    model = zoo.build("mlp", features=3, units=(4,), activation=activation)
    one, two = (np.array(model({"x": scale * X})["y"]) for scale in (1, 2))
    assert one.shape == (5, 1)
    assert np.isfinite(one).all()
    # biases are zero, so only what is linear or piecewise so doubles with its input
    doubles = {"linear", "relu", "leaky_relu", "noisy_relu", "maxout"}
    assert np.allclose(two, 2 * one, rtol=1e-4) == (activation in doubles)


def test_maxout_takes_the_largest_of_its_pieces(seeded):
    model = zoo.build("mlp", features=3, units=(2,), activation="maxout", pieces=3)
    w, b, v, c = model.get_weights()
    h = (X @ w + b).reshape(5, 2, 3).max(-1)
    np.testing.assert_allclose(model({"x": X})["y"], h @ v + c, rtol=1e-4, atol=1e-6)


def test_dropout_and_batch_norm_are_off_unless_asked_for():
    def kinds(**sizes):
        return {type(layer) for layer in zoo.build("mlp", **sizes).layers}

    extra = {layers.Dropout, layers.BatchNormalization}
    assert not extra & kinds()
    assert extra <= kinds(dropout=0.5, batch_norm=True)


def test_dropout_and_batch_norm_work_in_training_alone(seeded):
    model = zoo.build("mlp", features=3, units=(64,), dropout=0.5)
    np.testing.assert_array_equal(model({"x": X})["y"], model({"x": X})["y"])
    assert np.abs(model({"x": X}, training=True)["y"] - model({"x": X})["y"]).max() > 0.01
    normed = zoo.build("mlp", features=3, units=(64,), batch_norm=True)
    assert np.abs(normed({"x": X}, training=True)["y"] - normed({"x": X})["y"]).max() > 0.01


POINTS = np.float32([[-2], [0.5], [3]])


def test_quadratic_logistic_by_hand():
    model = zoo.build("quadratic_logistic")
    model.set_weights([np.float32([[0.5], [-2]]), np.float32([1])])
    x = POINTS[:, 0]
    np.testing.assert_allclose(
        model({"x": POINTS})["y"][:, 0], sigmoid(1 + 0.5 * x - 2 * x**2), rtol=1e-5
    )
    assert model.count_params() == 3


def test_two_tanh_by_hand():
    model = zoo.build("two_tanh")
    model.set_weights(
        [np.float32([[2, -3]]), np.float32([1, 0.5]), np.float32([[4], [-1]]), np.float32([-2])]
    )
    x = POINTS[:, 0]
    z = 4 * np.tanh(2 * x + 1) - np.tanh(-3 * x + 0.5) - 2
    np.testing.assert_allclose(model({"x": POINTS})["y"][:, 0], sigmoid(z), rtol=1e-5)
    assert model.count_params() == 7


@pytest.mark.parametrize(
    ("sizes", "message"),
    [
        ({"activation": "sigmoid"}, "activation='sigmoid': choose from logistic, tanh"),
        ({"output": "maxout"}, "output='maxout': choose a function of one sum"),
    ],
)
def test_a_wrong_size_is_named(sizes, message):
    with pytest.raises(ValueError, match=message):
        zoo.build("mlp", **sizes)
