"""The stack: its two modes by NumPy, layers in turn, weights that pass from mode to mode."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import zoo
from tests.checks import check_layer
from zoo.families.stacked_autoencoder import Stack

X = np.random.default_rng(0).random((6, 7)).astype("float32")
IMAGES = np.random.default_rng(1).random((6, 28, 28, 1)).astype("float32")


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


def stack(pretrain, corruption=0.0, steps_a_layer=2):
    layer = Stack((4, 3), 2, pretrain, corruption, steps_a_layer, seed=1)
    layer.build(X.shape)
    return layer


@pytest.mark.parametrize("pretrain", [False, True])
def test_layer_contract(pretrain, seeded):
    check_layer(lambda: stack(pretrain), X)


def test_logits_by_numpy(seeded):
    layer = stack(False)
    h = sigmoid(sigmoid(X @ layer.w[0] + layer.b[0]) @ layer.w[1] + layer.b[1])
    np.testing.assert_allclose(layer(X), h @ layer.v + layer.a, rtol=1e-4, atol=1e-6)


def cost(x, w, b, c):
    r = sigmoid(sigmoid(x @ w + b) @ np.transpose(w) + c)
    return -(x * np.log(r) + (1 - x) * np.log(1 - r)).mean(1)


def costs(layer):
    first = cost(X, layer.w[0].numpy(), layer.b[0].numpy(), layer.c[0].numpy())
    h = sigmoid(X @ layer.w[0].numpy() + layer.b[0].numpy())
    return first, cost(h, layer.w[1].numpy(), layer.b[1].numpy(), layer.c[1].numpy())


def test_costs_by_numpy_and_in_turn(seeded):
    layer = stack(True)
    first, second = costs(layer)
    np.testing.assert_allclose(layer(X), (first + second) / 2, rtol=1e-4)
    turns = [layer(X, training=True) for _ in range(5)]
    for seen, expected in zip(turns, [first, first, second, second, second], strict=True):
        np.testing.assert_allclose(seen, expected, rtol=1e-4)


@pytest.mark.parametrize("turn", [0, 1])
def test_only_the_layer_whose_turn_it_is_gets_a_gradient(turn, seeded):
    layer = stack(True)
    layer.steps.assign(2.0 * turn)
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(layer(X, training=True))
    weights = [*layer.w, *layer.b, *layer.c]
    gradients = tape.gradient(loss, [w.value for w in weights])
    for weight, gradient in zip(weights, gradients, strict=True):
        mine = weight.name.endswith(str(turn + 1))
        assert (gradient is not None and np.abs(gradient).max() > 0) == mine, weight.name


def test_corruption_sets_its_share_to_zero(seeded):
    """Weights that only count the inputs: w = 1, so the sum of n is seen through σ."""
    layer = Stack((1,), 2, True, 0.4, 1, seed=1)
    x = np.ones((2000, 50), "float32")
    layer.build(x.shape)
    layer.w[0].assign(np.full((50, 1), 0.02, "float32"))
    layer.c[0].assign(np.zeros(50, "float32"))
    clean, noisy = Stack.from_config({**layer.get_config(), "corruption": 0.0}), layer
    clean.build(x.shape)
    clean.w[0].assign(layer.w[0])
    # h = σ(share kept), so the cost rises as h falls from σ(1) to σ(0.6)
    expected = np.log1p(np.exp(-0.02 * sigmoid(0.6)))
    assert np.mean(noisy(x)) == pytest.approx(expected, rel=1e-4)
    assert np.mean(noisy(x)) > np.mean(clean(x))


def test_pretrained_weights_go_into_the_classifier_and_back(tmp_path, seeded):
    before = zoo.build("stacked_autoencoder", units=(5, 4), pretrain=True, steps_a_layer=2)
    before.compile("rmsprop", loss={"cost": "mae"})
    before.fit({"image": IMAGES}, {"cost": np.zeros(6)}, 2, epochs=2, verbose=0)
    before.save_weights(tmp_path / "a.weights.h5")
    after = zoo.build("stacked_autoencoder", units=(5, 4))
    after.load_weights(tmp_path / "a.weights.h5")
    for one, other in zip(*(m.get_layer("stack")._own() for m in (before, after)), strict=True):
        np.testing.assert_array_equal(one, other, err_msg=one.name)
    after.save_weights(tmp_path / "b.weights.h5")
    again = zoo.build("stacked_autoencoder", units=(5, 4), pretrain=True)
    again.load_weights(tmp_path / "b.weights.h5")
    for one, other in zip(*(m.get_layer("stack")._own() for m in (again, after)), strict=True):
        np.testing.assert_array_equal(one, other, err_msg=one.name)


def test_each_mode_trains_what_it_uses():
    def names(**sizes):
        model = zoo.build("stacked_autoencoder", units=(5, 4), **sizes)
        return {w.name for w in model.trainable_weights}

    assert names() == {"w1", "b1", "w2", "b2", "v", "a"}
    assert names(pretrain=True) == {"w1", "b1", "c1", "w2", "b2", "c2"}


def test_pretraining_lowers_the_cost(seeded):
    model = zoo.build("stacked_autoencoder", units=(30, 20), pretrain=True, steps_a_layer=30)
    model.compile(keras.optimizers.RMSprop(0.01), loss={"cost": "mae"})
    given = {"image": IMAGES}, {"cost": np.zeros(6)}
    before = model.evaluate(*given, verbose=0)
    model.fit(*given, 6, epochs=60, verbose=0)
    assert model.evaluate(*given, verbose=0) < before - 0.02
