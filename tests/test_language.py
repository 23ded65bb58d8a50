"""Served language models: texts by seed, in one piece or in many; scores by hand; bad input."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import zoo
from train.tasks.text import figures, warmup
from zoo.export import export
from zoo.language import signatures
from zoo.text import UNKNOWN

TOKENS = [UNKNOWN, "\n", " ", *"abcdeé"]
NETWORKS = {
    "elman": {"embed_dim": 4, "units": 6},
    "ngram": {"order": 3},
}


def build(name):
    model = zoo.build(name, vocab_size=len(TOKENS), **NETWORKS[name])
    if name == "ngram":
        model.get_layer("ngram").adapt([3, 4, 5, 3, 4, 6, 1, 3, 4])
    else:  # weights large enough that every letter counts
        keras.utils.set_random_seed(0)
        model.set_weights([2 * np.random.normal(size=w.shape) for w in model.weights])
    return model


@pytest.fixture(scope="module", params=sorted(NETWORKS))
def model(request):
    return build(request.param)


@pytest.fixture(scope="module")
def served(model):
    return signatures(model, TOKENS, "char")


def how(rows=1, length=12, temperature=1.0, top_k=0, seed=0):
    return {
        "length": tf.fill((rows,), length),
        "temperature": tf.fill((rows,), temperature),
        "top_k": tf.fill((rows,), top_k),
        "seed": tf.fill((rows,), tf.constant(seed, tf.int64)),
    }


def write(served, prompt, **options):
    answer = served["serving_default"](prompt=tf.constant(prompt), **how(len(prompt), **options))
    return [text.decode() for text in answer["text"].numpy()]


def test_the_seed_decides_the_text(served):
    (one,) = write(served, ["ab"], seed=1)
    assert write(served, ["ab"], seed=1) == [one]
    assert write(served, ["ab"], seed=2) != [one]
    assert len(one) == 12
    assert set(one) <= set(TOKENS[1:])


def test_a_row_is_written_as_if_alone(served):
    rows = ["ab", "", "cde\nabc"]
    assert write(served, rows, seed=3) == [write(served, [row], seed=3)[0] for row in rows]


def test_the_prompt_counts_to_its_last_letter(served):
    texts = {write(served, [prompt], temperature=0.0)[0] for prompt in ("aba", "abb", "abc", "abd")}
    assert len(texts) > 1


def test_rows_have_their_own_lengths(served):
    given = {**how(3), "length": tf.constant([0, 5, 2])}
    texts = served["serving_default"](prompt=tf.constant(["a", "a", "b"]), **given)["text"]
    assert [len(text.decode()) for text in texts.numpy()] == [0, 5, 2]


def test_in_pieces_it_is_the_same_text(served):
    (whole,) = write(served, ["ab"], seed=5)
    last, text = served["read"](prompt=tf.constant(["ab"])), ""
    for length in (1, 4, 7):
        last = served["write"](
            token=last["token"],
            state=last["state"],
            position=tf.constant([len(text)], tf.int64),
            **how(length=length, seed=5),
        )
        text += last["text"].numpy()[0].decode()
    assert text == whole


def by_hand(model, text):
    """Nats of each token of `text`, the first after a line's end, read all at once."""
    tokens = np.int32([[1, *(TOKENS.index(c) if c in TOKENS else 0 for c in text)]])
    state = np.zeros((1, *model.input["state"].shape[1:]), "float32")
    logits = np.array(model({"tokens": tokens[:, :-1], "state": state})["logits"], "float64")[0]
    logp = logits - np.log(np.exp(logits).sum(-1, keepdims=True))
    return -logp[np.arange(len(text)), tokens[0, 1:]]


def test_score_by_hand(model, served, monkeypatch):
    texts = ["abcab\n", "d", "aé🙂 b" * 3]
    monkeypatch.setattr("zoo.language.WINDOW", 4)  # so that a text is read in several
    for signature in (served, signatures(model, TOKENS, "char")):
        answer = signature["score"](text=tf.constant(texts))
        for i, text in enumerate(texts):
            nats = by_hand(model, text)
            np.testing.assert_allclose(answer["nats"][i], nats.mean(), rtol=1e-4)
            np.testing.assert_allclose(answer["perplexity"][i], np.exp(nats.mean()), rtol=1e-4)
    np.testing.assert_array_equal(answer["characters"], [6, 1, 15])
    np.testing.assert_array_equal(answer["tokens"], [6, 1, 15])
    np.testing.assert_array_equal(answer["unknown"], [0, 0, 3])


