"""What the Words tab answers: an analogy, how it was found, the neighbours of a word.

With unit vectors u and d = u_a − u_b + u_c, the answer x is the word of the highest

    cos(x, d) = (cos(x, a) − cos(x, b) + cos(x, c)) / |d|

so that the score is made of three cosines and a length, which the page shows.
"""

import numpy as np

from serving.demo import parts
from serving.errors import ServingError

MODEL = "analogies"
LISTED = 30_000  # words to complete from
LONGEST = 60  # letters of a word


def answer(client, asked):
    """Answer the page's form.

    asked: `ask`, a number that comes back, and `kind`: "analogy" with `words`, three of them, or
    "neighbors" with `words`, a single one.

    Returns:
        A dict of `ask`, `kind`, `words` and one of: `found`, the answers as (word, cosine), best
        first, with `how` (see `how`) and `near`, the first one's neighbours, for an analogy;
        `unknown`, a list of {"word", "closest"}; `trouble`, a sentence.
    """
    asked = asked if isinstance(asked, dict) else {}
    given = asked.get("words")
    words = [str(word)[:LONGEST].strip() for word in (given if isinstance(given, list) else [])]
    kind = "neighbors" if asked.get("kind") == "neighbors" else "analogy"
    said = {"ask": asked.get("ask"), "kind": kind, "words": words}
    if len(words) != (1 if kind == "neighbors" else 3) or not all(words):
        return said | {"trouble": "A word is missing: every field needs one."}
    try:
        return said | (_near(client, *words) if kind == "neighbors" else _analogy(client, words))
    except ServingError as error:
        return said | {"trouble": parts.sentence(error, client, MODEL)}


def listed(client):
    """The most frequent words as {"words": "the of and …"}; none where the model cannot say."""
    ranks = np.arange(LISTED, dtype="int32")
    try:
        words = client.predict(MODEL, {"rank": ranks}, signature="vocabulary")["word"]
    except ServingError:
        return {"words": ""}
    return {"words": " ".join(_strings(words))}


def vectors(client, words):
    """The unit vectors of words, (n, features) float64, zeros for an unknown one; and (n,) known.

    Raises ServingError.
    """
    found = client.predict(MODEL, {"word": _bytes(words)}, signature="embed")
    rows = np.asarray(found["vector"], "float64")
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    return rows / np.where(length > 0, length, 1), np.asarray(found["known"], bool)


def how(names, rows):
    """How near the last of four words is to a − b + c.

    names: a, b, c and the answer; rows: their unit vectors (4, features).

    Returns:
        A dict of `cosines` (answer with a, b, c), `length` of a − b + c, `score`, and `strips`:
        (name, components) of a, b, c, a − b + c as a unit vector, and the answer.
    """
    direction = rows[0] - rows[1] + rows[2]
    length = float(np.linalg.norm(direction)) or 1.0
    cosines = rows[:3] @ rows[3]
    score = float(direction @ rows[3]) / length
    strips = zip([*names[:3], "", names[3]], [*rows[:3], direction / length, rows[3]], strict=True)
    return {
        "cosines": _rounded(cosines, 4),
        "length": round(length, 4),
        "score": round(score, 4),
        "strips": [(name, _rounded(row, 3)) for name, row in strips],
    }


def _analogy(client, words):
    inputs = {name: _bytes([word]) for name, word in zip("abc", words, strict=True)}
    got = client.predict(MODEL, inputs)
    if unknown := _unknown(words, got["known"][0], got["closest"][0]):
        return {"unknown": unknown}
    found = _pairs(got)
    if not found:
        return {"trouble": "The model knows no words beside these."}
    names = [*words, found[0][0]]
    near = _near(client, found[0][0])["found"]
    return {"found": found, "how": how(names, vectors(client, names)[0]), "near": near}


def _near(client, word):
    got = client.predict(MODEL, {"word": _bytes([word])}, signature="neighbors")
    unknown = _unknown([word], got["known"], got["closest"])
    return {"unknown": unknown} if unknown else {"found": _pairs(got)}


def _unknown(words, known, closest):
    return [
        {"word": word, "closest": [near for near in _strings(spelt) if near]}
        for word, is_known, spelt in zip(words, known, closest, strict=True)
        if not is_known
    ]


def _pairs(got):
    pairs = zip(_strings(got["words"][0]), got["scores"][0], strict=True)
    return [(word, round(float(score), 4)) for word, score in pairs if word]


def _bytes(words):
    return [word.encode(errors="replace") for word in words]


def _strings(values):
    return [value.decode() if isinstance(value, bytes) else str(value) for value in values]


def _rounded(values, digits):
    return [round(float(value), digits) for value in values]
