"""XOR: the designed network by its truth table, the learned one by learning it."""

import numpy as np
import pytest
from keras import optimizers

import zoo
from zoo.losses import HalfSquaredError

X = np.float32([[-1, -1], [-1, 1], [1, -1], [1, 1]])
Y = np.float32([[-1], [1], [1], [-1]])


def test_the_designed_network_is_xor():
    model = zoo.build("xor_net")
    np.testing.assert_array_equal(model({"x": X})["y"], Y)
    hidden = model.get_layer("hidden")(X)
    assert hidden.numpy().tolist() == [[-1, -1], [1, -1], [1, -1], [1, 1]]  # or, and
    assert not model.trainable_weights


def test_between_its_two_lines_it_is_true():
    x = np.random.default_rng(0).uniform(-3, 3, (500, 2)).astype("float32")
    between = np.abs(x.sum(1)) < 1
    np.testing.assert_array_equal(zoo.build("xor_net")({"x": x})["y"][:, 0] > 0, between)


def learn(model, steps):
    """Steps with all four corners each."""
    x, y = np.tile(X, (steps, 1)), np.tile(Y, (steps, 1))
    model.fit({"x": x}, {"y": y}, batch_size=4, verbose=0, shuffle=False)


def test_backpropagation_learns_it(seeded):
    model = zoo.build("xor_learned", units=4)
    model.compile(optimizer=optimizers.SGD(0.5), loss={"y": HalfSquaredError()})
    learn(model, 150)
    assert (np.sign(model({"x": X})["y"]) == Y).all()
    assert model.evaluate({"x": X}, {"y": Y}, verbose=0) < 0.05


def test_without_a_bend_it_cannot(seeded):
    """With f linear the output can be right on three corners at most."""
    model = zoo.build("xor_learned", units=4, activation="linear")
    model.compile(optimizer=optimizers.SGD(0.5), loss={"y": HalfSquaredError()})
    learn(model, 100)
    assert (np.sign(model({"x": X})["y"]) == Y).sum() <= 3


def test_maxout_is_refused():
    with pytest.raises(ValueError, match="activation='maxout' needs more than one sum a unit"):
        zoo.build("xor_learned", activation="maxout")
