"""Looking inside a language model: its units and expectations against the model by hand."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import zoo
from tests.test_language import TOKENS, by_hand
from zoo.export import export
from zoo.language import signatures

UNITS = {"elman": 6, "lstm_lm": 12, "ngram": 0}
SIZES = {"elman": {"units": 6}, "lstm_lm": {"units": 6, "depth": 2}, "ngram": {"order": 3}}
TEXT = "abcab\ndé b"


def build(name):
    model = zoo.build(name, vocab_size=len(TOKENS), **SIZES[name])
    keras.utils.set_random_seed(0)
    if name == "ngram":
        model.get_layer("ngram").adapt([3, 4, 5, 3, 4, 6, 1, 3, 4])
    else:
        model.set_weights([np.random.normal(size=w.shape) for w in model.weights])
    return model


@pytest.fixture(scope="module", params=sorted(SIZES))
def model(request):
    return build(request.param)


@pytest.fixture(scope="module")
def served(model):
    return signatures(model, TOKENS, "char")


def look(served, texts, unit=0):
    units = tf.fill((len(texts),), unit)
    answer = served["look"](text=tf.constant(texts), unit=units)
    return {name: value.numpy() for name, value in answer.items()}


def states(model, text):
    """The state after each letter, step by step: (time, parts, units)."""
    state = np.zeros((1, *model.input["state"].shape[1:]), "float32")
    found = []
    for token in [1, *(TOKENS.index(letter) for letter in text)]:
        answer = model({"tokens": np.int32([[token]]), "state": state})
        state = np.array(answer["state"])
        found.append(state[0])
    return np.stack(found[1:])


@pytest.mark.parametrize("name", ["elman", "lstm_lm"])
def test_the_unit_is_h_or_tanh_of_the_cell(name):
    model = build(name)
    served = signatures(model, TOKENS, "char")
    after = states(model, TEXT)
    if name == "lstm_lm":  # h and c of the first layer, then of the second
        after = np.tanh(after[:, [1, 3]])
    after = after.reshape(len(TEXT), -1)
    for unit in (0, 4, UNITS[name] - 1):
        answer = look(served, [TEXT], unit)
        np.testing.assert_allclose(answer["activation"][0], after[:, unit], atol=1e-5)
    slow = (after[1:] * after[:-1]).mean(0) - after.mean(0) ** 2
    np.testing.assert_array_equal(answer["telling"][0], np.argsort(-slow)[:16])


def test_what_was_expected_is_the_models_distribution(model, served):
    answer = look(served, [TEXT])
    np.testing.assert_allclose(answer["nats"][0], by_hand(model, TEXT), rtol=1e-4, atol=1e-5)
    read = np.int32([[1, *(TOKENS.index(letter) for letter in TEXT)]])
    state = np.zeros((1, *model.input["state"].shape[1:]), "float32")
    logits = np.array(model({"tokens": read, "state": state})["logits"], "float64")[0, :-1]
    p = np.exp(logits) / np.exp(logits).sum(-1, keepdims=True)
    np.testing.assert_allclose(answer["probabilities"][0], -np.sort(-p)[:, :8], rtol=1e-4)
    for place, best in enumerate(p.argmax(-1)):
        if np.sort(p[place])[-1] > np.sort(p[place])[-2] * 1.001:  # else either may stand first
            assert answer["likeliest"][0, place, 0].decode() == TOKENS[best]


def test_rows_are_filled_up_to_the_longest(served):
    rows = look(served, ["ab", TEXT])
    alone = look(served, ["ab"])
    assert rows["tokens"][0].tolist() == [b"a", b"b", *[b""] * (len(TEXT) - 2)]
    assert rows["likeliest"][0, 2].tolist() == [b""] * 8
    for name in ("activation", "nats", "probabilities"):
        np.testing.assert_allclose(rows[name][0, :2], alone[name][0], rtol=1e-4, atol=1e-6)
        assert not rows[name][0, 2:].any()
    np.testing.assert_array_equal(rows["telling"][0], alone["telling"][0])


def test_the_letters_are_those_of_the_text(model, served):
    answer = look(served, ["a漢<b>"])
    assert [letter.decode() for letter in answer["tokens"][0]] == list("a漢<b>")
    assert answer["units"] == [UNITS[model.name]]
    assert answer["telling"].shape == (1, min(UNITS[model.name], 16))


def test_nothing_to_look_at(served):
    answer = look(served, [""])
    assert answer["tokens"].shape == answer["activation"].shape == answer["nats"].shape == (1, 0)
    assert answer["likeliest"].shape == answer["probabilities"].shape == (1, 0, 8)


def test_a_unit_out_of_range_and_a_text_too_long_are_refused(model, served):
    last = max(UNITS[model.name] - 1, 0)
    for unit in (-1, last + 1):
        message = rf"unit: expected 0 to {last}, got \[{unit}\]"
        with pytest.raises(tf.errors.InvalidArgumentError, match=message):
            look(served, ["a"], unit)
    with pytest.raises(tf.errors.InvalidArgumentError, match="text: expected at most 4000 tok"):
        look(served, ["a" * 4001])


def test_loaded_it_sees_the_same(tmp_path):
    served = signatures(build("lstm_lm"), TOKENS, "char")
    own = {name: served[name] for name in ("serving_default", "look")}
    path = export(tmp_path / "letters", own, [], {})
    loaded = tf.saved_model.load(str(path)).signatures
    expected, answer = look(served, [TEXT, "a"]), look(loaded, [TEXT, "a"])
    for name in ("activation", "nats", "probabilities"):
        np.testing.assert_allclose(answer[name], expected[name], rtol=1e-4, atol=1e-6)
    for name in ("tokens", "units", "telling"):
        np.testing.assert_array_equal(answer[name], expected[name])