def test_the_score_of_nothing_is_zero(served):
    answer = served["score"](text=tf.constant([""]))
    assert answer["nats"].numpy() == [0]
    assert answer["characters"].numpy() == [0]


def test_step_is_the_model(model, served):
    last = served["read"](prompt=tf.constant(["ab"]))
    answer = served["step"](token=last["token"], state=last["state"])
    state = np.zeros((1, *model.input["state"].shape[1:]), "float32")
    expected = model({"tokens": np.int32([[1, 3, 4]]), "state": state})
    np.testing.assert_allclose(answer["logits"], expected["logits"][:, -1], atol=1e-5)
    np.testing.assert_allclose(answer["state"], expected["state"], atol=1e-5)


def test_an_unknown_sign_in_a_prompt_is_read_and_never_written():
    model = build("elman")
    weights = model.get_layer("logits").get_weights()
    model.get_layer("logits").set_weights([weights[0], np.eye(1, len(TOKENS))[0] * 99])
    served = signatures(model, TOKENS, "char")  # which would write the unknown sign for ever
    (text,) = write(served, ["a🙂漢"], length=40)
    assert UNKNOWN not in text
    assert len(text) == 40


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("length", -1, r"length: expected 0 to 20000, got \[-1\]"),
        ("length", 20_001, r"length: expected 0 to 20000, got \[20001\]"),
        ("temperature", -0.5, r"temperature: expected 0 to 100, got \[-0.5\]"),
        ("temperature", float("nan"), r"temperature: expected 0 to 100, got \[-?nan\]"),
        ("top_k", -2, r"top_k: expected 0, for every token, or more, got \[-2\]"),
    ],
)
def test_a_wrong_option_is_named(served, option, value, message):
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        write(served, ["a"], **{option: value})


def test_a_prompt_without_end_is_refused(served):
    with pytest.raises(tf.errors.InvalidArgumentError, match="prompt: expected at most 20000 tok"):
        write(served, ["a" * 20_001], length=1)


@pytest.fixture(scope="module")
def exported(model, served, tmp_path_factory):
    folder = tmp_path_factory.mktemp("saved_models") / "letters"
    return export(folder, served, warmup(served), {"network": model.name})


def test_loaded_it_writes_the_same(served, exported):
    loaded = tf.saved_model.load(str(exported)).signatures
    for signature, inputs in warmup(served):
        given = {name: tf.constant(value) for name, value in inputs.items()}
        expected = served[signature](**given)
        answer = loaded[signature](**given)
        for name in expected:
            if expected[name].dtype == tf.string:
                assert answer[name].numpy().tolist() == expected[name].numpy().tolist()
            else:
                np.testing.assert_allclose(answer[name], expected[name], rtol=1e-5)


def test_it_runs_as_tensorflow_serving_runs_it(served, exported):
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        graph = tf.compat.v1.saved_model.load(session, ["serve"], str(exported))
        signature = graph.signature_def["serving_default"]
        feed = {
            signature.inputs[name].name: value
            for name, value in {
                "prompt": [b"ab"], "length": [12], "temperature": [1.0], "top_k": [0], "seed": [1],
            }.items()
        }  # fmt: skip
        got = session.run(signature.outputs["text"].name, feed)
    assert [text.decode() for text in got] == write(served, ["ab"], seed=1)


def test_figures_are_of_whole_texts(model, exported):
    loaded = tf.saved_model.load(str(exported)).signatures
    texts = tf.data.Dataset.from_tensor_slices(["abcab", "dd\n"])
    rows = dict(figures(loaded, texts))
    nats = np.concatenate([by_hand(model, text) for text in ("abcab", "dd\n")])
    assert rows["characters"] == 8
    assert rows["nats_per_character"] == pytest.approx(nats.mean(), rel=1e-4)
    assert rows["bits_per_character"] == pytest.approx(nats.mean() / np.log(2), rel=1e-4)
    assert rows["perplexity_per_token"] == pytest.approx(np.exp(nats.mean()), rel=1e-4)


WORDS = [UNKNOWN, "\n", "the", " cat", " sat", "."]


def test_words_are_scored_per_character_and_per_token():
    served = signatures(zoo.build("elman", vocab_size=6, embed_dim=2, units=3), WORDS, "word")
    answer = served["score"](text=tf.constant(["the cat sat."]))
    assert (answer["tokens"].numpy(), answer["characters"].numpy()) == ([4], [12])
    whole = np.log(answer["perplexity"][0]) * 4
    np.testing.assert_allclose(answer["nats"][0], whole / 12, rtol=1e-5)
    (text,) = write(served, ["the cat"], length=5)
    assert text != ""
