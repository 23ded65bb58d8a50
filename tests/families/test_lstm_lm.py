"""LSTM: Keras's numbers with the same weights, one step by hand, the state carried along."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import zoo
from tests.checks import check_layer
from zoo.families.lstm_lm import LSTM

RNG = np.random.default_rng(0)
X = RNG.normal(size=(2, 5, 3)).astype("float32")
TOKENS = RNG.integers(0, 9, (2, 6)).astype("int32")


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


@pytest.mark.parametrize("drop", [0.0, 0.5])
def test_layer_contract(drop, seeded):
    check_layer(lambda: LSTM(4, weight_drop=drop), X)


def gradients(layer, training):
    with tf.GradientTape() as tape:
        y = layer(X, training=training)
        loss = tf.reduce_sum(y**2 + y * np.arange(4))
    return [y, *tape.gradient(loss, [w.value for w in layer.trainable_weights])]


@pytest.mark.parametrize("training", [False, True])
def test_outputs_and_gradients_are_those_of_keras(training, seeded):
    ours, theirs = LSTM(4), keras.layers.LSTM(4, return_sequences=True)
    ours(X), theirs(X)
    weights = [RNG.normal(size=w.shape) for w in ours.weights]
    ours.set_weights(weights)
    theirs.set_weights(weights)
    for got, expected in zip(gradients(ours, training), gradients(theirs, training), strict=True):
        np.testing.assert_allclose(got, expected, rtol=1e-4, atol=1e-5)


@pytest.fixture
def as_on_a_gpu(monkeypatch):
    monkeypatch.setattr(tf.config, "list_logical_devices", lambda kind: [kind])


def built_alike(monkeypatch, **options):
    """Our layer, and one that hands over to Keras's as it would on a GPU; their weights alike."""
    ours, other = LSTM(4, return_state=True, **options), LSTM(4, return_state=True, **options)
    ours.build(X.shape)
    with monkeypatch.context() as gpu:
        gpu.setattr(tf.config, "list_logical_devices", lambda kind: [kind])
        other.build(X.shape)
    assert other.at_once
    assert not ours.at_once
    assert [w.path.split("/")[-1] for w in other.weights] == ["w", "u", "b"]
    for layer in (ours, other):
        layer.set_weights([np.random.default_rng(1).normal(size=w.shape) for w in ours.weights])
    return ours, other


def results(layer, state):
    with tf.GradientTape() as tape:
        state = tf.constant(state)
        tape.watch(state)
        h, last = layer(X, state, training=True)
        loss = tf.reduce_sum(h**2) + tf.reduce_sum(last * np.arange(8.0).reshape(2, 4))
    return [h, last, *tape.gradient(loss, [state, *(w.value for w in layer.trainable_weights)])]


def test_handed_over_to_keras_the_numbers_are_the_same(monkeypatch):
    state = RNG.normal(size=(2, 2, 4)).astype("float32")
    found = [results(layer, state) for layer in built_alike(monkeypatch)]
    assert len(found[0]) == 6
    for ours, keras_s in zip(*found, strict=True):
        np.testing.assert_allclose(ours, keras_s, rtol=1e-4, atol=1e-5)


def test_on_a_gpu_cudnn_trains_and_is_never_exported(as_on_a_gpu):
    layer = LSTM(4, return_state=True, weight_drop=0.5)
    layer.build(X.shape)

    def ops(training):  # traced, not run: there may be no GPU
        graph = tf.function(lambda x: layer(x, training=training)).get_concrete_function(X).graph
        return {op.type for op in graph.get_operations()}

    assert "CudnnRNNV3" in ops(training=True)
    assert "CudnnRNNV3" not in ops(training=False)


def test_one_step_by_hand():
    layer = LSTM(1, return_state=True)
    layer.build((None, None, 1))
    i, f, c, o = 0.1, 0.2, 0.3, 0.4  # weights of x; those of h are 0.5; the biases 0, 1, 0, 0
    layer.set_weights([np.float32([[i, f, c, o]]), np.full((1, 4), 0.5), np.array([0, 1, 0, 0])])
    h, last = layer(np.float32([[[2.0]]]), np.float32([[[0.6], [0.7]]]))  # h = 0.6, c = 0.7
    cell = sigmoid(0.2 + 0.3) * np.tanh(0.6 + 0.3) + sigmoid(0.4 + 0.3 + 1) * 0.7
    np.testing.assert_allclose(last[0, :, 0], [sigmoid(0.8 + 0.3) * np.tanh(cell), cell], rtol=1e-6)
    np.testing.assert_allclose(h[0, 0], last[0, 0], rtol=1e-6)


