"""Served word vectors: analogies by hand, unknown words, bad input; exported and read back."""

import numpy as np
import pytest
import tensorflow as tf

from train.data.questions import VALIDATION, questions, validation
from train.tasks.words import figures, table, told
from zoo.export import export
from zoo.words import ANSWERS, ROWS, SPELLINGS, Lexicon, Space, signatures, warmup

# two features that mean "royal" and "female", and one more for each pair
VECTORS = {
    "man": (0, 0, 1, 0),
    "woman": (0, 2, 1, 0),
    "king": (3, 0, 1, 0),
    "queen": (3, 2, 1, 0),
    "prince": (3, 0, 1, 2),
    "princess": (3, 2, 1, 2),
    "cafe": (0, 0, -4, 1),
    "apple": (-1, -1, -1, -1),
}
WORDS = list(VECTORS)
NUMBERS = np.float32([*VECTORS.values()])


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models") / "analogies"
    target = export(folder, signatures(WORDS, NUMBERS), warmup(), {})
    return tf.saved_model.load(str(target)).signatures


def ask(served, a, b, c):
    answer = served["serving_default"](a=tf.constant(a), b=tf.constant(b), c=tf.constant(c))
    return {name: value.numpy() for name, value in answer.items()}


def texts(array):
    return [word.decode() for word in array]


def test_an_analogy_by_hand(served):
    answer = ask(served, ["king"], ["man"], ["woman"])
    unit = NUMBERS / np.linalg.norm(NUMBERS, axis=1, keepdims=True)
    direction = unit[2] - unit[0] + unit[1]
    cosines = unit @ direction / np.linalg.norm(direction)
    cosines[[0, 1, 2]] = -9
    order = np.argsort(-cosines)[:5]
    assert texts(answer["words"][0]) == [WORDS[i] for i in order] + [""] * (ANSWERS - 5)
    assert answer["words"][0, 0] == b"queen"
    np.testing.assert_allclose(answer["scores"][0, :5], cosines[order], atol=0.004)
    np.testing.assert_array_equal(answer["scores"][0, 5:], 0)
    assert answer["known"].tolist() == [[True] * 3]
    assert set(answer["closest"].flat) == {b""}


def test_the_words_asked_are_never_the_answer(served):
    answer = ask(served, ["queen", "man"], ["queen", "man"], ["queen", "king"])
    assert b"queen" not in answer["words"][0]
    assert {b"man", b"king"} & set(answer["words"][1]) == set()


def test_a_row_is_answered_as_if_alone(served):
    rows = [("king", "man", "woman"), ("kin", "man", "woman"), ("queen", "king", "prince")]
    together = ask(served, *zip(*rows, strict=True))
    for i, row in enumerate(rows):
        alone = ask(served, *([word] for word in row))
        for name in ("words", "known", "closest"):
            np.testing.assert_array_equal(together[name][i], alone[name][0], err_msg=name)
        np.testing.assert_allclose(together["scores"][i], alone["scores"][0], atol=1e-5)


def test_an_unknown_word_is_told_with_the_closest_spellings(served):
    answer = ask(served, ["princes"], ["man"], ["xqueen"])
    assert answer["known"].tolist() == [[False, True, False]]
    assert set(answer["words"].flat) == {b""}
    assert set(answer["scores"].flat) == {0.0}
    # both are one letter away, and "prince" is the more frequent
    assert texts(answer["closest"][0, 0])[:2] == ["prince", "princess"]
    assert texts(answer["closest"][0, 1]) == [""] * SPELLINGS
    assert answer["closest"][0, 2, 0] == b"queen"


@pytest.mark.parametrize("word", ["", " ", "x" * 5000, "日本", b"\xff\xfe"])
def test_whatever_is_asked_there_is_an_answer(served, word):
    answer = served["neighbors"](word=tf.constant([word]))
    assert answer["known"].numpy().tolist() == [False]
    assert answer["words"].shape == (1, ANSWERS)


def test_case_accents_and_spaces_do_not_matter(served):
    known = served["embed"](word=tf.constant(["KING", "Café", " queen\n", "kıng"]))["known"]
    assert known.numpy().tolist() == [True, True, True, False]


