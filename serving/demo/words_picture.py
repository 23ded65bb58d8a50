"""The picture of the Words tab: the pairs of a relation in the plane of largest spread (PCA).

The rows of X are unit vectors less their mean; with X = U S V', the place of a word is its row of
X (v_1, v_2), and the two directions hold (s_1² + s_2²) / Σ s_i² of the spread.
"""

import numpy as np

from serving.demo import parts
from serving.demo.words_answers import LONGEST, MODEL, vectors
from serving.demo.words_relations import RELATIONS
from serving.errors import ServingError


def draw(client, asked):
    """Lay out a relation and the visitor's own words.

    asked: `ask`, a number that comes back; `relation`, a name of `words_relations`, or "" for
    the one that fits the words best; `words`: none, or a, b, c and their answer.

    Returns:
        A dict of `ask`, `relation`, `title`; `points`, each {"word", "x", "y", "role"} with role
        "from", "to" or "yours"; `arrows`, each {"from", "to" (numbers of points), "cosine" of its
        two words, "agrees" (cosine with the mean step of the other pairs; null for the visitor's
        own), "yours"}; `share` of the spread that is seen; `missing`, the words not known.  Or
        `trouble`, a sentence.
    """
    asked = asked if isinstance(asked, dict) else {}
    given = asked.get("words")
    own = [str(word)[:LONGEST].lower() for word in given] if isinstance(given, list) else []
    own = own if len(own) == 4 else []
    relation = _choose(asked.get("relation"), own)
    said = {"ask": asked.get("ask"), "relation": relation.name, "title": relation.title}
    words = list(dict.fromkeys([*(word for pair in relation.pairs for word in pair), *own]))
    try:
        rows, known = vectors(client, words)
    except ServingError as error:
        return said | {"trouble": parts.sentence(error, client, MODEL)}
    missing = [word for word, is_known in zip(words, known, strict=True) if not is_known]
    words = [word for word in words if word not in missing]
    if len(words) < 2:
        return said | {"trouble": "The model knows none of these words."}
    return said | _layout(relation, own, words, rows[known]) | {"missing": missing}


def _choose(name, own):
    """The relation of this name; else one with a step of the visitor's; else the first."""
    for relation in RELATIONS:
        if relation.name == name:
            return relation
    pairs = {tuple(own[:2]), tuple(own[1::-1]), tuple(own[1:3]), tuple(own[2:0:-1])}
    return next((r for r in RELATIONS if pairs & set(r.pairs)), RELATIONS[0])


def _layout(relation, own, words, rows):
    place = {word: number for number, word in enumerate(words)}
    pairs = [(place[a], place[b]) for a, b in relation.pairs if a in place and b in place]
    arrows = _arrows(rows, pairs) + _own_arrows(relation, own, place, rows)
    points, share = plane(rows, [(arrow["from"], arrow["to"]) for arrow in arrows])
    roles = _roles(relation, own)
    return {
        "points": [
            {"word": word, "x": round(float(x), 4), "y": round(float(y), 4), "role": roles[word]}
            for word, (x, y) in zip(words, points, strict=True)
        ],
        "arrows": arrows,
        "share": round(share, 3),
    }


def plane(rows, pairs):
    """Rows (n, features) -> their places (n, 2) by PCA, and the share of the spread there.

    The axes are turned so that the mean step of `pairs` (numbers of rows) goes right and up.
    """
    centred = rows - rows.mean(0)
    _, sizes, axes = np.linalg.svd(centred, full_matrices=False)
    points = np.zeros((len(rows), 2))
    points[:, : len(axes[:2])] = centred @ axes[:2].T
    if pairs:
        start, end = np.array(pairs).T
        points *= np.where((points[end] - points[start]).mean(0) < 0, -1, 1)
    return points, float((sizes[:2] ** 2).sum() / max((sizes**2).sum(), 1e-30))


def _arrows(rows, pairs):
    steps = np.array([rows[b] - rows[a] for a, b in pairs]).reshape(len(pairs), -1)
    others = steps.sum(0) - steps
    return [
        {"from": a, "to": b, "cosine": _cosine(rows[a], rows[b]), "agrees": _cosine(step, rest)}
        | {"yours": False}
        for (a, b), step, rest in zip(pairs, steps, others, strict=True)
    ]


def _own_arrows(relation, own, place, rows):
    """b → a and c → answer; b → c and a → answer where the relation is that of b and c."""
    if not all(word in place for word in own) or not own:
        return []
    a, b, c, answer = own
    turned = {(b, c), (c, b)} & set(relation.pairs)
    pairs = [(b, c), (a, answer)] if turned else [(b, a), (c, answer)]
    numbers = [(place[start], place[end]) for start, end in pairs]
    return [
        {"from": a, "to": b, "cosine": _cosine(rows[a], rows[b]), "agrees": None, "yours": True}
        for a, b in numbers
    ]


def _roles(relation, own):
    starts, ends = zip(*relation.pairs, strict=True)
    roles = dict.fromkeys(ends, "to") | dict.fromkeys(starts, "from")
    return roles | dict.fromkeys(own, "yours")


def _cosine(a, b):
    size = float(np.linalg.norm(a) * np.linalg.norm(b))
    return round(float(a @ b) / size, 3) if size else 0.0
