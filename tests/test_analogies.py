"""Analogies and likeness by hand; questions as they are read."""

import math

import numpy as np

from train.analogies import Space, analogies, likeness, measure
from train.data.questions import questions, read
from train.data.relations import examples

WORDS = ["man", "woman", "king", "queen", "far"]
VECTORS = np.float32([[1, 0, 0], [1, 1, 0], [1, 0, 1], [1, 1, 1], [-1, 0, 0]])
SPACE = Space(WORDS, VECTORS)


def test_an_analogy_is_a_to_b_as_c_to_d():
    rows = [["man", "king", "woman", "queen"], ["man", "king", "woman", "far"]]
    assert analogies(SPACE, rows) == (1, 2)
    assert analogies(SPACE, [["man", "king", "woman", "prince"]]) == (0, 0)


def test_mul_multiplies():
    unit = VECTORS / np.linalg.norm(VECTORS, axis=1, keepdims=True)
    near = (unit @ unit.T + 1) / 2
    score = near[2] * near[1] / (near[0] + 0.001)
    score[[0, 1, 2]] = -1
    answer = SPACE.answers(np.array([[0, 2, 1]]), multiply=True)
    assert answer.tolist() == [score.argmax()]


def test_rare_words_are_not_asked():
    assert analogies(Space(WORDS, VECTORS, limit=3), [["man", "king", "woman", "queen"]]) == (0, 0)


def test_likeness_is_spearmans_rho_with_ties():
    pairs = [["man", "woman"], ["man", "queen"], ["man", "far"], ["king", "woman"], ["x", "man"]]
    # cosines: 0.707, 0.577, -1, 0.5: ranks 3, 2, 0, 1; scores have ranks 2.5, 2.5, 0, 1
    rho, asked = likeness(SPACE, pairs, [9, 9, 1, 5, 7])
    x, y = np.array([3, 2, 0, 1]) - 1.5, np.array([2.5, 2.5, 0, 1]) - 1.5
    np.testing.assert_allclose(rho, x @ y / math.sqrt((x @ x) * (y @ y)))
    assert asked == 4


def test_sets_are_summed_over_their_sections():
    good, bad = ["man", "king", "woman", "queen"], ["man", "king", "woman", "far"]
    sets = [
        {"set": "q", "section": "family", "words": [good], "score": []},
        {"set": "q", "section": "gram1", "words": [good, bad, bad], "score": []},
        {
            "set": "pairs",
            "section": "",
            "words": [["man", "far"], ["man", "king"]],
            "score": [1, 2],
        },
    ]
    found = dict(measure(SPACE, sets))
    assert found["family"] == found["q_semantic"] == 1
    assert found["gram1"] == found["q_syntactic"] == 1 / 3
    assert found["q"] == 0.5
    assert found["q_asked"] == 4
    assert round(found["pairs_spearman"], 6) == 1


def test_questions_are_mikolovs(monkeypatch):
    monkeypatch.delenv("ZOO_DATA", raising=False)
    sets = [*read()]
    assert len(sets) == 14
    assert sum(len(each["words"]) for each in sets) == 19_544
    assert sets[0]["section"] == "capital-common-countries"
    assert sets[0]["words"][0] == ["athens", "greece", "baghdad", "iraq"]
    first = next(iter(questions()))
    assert first["words"][0].numpy().tolist() == [b"athens", b"greece", b"baghdad", b"iraq"]


def test_examples_are_well_formed():
    rows = [*examples()]
    assert ("biggest", "big", "small", ("smallest",)) in rows
    assert ("paris", "france", "japan", ("tokyo",)) in rows
    assert all(word.islower() for a, b, c, d in rows for word in (a, b, c, *d))