def test_the_forget_gate_starts_open():
    layer = LSTM(3)
    layer.build((None, None, 2))
    np.testing.assert_array_equal(np.reshape(layer.b, (4, 3))[:, 0], [0, 1, 0, 0])


@pytest.mark.parametrize("training", [False, True])
def test_read_in_pieces_is_read_as_a_whole(training):
    layer = LSTM(4, return_state=True)
    whole, last = layer(X, training=training)
    first, state = layer(X[:, :3], training=training)
    second, state = layer(X[:, 3:4], state, training=training)  # one step takes another way
    third, state = layer(X[:, 4:], state, training=training)
    np.testing.assert_allclose(np.concatenate([first, second, third], 1), whole, atol=1e-6)
    np.testing.assert_allclose(state, last, atol=1e-6)


def test_a_step_never_sees_later_steps():
    layer = LSTM(4)
    np.testing.assert_allclose(layer(X)[:, :3], layer(X[:, :3]), rtol=1e-5)


def test_the_state_stays_float32_in_half_precision(seeded):
    keras.config.set_dtype_policy("mixed_bfloat16")
    layer = LSTM(2, return_state=True)
    layer.build((None, None, 1))
    layer.set_weights([np.zeros((1, 8)), np.zeros((2, 8)), np.repeat([-99.0, 99, 0, 0], 2)])
    start = np.float32([[[0, 0], [1.0009765625, 1]]])  # which bfloat16 has no room for
    _, last = layer(np.zeros((1, 1, 1), "float32"), start)
    assert last.dtype == "float32"
    np.testing.assert_array_equal(last[0, 1], start[0, 1])  # kept by a gate that is wide open


def test_weights_are_dropped_in_training_alone(seeded):
    layer = LSTM(8, weight_drop=0.5)
    calm = layer(X)
    np.testing.assert_array_equal(layer(X), calm)
    one, other = layer(X, training=True), layer(X, training=True)
    assert np.abs(one - other).max() > 1e-4
    np.testing.assert_allclose(one[:, 0], calm[:, 0], rtol=1e-5)  # h before is zero there


def test_parameters_by_hand():
    model = zoo.build("lstm_lm", vocab_size=7, embed_dim=3, units=5, depth=2)
    first, second = 4 * (3 * 5 + 5 * 5 + 5), 4 * (5 * 5 + 5 * 5 + 5)
    assert model.count_params() == 7 * 3 + first + second + 5 * 7 + 7


def test_tied_the_output_has_no_weights_of_its_own():
    model = zoo.build("lstm_lm", vocab_size=7, embed_dim=3, units=5, depth=1, tied=True)
    to_embed = 5 * 3 + 3
    assert model.count_params() == 7 * 3 + 4 * (3 * 5 + 5 * 5 + 5) + to_embed


def test_each_layer_of_the_model_has_its_part_of_the_state(seeded):
    model = zoo.build("lstm_lm", vocab_size=9, units=5, depth=2)
    state = RNG.normal(size=(2, 4, 5)).astype("float32")
    base = model({"tokens": TOKENS, "state": state})
    assert base["state"].shape == (2, 4, 5)
    state[:, 2:] += 1  # the second layer's
    moved = model({"tokens": TOKENS, "state": state})
    np.testing.assert_array_equal(moved["state"][:, :2], base["state"][:, :2])
    assert np.abs(moved["state"][:, 2:] - base["state"][:, 2:]).max() > 1e-3


def test_dropout_leaves_out_the_same_units_at_every_step(seeded):
    model = zoo.build("lstm_lm", vocab_size=9, units=20, depth=1, dropout=0.5)
    drop = model.get_layer("drop1")
    kept = np.array(drop(np.ones((2, 6, 20), "float32"), training=True)) > 0
    np.testing.assert_array_equal(kept, np.broadcast_to(kept[:, :1], kept.shape))
    assert 0 < kept.mean() < 1
