"""attention_captioner: a step by hand, and all steps in one go."""

import numpy as np
import tensorflow as tf

import zoo

SIZES = {
    "vocab_size": 7,
    "regions": 4,
    "channels": 5,
    "embed_dim": 6,
    "units": 8,
    "attend_units": 3,
}
REGIONS = np.random.default_rng(0).normal(size=(2, 4, 5)).astype("float32")
WORDS = np.int32([[1, 4, 5], [1, 6, 2]])


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def test_word_by_word_as_in_one_go():
    model = zoo.build("attention_captioner", **SIZES)
    logits = model({"regions": REGIONS, "words": WORDS})["logits"]
    teller = model.get_layer("teller")
    state, memory = teller.begin(tf.constant(REGIONS))
    for t in range(3):
        each, state, attention = teller.step(tf.constant(WORDS[:, t]), state, memory)
        np.testing.assert_allclose(each, logits[:, t], atol=1e-5)
        np.testing.assert_allclose(np.sum(attention, -1), 1, atol=1e-5)


def test_a_step_by_hand():
    teller = zoo.build("attention_captioner", **SIZES).get_layer("teller")
    state, memory = teller.begin(tf.constant(REGIONS))
    _, after, attention = teller.step(tf.constant(WORDS[:, 1]), state, memory)
    weights = {w.path.split("/", 1)[-1]: w.numpy() for w in teller.weights}

    def dense(name, x):
        return x @ weights[f"{name}/kernel"] + weights[f"{name}/bias"]

    a = np.maximum(dense("see", REGIONS), 0)
    h, c = np.split(np.tanh(dense("first", a.mean(1))), 2, -1)
    recurrent, query, gate = np.split(h @ weights["u"], [32, 35], -1)
    fit = (np.tanh(dense("key", a) + query[:, None]) @ weights["score"])[..., 0]
    alpha = np.exp(fit) / np.exp(fit).sum(-1, keepdims=True)
    z = sigmoid(gate) * (alpha[..., None] * a).sum(1)
    e = weights["embed/embeddings"][WORDS[:, 1]]
    pre = e @ weights["w_e"] + z @ weights["w_z"] + recurrent + weights["b"]
    i, f, candidate, o = np.split(pre, 4, -1)
    c = sigmoid(f + 1) * c + sigmoid(i) * np.tanh(candidate)
    np.testing.assert_allclose(attention, alpha, atol=1e-5)
    np.testing.assert_allclose(after[:, 1], c, atol=1e-5)
    np.testing.assert_allclose(after[:, 0], sigmoid(o) * np.tanh(c), atol=1e-5)


def test_the_penalty_wants_every_region_seen():
    model = zoo.build("attention_captioner", **SIZES, penalty=1.0)
    model({"regions": REGIONS, "words": WORDS}, training=True)
    [loss] = model.losses
    assert 0 < loss < 1  # three words over four regions: about (1 - 3/4)^2