def test_neighbors_are_the_nearest(served):
    answer = served["neighbors"](word=tf.constant(["king"]))
    assert texts(answer["words"].numpy()[0])[:2] == ["queen", "prince"]
    cosine = NUMBERS[2] @ NUMBERS[3] / np.linalg.norm(NUMBERS[2]) / np.linalg.norm(NUMBERS[3])
    np.testing.assert_allclose(answer["scores"][0, 0], cosine, atol=0.004)


def test_embed_gives_the_vectors_back(served):
    answer = served["embed"](word=tf.constant([*WORDS, "nobody"]))
    np.testing.assert_allclose(answer["vector"][:-1], NUMBERS, atol=0.03)
    np.testing.assert_array_equal(answer["vector"][-1], np.zeros(4))
    assert answer["known"].numpy().tolist() == [True] * 8 + [False]


def test_eight_bits_change_cosines_by_a_thousandth():
    vectors = np.random.default_rng(0).normal(size=(500, 100))
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    kept = Space([f"w{i}" for i in range(500)], vectors).unit(tf.range(500)).numpy()
    np.testing.assert_allclose(kept @ kept.T, unit @ unit.T, atol=0.005)
    assert np.abs(kept @ kept.T - unit @ unit.T).mean() < 0.001


def test_vocabulary_is_by_rank(served):
    words = served["vocabulary"](rank=tf.constant([0, 7, 8, -1]))["word"].numpy()
    assert words.tolist() == [b"man", b"apple", b"", b""]
    found, vectors = table(served)
    assert found == WORDS
    np.testing.assert_allclose(vectors, NUMBERS, atol=0.03)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ((["king"], ["man", "woman"], ["man"]), "expected as many words in each, got 1, 2 and 1"),
        ((["king"] * (ROWS + 1),) * 3, f"expected at most {ROWS} questions in a call, got 513"),
    ],
)
def test_what_cannot_be_answered_is_named(served, given, message):
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        ask(served, *given)


@pytest.mark.parametrize(
    ("words", "vectors", "message"),
    [
        (
            ["a", "b"],
            np.zeros((3, 2)),
            r"a vector for each of 2 words, got an array of shape \(3, 2",
        ),
        (["a"], [[np.nan]], "holds a number that is not finite"),
        ([], np.zeros((0, 2)), "each of 0 words"),
        (["a", "a"], np.ones((2, 2)), "a word stands twice"),
    ],
)
def test_bad_tables_are_named(words, vectors, message):
    with pytest.raises(ValueError, match=message):
        Space(words, vectors)


def test_no_vector_is_near_to_nothing():
    space = Space(["zero", "one"], [[0, 0], [1, 0]])
    assert np.isfinite(space.unit(tf.constant([0, 1]))).all()
    assert Lexicon(["zero"]).find(tf.constant(["one"]))[1].numpy().tolist() == [False]


def test_figures_ask_the_served_model(served):
    questions = tf.data.Dataset.from_generator(
        lambda: [
            {
                "set": "royals",
                "section": "gram1",
                "words": [["man", "king", "woman", "queen"], ["man", "king", "woman", "apple"]],
                "score": [],
            }
        ],
        output_signature={
            "set": tf.TensorSpec((), tf.string),
            "section": tf.TensorSpec((), tf.string),
            "words": tf.TensorSpec((None, None), tf.string),
            "score": tf.TensorSpec((None,), tf.float32),
        },
    )
    found = dict(figures(served, questions))
    assert found["royals"] == found["gram1"] == found["royals_syntactic"] == 0.5
    assert found["royals_asked"] == 2
    assert found["woman - man + king"] == "queen"
    assert found["biggest - big + small"] == "a word is unknown"
    assert found["examples_right"] == 1
    assert dict(told(served))["examples"] == 34


def test_the_validation_split_is_of_other_sections_than_the_test(served):
    asked = [each["section"].numpy().decode() for each in validation()]
    assert sorted(asked) == sorted(VALIDATION)
    found = dict(figures(served, validation()))
    assert found["questions-words_asked"] > 0
    assert "questions-words_test" not in found
    everything = dict(figures(served, questions()))
    assert {*VALIDATION} < {*everything}
    assert "questions-words_test" in everything


def test_batches_are_no_questions(served):
    batches = tf.data.Dataset.from_tensors({"tokens": [1]})
    with pytest.raises(ValueError, match="word vectors are asked questions"):
        dict(figures(served, batches))
