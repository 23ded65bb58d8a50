"""Two languages in one picture, and the translations of a word: the model `translations`.

The picture is the plane of largest spread (PCA, see `words_picture.plane`) of a topic's English
words and of the nearest word that each has in the other language.
"""

import numpy as np

from serving.demo import parts
from serving.demo.words_answers import LONGEST
from serving.demo.words_picture import plane
from serving.errors import ServingError

MODEL = "translations"
LANGUAGES = ("de", "fr")
TOPICS = {
    "Family": "mother father sister brother son daughter uncle aunt wife husband child parents",
    "Animals": "dog cat horse bird cow fish mouse animal rabbit bear elephant sheep",
    "Numbers": "two three four five six seven eight nine ten twenty thirty hundred",
    "Time": "morning evening night day week month year hour minute monday sunday tomorrow",
    "Food": "bread milk water coffee tea wine beer cheese meat egg apple sugar salt rice soup",
    "Verbs": "go come see hear eat drink sleep read write speak buy sell give take",
    "Places": "house school city street room garden church hospital library station hotel kitchen",
    "Colours": "red blue green white black yellow brown big small old new young good bad",
}


def draw(client, asked):
    """Lay a topic out in both languages, and translate a word.

    asked: `ask`, a number that comes back; `topic`, a key of `TOPICS`; `language`, one of
    `LANGUAGES`; `word`, English.

    Returns:
        A dict of `ask`; `points`, each {"word", "x", "y", "role"}, role "from" for English and
        "to"; `arrows`, each {"from", "to", "cosine", "yours"}; `share` of the spread that is seen;
        and of the word: `found`, (word, cosine), best first, or `unknown`, a list of
        {"word", "closest"}.  Or `trouble`, a sentence.
    """
    asked = asked if isinstance(asked, dict) else {}
    language = asked.get("language") if asked.get("language") in LANGUAGES else LANGUAGES[0]
    topic = TOPICS.get(asked.get("topic"), next(iter(TOPICS.values())))
    word = str(asked.get("word") or "")[:LONGEST].strip()
    said = {"ask": asked.get("ask")}
    try:
        drawn = said | _picture(client, topic.split(), language)
        return drawn | (_translated(client, word, language) if word else {"found": []})
    except ServingError as error:
        return said | {"trouble": parts.sentence(error, client, MODEL)}


def _picture(client, words, language):
    found = _ask(client, words, language)
    best = [pair for pair in zip(words, found["words"][:, 0], strict=True) if pair[1]]
    english = [word for word, _ in best]
    other = list(dict.fromkeys(_text(word) for _, word in best))
    if not english:
        return {"trouble": "The model knows none of these words."}
    rows = np.concatenate([_vectors(client, english, "en"), _vectors(client, other, language)])
    pairs = [(i, len(english) + other.index(_text(word))) for i, (_, word) in enumerate(best)]
    points, share = plane(rows, [])
    roles = ["from"] * len(english) + ["to"] * len(other)
    return {
        "points": [
            {"word": word, "x": round(float(x), 4), "y": round(float(y), 4), "role": role}
            for word, (x, y), role in zip([*english, *other], points, roles, strict=True)
        ],
        "arrows": [
            {"from": a, "to": b, "cosine": round(float(rows[a] @ rows[b]), 3), "yours": False}
            for a, b in pairs
        ],
        "share": round(share, 3),
    }


def _translated(client, word, language):
    got = _ask(client, [word], language)
    if not got["known"][0]:
        closest = [_text(near) for near in got["closest"][0] if near]
        return {"unknown": [{"word": word, "closest": closest}]}
    pairs = zip(got["words"][0], got["scores"][0], strict=True)
    return {"found": [(_text(near), round(float(score), 4)) for near, score in pairs if near]}


def _ask(client, words, language):
    inputs = {"word": words, "language": ["en"] * len(words), "to": [language] * len(words)}
    return client.predict(MODEL, {name: _bytes(each) for name, each in inputs.items()})


def _vectors(client, words, language):
    inputs = {"word": _bytes(words), "language": _bytes([language] * len(words))}
    return np.asarray(client.predict(MODEL, inputs, signature="embed")["vector"], "float64")


def _bytes(words):
    return [word.encode(errors="replace") for word in words]


def _text(word):
    return word.decode() if isinstance(word, bytes) else str(word)
