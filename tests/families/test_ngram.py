"""n-grams: counts and probabilities by hand, and against a plain counting of everything."""

from collections import Counter

import numpy as np
import pytest

import zoo
from tests.checks import check_family
from zoo.families.ngram import tally

TEXT = [1, 2, 1, 2, 1, 3]  # a b a b a c


def counted(ids, vocab_size, **sizes):
    model = zoo.build("ngram", vocab_size=vocab_size, **sizes)
    model.get_layer("ngram").adapt(ids)
    return model


def p(model, *context):
    """The distribution after `context` at the beginning of a text."""
    state = np.zeros((1, *model.input["state"].shape[1:]), "float32")
    logits = model({"tokens": np.int32([context]), "state": state})["logits"]
    return np.exp(logits)[0, -1]


def test_add_k_by_hand():
    model = counted(TEXT, 4, order=2, smoothing="add_k", k=0.5)
    # after b stands a, twice; after a stand b twice and c once; V k = 2
    np.testing.assert_allclose(p(model, 2), np.array([0.5, 2.5, 0.5, 0.5]) / 4, rtol=1e-5)
    np.testing.assert_allclose(p(model, 1), np.array([0.5, 0.5, 2.5, 1.5]) / 5, rtol=1e-5)
    np.testing.assert_allclose(p(model, 3), [0.25] * 4, rtol=1e-5)  # nothing follows c


def test_kneser_ney_by_hand():
    model = counted(TEXT, 4, order=2)
    # bigrams: -a 1, ab 2, ba 2, ac 1: two seen once, two twice, so D = 2 / (2 + 2 * 2) = 1/3.
    # Tokens by what stands before them: a after - and b: 2, b: 1, c: 1.  Two 1s and one 2, so
    # D = 2 / (2 + 2 * 1) = 1/2, of 4 in all; 3 different tokens follow.
    rest = (1 / 2) * 3 / 4 / 4  # to each of four tokens alike
    one = np.array([0, 2 - 0.5, 1 - 0.5, 1 - 0.5]) / 4 + rest
    after_a = np.array([0, 0, 2 - 1 / 3, 1 - 1 / 3]) / 3 + (1 / 3) * 2 / 3 * one
    after_b = np.array([0, 2 - 1 / 3, 0, 0]) / 2 + (1 / 3) * 1 / 2 * one
    np.testing.assert_allclose(p(model, 1), after_a, rtol=1e-5)
    np.testing.assert_allclose(p(model, 2), after_b, rtol=1e-5)
    np.testing.assert_allclose(p(model, 3), one, rtol=1e-5)  # never seen: the shorter context


def plain_kneser_ney(ids, order, vocab_size):
    """The definition word for word: p(w, h) with dictionaries of tuples."""
    text = [0] * (order - 1) + list(ids)
    grams = {order: Counter(tuple(text[i : i + order]) for i in range(len(ids)))}
    for n in range(order - 1, 0, -1):
        grams[n] = Counter(gram[1:] for gram in grams[n + 1])

    def probability(w, h):
        shorter = probability(w, h[1:]) if h else 1 / vocab_size
        here = grams[len(h) + 1]
        n1, n2 = (sum(c == n for c in here.values()) for n in (1, 2))
        discount = n1 / (n1 + 2 * n2) if n1 and n2 else 0.5
        after = {gram[-1]: c for gram, c in here.items() if gram[:-1] == h}
        total = sum(after.values())
        if not total:
            return shorter
        return (max(after.get(w, 0) - discount, 0) + discount * len(after) * shorter) / total

    return probability


@pytest.mark.parametrize("order", [2, 4])
def test_it_is_the_definition_word_for_word(order):
    ids = np.random.default_rng(0).integers(1, 5, 80)
    model = counted(ids, 6, order=order, contexts=500, entries=500)
    expected = plain_kneser_ney(ids.tolist(), order, 6)
    read = [1, 2, 3, 4, 2, 5, 1]
    padded = [0] * (order - 1) + read
    for t in range(len(read)):
        h = tuple(padded[t + 1 : t + order])
        np.testing.assert_allclose(
            p(model, *read[: t + 1]), [expected(w, h) for w in range(6)], rtol=1e-4
        )


@pytest.mark.parametrize("smoothing", ["kneser_ney", "add_k"])
def test_probabilities_sum_to_one(smoothing):
    ids = np.random.default_rng(1).integers(0, 5, 60)
    model = counted(ids, 6, order=3, smoothing=smoothing)
    for context in ([1], [1, 2], [4, 4], [5, 5]):
        assert p(model, *context).sum() == pytest.approx(1, abs=1e-5)


def test_uncounted_it_knows_nothing():
    np.testing.assert_allclose(p(zoo.build("ngram", vocab_size=5), 1, 2), [0.2] * 5, rtol=1e-5)


def test_counted_it_is_saved_exported_and_loaded(tmp_path):
    model = counted(TEXT, 4, order=3)
    check_family(
        model, {"tokens": np.int32([[1, 2]]), "state": np.ones((1, 2), "float32")}, tmp_path
    )


def test_sizes_are_those_of_the_text():
    found = tally(TEXT, 2, 4)
    assert len(found["keys"]) == 1 + 3  # the empty context, and -, a, b
    assert len(found["token"]) == 3 + 4  # a, b, c, and the four bigrams


@pytest.mark.parametrize(
    ("sizes", "message"),
    [
        ({"order": 1}, "order=1: expected 2"),
        ({"smoothing": "laplace"}, "smoothing='laplace': choose kneser_ney or add_k"),
        ({"order": 12, "vocab_size": 66}, "order=12 with 66 tokens: the contexts can't be told"),
    ],
)
def test_a_wrong_size_is_named(sizes, message):
    with pytest.raises(ValueError, match=message):
        zoo.build("ngram", **sizes)


def test_too_little_room_is_named():
    model = zoo.build("ngram", vocab_size=4, order=2, contexts=3, entries=99)
    with pytest.raises(ValueError, match="room for: build with contexts=4, entries=7"):
        model.get_layer("ngram").adapt(TEXT)


def test_pairs_too_large_for_one_number_are_counted_alike():
    ids = np.random.default_rng(0).integers(1, 4, 500)
    packed, apart = tally(ids, 5, vocab_size=30), tally(ids + 9_900, 5, vocab_size=9_999)
    for name in ("starts", "weight", "extra"):
        np.testing.assert_array_equal(packed[name], apart[name])
    np.testing.assert_array_equal(packed["token"] + 9_900, apart["token"])
