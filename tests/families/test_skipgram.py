"""Skip-gram: the update rule by hand; each loss against pairs counted one by one."""

import numpy as np
import pytest
import tensorflow as tf

import zoo
from tests.families.test_cbow import RATE, V, W, logistic, numbers
from train.data.huffman import huffman

TOKENS = [2, 1, 0, 3]
REACH = [1, 2, 1, 3]  # the last is cut to the window of 2


def small(loss, **sizes):
    model = zoo.build("skipgram", vocab_size=4, embed_dim=2, window=2, loss=loss, **sizes)
    model.get_layer("w").w.assign(W)
    model.get_layer("nats").v.assign(V[: model.get_layer("nats").rows])
    return model


def by_pairs(cost):
    """Sum of cost(word, word around it) for each position of TOKENS."""
    return [
        sum(cost(word, TOKENS[j]) for j in range(4) if 0 < abs(i - j) <= min(REACH[i], 2))
        for i, word in enumerate(TOKENS)
    ]


def test_the_update_rule_by_hand():
    model = small("softmax")
    given = {"tokens": numbers(*TOKENS), "reach": numbers(*REACH)}
    with tf.GradientTape() as tape:
        nats = model(given)["nats"][0, 0]  # the word 2, with the one word 1 around it
    dw, dv = tape.gradient(nats, [w.value for w in model.trainable_weights])
    p = np.exp(V @ W[2]) / np.sum(np.exp(V @ W[2]))
    e = p - [0, 1, 0, 0]
    np.testing.assert_allclose(
        W - RATE * tf.convert_to_tensor(dw), W - RATE * np.outer([0, 0, 1, 0], e @ V), rtol=1e-5
    )
    np.testing.assert_allclose(
        V - RATE * tf.convert_to_tensor(dv), V - RATE * np.outer(e, W[2]), rtol=1e-5
    )


def test_softmax_by_pairs():
    nats = small("softmax")({"tokens": numbers(*TOKENS), "reach": numbers(*REACH)})["nats"][0]

    def cost(word, around):
        u = V @ W[word]
        return np.log(np.sum(np.exp(u))) - u[around]

    np.testing.assert_allclose(nats, by_pairs(cost), rtol=1e-5)


def test_negative_sampling_by_pairs():
    drawn = [3, 0, 0]
    given = {"tokens": numbers(*TOKENS), "reach": numbers(*REACH), "drawn": numbers(*drawn)}

    def cost(word, around):
        u = V @ W[word]
        return -np.log(logistic(u[around])) - 2 / 3 * np.sum(np.log(logistic(-u[drawn])))

    nats = small("negative_sampling", negative=2)(given)["nats"][0]
    np.testing.assert_allclose(nats, by_pairs(cost), rtol=1e-5)


def test_hierarchical_softmax_by_pairs():
    nodes, turns = huffman([5, 3, 2, 1])
    given = {"tokens": numbers(*TOKENS), "reach": numbers(*REACH)}
    given |= {"nodes": nodes[TOKENS][None], "turns": turns[TOKENS][None]}

    def cost(word, around):
        on_way = turns[around] != 0
        u = V[nodes[around][on_way]] @ W[word]
        return -np.sum(np.log(logistic(turns[around][on_way] * u)))

    np.testing.assert_allclose(small("hierarchical")(given)["nats"][0], by_pairs(cost), rtol=1e-5)


@pytest.mark.parametrize("loss", ["softmax", "hierarchical"])
def test_no_window_costs_nothing(loss):
    given = {"tokens": numbers(*TOKENS), "reach": numbers(0, 0, 0, 0)}
    if loss == "hierarchical":
        given |= {"nodes": np.zeros((1, 4, 2), "int32"), "turns": np.ones((1, 4, 2), "int32")}
    np.testing.assert_array_equal(small(loss)(given)["nats"], np.zeros((1, 4)))


def test_where_no_word_is_nothing_is_foretold():
    given = {"tokens": numbers(*TOKENS), "reach": numbers(2, -1, 2, 2)}
    nats = small("softmax")(given)["nats"][0].numpy()
    pairs = [(2, [0]), (1, []), (0, [2, 3]), (3, [0])]  # of TOKENS, the second left out

    def cost(word, around):
        u = V @ W[word]
        return sum(np.log(np.sum(np.exp(u))) - u[j] for j in around)

    np.testing.assert_allclose(nats, [cost(*pair) for pair in pairs], rtol=1e-5)
