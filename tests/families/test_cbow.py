"""CBOW: the update rule by hand, the losses by numpy, windows that end at a row's ends."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import zoo
from tests.checks import check_layer
from train.data.huffman import huffman
from zoo.layers.windows import WindowMean, bands
from zoo.layers.word_vectors import Hierarchical, NegativeSampling, Softmax, WordVectors

W = np.float32([[0.1, 0.2], [-0.3, 0.4], [0.5, -0.6], [0.7, 0.8]])
V = np.float32([[0.2, -0.1], [0.4, 0.3], [-0.5, 0.6], [0.1, 0.9]])
RATE = 0.5


def small(loss, **sizes):
    """A model of four words whose tables are W and V."""
    model = zoo.build("cbow", vocab_size=4, embed_dim=2, window=2, loss=loss, **sizes)
    model.get_layer("w").w.assign(W)
    rows = model.get_layer("nats").rows
    model.get_layer("nats").v.assign(V[:rows])
    return model


def numbers(*rows):
    return np.array([rows], "int32")


def one_step(model, inputs):
    """The tables after one step of SGD on position 1 alone, as `fit` takes it."""

    def second(_, nats):
        return nats[:, 1]

    model.compile(optimizer=keras.optimizers.SGD(RATE), loss={"nats": second})
    model.fit(inputs, {"nats": np.zeros((1, 3))}, verbose=0)
    return model.get_layer("w").w.numpy(), model.get_layer("nats").v.numpy()


def logistic(x):
    return 1 / (1 + np.exp(-x))


def test_the_update_rule_by_hand():
    # the words 2 and 0 stand around 1: C = 2, h = (v_2 + v_0) / 2
    h = np.float32([0.3, -0.2])
    u = [
        0.2 * 0.3 + 0.1 * 0.2,
        0.4 * 0.3 - 0.3 * 0.2,
        -0.5 * 0.3 - 0.6 * 0.2,
        0.1 * 0.3 - 0.9 * 0.2,
    ]
    p = np.exp(u) / np.sum(np.exp(u))
    e = p - [0, 1, 0, 0]
    eh = e[0] * V[0] + e[1] * V[1] + e[2] * V[2] + e[3] * V[3]
    w, v = one_step(
        small("softmax"), {"tokens": numbers(2, 1, 0).reshape(1, 3), "reach": numbers(1, 1, 1)}
    )
    for j in range(4):
        np.testing.assert_allclose(v[j], V[j] - RATE * e[j] * h, rtol=1e-5)
    for c in (2, 0):
        np.testing.assert_allclose(w[c], W[c] - RATE / 2 * eh, rtol=1e-5)
    np.testing.assert_array_equal(w[[1, 3]], W[[1, 3]])


def test_the_update_rule_is_the_gradient():
    model = small("softmax")
    inputs = {"tokens": numbers(2, 1, 0), "reach": numbers(1, 1, 1)}
    with tf.GradientTape() as tape:
        nats = model(inputs)["nats"][0, 1]
    dw, dv = tape.gradient(nats, [w.value for w in model.trainable_weights])
    w, v = one_step(model, inputs)
    np.testing.assert_allclose(w, W - RATE * tf.convert_to_tensor(dw), rtol=1e-5)
    np.testing.assert_allclose(v, V - RATE * tf.convert_to_tensor(dv), rtol=1e-5)


def test_negative_sampling_by_hand():
    model = small("negative_sampling", negative=5)
    drawn = numbers(3, 0)
    given = {"tokens": numbers(2, 1, 0), "reach": numbers(1, 1, 1), "drawn": drawn}
    h = (W[2] + W[0]) / 2
    # two are drawn and each counts as 5 / 2
    expected = -np.log(logistic(V[1] @ h))
    expected -= 2.5 * (np.log(logistic(-V[3] @ h)) + np.log(logistic(-V[0] @ h)))
    np.testing.assert_allclose(model(given)["nats"][0, 1], expected, rtol=1e-5)
    w, v = one_step(model, given)
    right, wrong3, wrong0 = (logistic(V[j] @ h) for j in (1, 3, 0))
    np.testing.assert_allclose(v[1], V[1] - RATE * (right - 1) * h, rtol=1e-5)
    np.testing.assert_allclose(v[3], V[3] - RATE * 2.5 * wrong3 * h, rtol=1e-5)
    eh = (right - 1) * V[1] + 2.5 * (wrong3 * V[3] + wrong0 * V[0])
    np.testing.assert_allclose(w[0], W[0] - RATE / 2 * eh, rtol=1e-5)


def test_drawn_words_are_dealt_out_to_positions():
    model = small("negative_sampling", negative=1)
    words, reach = np.array([[2, 1, 0], [3, 0, 1]], "int32"), np.ones((2, 3), "int32")
    given = {"tokens": words, "reach": reach, "drawn": np.array([[3], [1]], "int32")}
    nats = model(given)["nats"].numpy()
    x = W[words]
    h = np.stack([x[:, 1], (x[:, 0] + x[:, 2]) / 2, x[:, 1]], 1)
    drawn = V[[[3, 1, 3], [1, 3, 1]]]  # in turn, from row to row
    expected = -np.log(logistic(np.sum(V[words] * h, -1)))
    expected -= np.log(logistic(-np.sum(drawn * h, -1)))
    np.testing.assert_allclose(nats, expected, rtol=1e-5)


def test_rows_that_are_joined_share_what_is_drawn_for_them():
    words, reach = np.array([[2, 1], [3, 0], [1, 3], [0, 2]], "int32"), np.ones((4, 2), "int32")
    drawn = np.array([[3], [1], [0], [2]], "int32")
    given = {"tokens": words, "reach": reach, "drawn": drawn}
    h = W[words[:, ::-1]]
    pairs = np.array([[[3, 1], [0, 2]]] * 4)  # of the first two rows and of the last two, in turn
    cost = -np.log(logistic(np.sum(V[words] * h, -1)))
    cost -= np.log(logistic(-np.einsum("btf,btkf->btk", h, V[pairs]))).sum(-1) / 2
    nats = small("negative_sampling", negative=1, joined=2)(given)["nats"]
    np.testing.assert_allclose(nats, cost, rtol=1e-5)
    three = {name: value[:3] for name, value in given.items()}  # which make no pairs
    alone = small("negative_sampling", negative=1)(three)["nats"]
    odd = small("negative_sampling", negative=1, joined=2)(three)["nats"]
    np.testing.assert_array_equal(odd, alone)


def test_hierarchical_softmax_is_a_distribution():
    nodes, turns = huffman([5, 3, 2, 1])
    model = small("hierarchical")
    h = (W[2] + W[0]) / 2
    total = 0.0
    for word in range(4):
        ways = [np.stack([t[2], t[word], t[0]])[None] for t in (nodes, turns)]
        given = {"tokens": numbers(2, word, 0), "reach": numbers(1, 1, 1)}
        nats = model({**given, "nodes": ways[0], "turns": ways[1]})["nats"][0, 1]
        by_hand = 0.0
        for node, turn in zip(nodes[word], turns[word], strict=True):
            by_hand -= np.log(logistic(turn * V[node] @ h)) if turn else 0
        np.testing.assert_allclose(nats, by_hand, rtol=1e-5)
        total += np.exp(-nats)
    np.testing.assert_allclose(total, 1, rtol=1e-5)


def test_a_window_reaches_as_far_as_it_says_and_ends_with_the_row():
    seen = bands(numbers(1, 2, 9, 0), window=2, mean=False)[0]
    np.testing.assert_array_equal(seen, [[0, 1, 0, 0], [1, 0, 1, 1], [1, 1, 0, 1], [0, 0, 0, 0]])
    mean = bands(numbers(1, 2, 9, 0), window=2, mean=True)[0]
    np.testing.assert_allclose(tf.reduce_sum(mean, 1), [1, 1, 1, 0], rtol=1e-6)


def test_only_looked_up_rows_have_gradients():
    model = zoo.build("cbow", vocab_size=1000, embed_dim=2)
    given = {"tokens": numbers(2, 1, 0), "reach": numbers(1, 1, 1), "drawn": numbers(7, 8)}
    with tf.GradientTape() as tape:
        nats = tf.reduce_sum(model(given)["nats"])
    gradients = tape.gradient(nats, [w.value for w in model.trainable_weights])
    assert all(isinstance(g, tf.IndexedSlices) for g in gradients)
    assert sum(len(g.values) for g in gradients) == 3 + 3 + 2


def test_layers(seeded):
    x = np.random.default_rng(0).normal(size=(2, 5, 3)).astype("float32")
    words = np.array([[0, 1, 2, 3, 1]] * 2, "int32")
    check_layer(lambda: WordVectors(4, 3), words)
    for make, more in (
        (lambda: Softmax(4), [words]),
        (lambda: NegativeSampling(4, 5), [words, words[:, :2]]),
        (lambda: Hierarchical(3), [words[..., None] % 3, 2 * (words[..., None] % 2) - 1]),
    ):
        layer = make()
        assert layer(x, *more).shape == layer.compute_output_shape(x.shape) == (2, 5)
    assert WindowMean(2)(x, words).shape == x.shape


@pytest.mark.parametrize(
    ("sizes", "message"),
    [
        ({"loss": "nce"}, "loss='nce': choose softmax, neg"),
        ({"negative": 0}, "negative=0: expect"),
        ({"joined": 0}, "joined=0: expected 1 row"),
    ],
)
def test_a_wrong_size_is_named(sizes, message):
    with pytest.raises(ValueError, match=message):
        zoo.build("cbow", **sizes)
