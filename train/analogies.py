"""How well word vectors answer questions: analogies by cosine, likeness by rank correlation.

For "a is to b as c is to ?", with unit vectors, the answer is the word d, other than a, b and c, of

    3CosAdd   max  cos(d, b) - cos(d, a) + cos(d, c)
    3CosMul   max  cos'(d, b) cos'(d, c) / (cos'(d, a) + 0.001)       cos' = (cos + 1) / 2

A question with a word that is not among the first `limit` words is not asked, as is usual.

Reference: Mikolov, Yih & Zweig (2013), Linguistic Regularities in Continuous Space Word
Representations, NAACL; Levy & Goldberg (2014), Linguistic Regularities in Sparse and Explicit Word
Representations, CoNLL; Spearman (1904), The Proof and Measurement of Association between Two
Things, American Journal of Psychology 15.
"""

import numpy as np

from train.data.questions import VALIDATION

LIMIT = 30_000
AT_ONCE = 512


class Space:
    """Words, the most frequent first, and their vectors (n, features), cut to `limit`."""

    def __init__(self, words, vectors, limit=LIMIT):
        self.words = list(words[:limit])
        self.number = {word: i for i, word in enumerate(self.words)}
        vectors = np.asarray(vectors[:limit], "float32")
        self.unit = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)

    def known(self, rows):
        """Rows of words -> the places of the known ones, and their numbers (n, width)."""
        places = [i for i, row in enumerate(rows) if all(word in self.number for word in row)]
        return places, np.array([[self.number[word] for word in rows[i]] for i in places], int)

    def answers(self, questions, multiply=False):
        """(n, 3 or more) numbers a, b, c -> (n,) numbers of the words that come out first."""
        parts = range(0, len(questions), AT_ONCE)
        best = [self._answers(questions[i : i + AT_ONCE, :3], multiply) for i in parts]
        return np.concatenate([np.zeros(0, int), *best])

    def _answers(self, abc, multiply):
        if multiply:
            a, b, c = ((self.unit[x] @ self.unit.T + 1) / 2 for x in abc.T)
            score = b * c / (a + 0.001)
        else:
            a, b, c = (self.unit[x] for x in abc.T)
            score = (b - a + c) @ self.unit.T
        np.put_along_axis(score, abc, -np.inf, 1)
        return score.argmax(1)


def analogies(space, rows, multiply=False):
    """Rows of words a, b, c, d -> how many come out right, and how many were asked."""
    _, numbers = space.known(rows)
    if not len(numbers):
        return 0, 0
    return int(np.sum(space.answers(numbers, multiply) == numbers[:, 3])), len(numbers)


def likeness(space, pairs, scores):
    """Pairs of words and what people say of them -> Spearman's rho, and how many were known."""
    places, numbers = space.known(pairs)
    if len(numbers) < 2:
        return float("nan"), len(numbers)
    cosines = np.sum(space.unit[numbers[:, 0]] * space.unit[numbers[:, 1]], 1)
    ranks = _ranks(cosines), _ranks(np.asarray(scores)[places])
    return float(np.corrcoef(*ranks)[0, 1]), len(numbers)


def _ranks(values):
    """Ranks from 0; equal values share their mean."""
    _, where, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    return (ends - (counts + 1) / 2)[where]


def measure(space, sets):
    """Yield (figure, value) for question sets as of `train.data.questions.read`.

    `questions-words_test` is that of the sections by which nothing was chosen.
    """
    totals = {}
    for each in sets:
        if len(each["score"]):
            rho, asked = likeness(space, each["words"], each["score"])
            yield f"{each['set']}_spearman", rho
            yield f"{each['set']}_asked", asked
            continue
        kind = "syntactic" if each["section"].startswith("gram") else "semantic"
        groups = [each["set"], f"{each['set']}_{kind}"] if each["section"] else [each["set"]]
        if each["section"] and each["section"] not in VALIDATION:
            groups.append(f"{each['set']}_test")
        for way, multiply in (("", False), ("_mul", True)):
            right, asked = analogies(space, each["words"], multiply)
            if each["section"]:
                yield f"{each['section']}{way}", right / max(asked, 1)
            for group in groups:
                total = totals.setdefault(group + way, [0, 0])
                total[0] += right
                total[1] += asked
    for name, (right, asked) in totals.items():
        yield name, right / max(asked, 1)
        if not name.endswith("_mul"):
            yield f"{name}_asked", asked
