"""Word pairs that translate one another, found in sentence pairs.

How well words x and y go together is told by Dice's coefficient of the sentence pairs that hold
them, 2 N(x, y) / (N(x) + N(y)).  Two words are a pair if each is the other's best, and at least
`LEAST`.  No person has looked at them: some are parts of an idiom, "subway" and the "u" of U-Bahn.

The pairs to learn from come from sentences of the training split, those to be measured by from the
sentences held out; the English words are parted as well (`part`), so that nothing is measured by a
word that was learned from.

Reference: Dice (1945), Measures of the Amount of Ecologic Association Between Species, Ecology 26;
for words Smadja, McKeown & Hatzivassiloglou (1996), Translating Collocations for Bilingual
Lexicons, Computational Linguistics 22.
"""

import hashlib
from array import array
from collections import Counter

import numpy as np

from train.data.tatoeba import held_out, pairs
from train.data.wordfiles import letters_in

LEAST = 0.3
TIMES = {"train": 5, "held out": 3}  # sentence pairs that hold both words, at least


def part(word):
    """ "validation" and "test" for an eighth of the English words each, "train" for the others."""
    number = int.from_bytes(hashlib.sha256(word.encode()).digest()[:4], "big") % 8
    return {0: "validation", 1: "test"}.get(number, "train")


def word_pairs(language, folder="tatoeba"):
    """{"train", "validation", "test"}: lists of (English word, other word); "together": a dict.

    together: each English word's best partner in the training sentences, for comparison: what one
    knows who has read the sentence pairs.  The other words of "train" are in no other part.
    """
    rows = [
        (held_out(e), set(letters_in(e)), set(letters_in(o))) for e, o in pairs(language, folder)
    ]
    learned, together = _mutual([row[1:] for row in rows if not row[0]], TIMES["train"])
    measured, _ = _mutual([row[1:] for row in rows if row[0]], TIMES["held out"])
    train = [pair for pair in learned if part(pair[0]) == "train"]
    seen = {other for _, other in train}
    fresh = [pair for pair in measured if pair[1] not in seen]
    parts = {name: [p for p in fresh if part(p[0]) == name] for name in ("validation", "test")}
    return {"train": train, **parts, "together": together}


def _mutual(rows, times):
    """Pairs that are each other's best, sorted; and the best of each English word."""
    english, foreign = {}, {}
    one, other, codes = Counter(), Counter(), array("q")
    for e, f in rows:
        xs = [english.setdefault(word, len(english)) for word in sorted(e)]
        ys = [foreign.setdefault(word, len(foreign)) for word in sorted(f)]
        one.update(xs)
        other.update(ys)
        codes.extend([x << 32 | y for x in xs for y in ys])
    code, count = np.unique(np.frombuffer(codes, "int64"), return_counts=True)
    best, back = {}, {}
    often = count >= times
    for pair, both in zip(code[often].tolist(), count[often].tolist(), strict=True):
        x, y = pair >> 32, pair & 0xFFFFFFFF
        score = 2 * both / (one[x] + other[y])
        best[x] = max(best.get(x, (0, 0)), (score, y))
        back[y] = max(back.get(y, (0, 0)), (score, x))
    first, second = list(english), list(foreign)
    together = {first[x]: second[y] for x, (_, y) in best.items()}
    found = [(x, y) for x, (score, y) in best.items() if score >= LEAST and back[y][1] == x]
    return sorted((first[x], second[y]) for x, y in found), together
