"""What the Captions tab answers: a caption, how words and regions fit, vectors to search by."""

import numpy as np

from serving.demo import captions_photos, parts
from serving.errors import ServingError

MODEL = "captions"
LONGEST = 300  # letters of a visitor's sentence
PHOTOS = 60  # in one search


def tell(client, asked):
    """Yield what the network says of a photo: first where it looked, then what else it might say.

    asked: `ask`, a number that comes back, and `photo`, as `captions_photos.content` takes it.

    Yields:
        A dict of `ask` and `words`; `attention`, a grid (rows of numbers) for each word, empty
        where the network has none; later also `captions`, (sentence, score) best first.  Or
        `trouble`, a sentence.
    """
    asked = asked if isinstance(asked, dict) else {}
    said = {"ask": asked.get("ask")}
    try:
        image = [captions_photos.content(asked.get("photo"))]
        if "attend" in client.signatures(MODEL):
            said |= _looked(client.predict(MODEL, {"image": image}, signature="attend"))
            yield said
        yield said | _told(client.predict(MODEL, {"image": image}))
    except ServingError as error:
        yield said | {"trouble": parts.sentence(error, client, MODEL)}


def align(client, asked):
    """Which region of a photo each word of a sentence fits best.

    asked: `ask`, `photo`, `sentence`.

    Returns:
        A dict of `ask`, `score` and `words`, dicts of `word`, `known`, `score`, `box` (top, left,
        bottom, right, of 1) and `grid`, the scores of all regions.  Or `trouble`, a sentence.
    """
    asked = asked if isinstance(asked, dict) else {}
    said = {"ask": asked.get("ask")}
    sentence = str(asked.get("sentence", ""))[:LONGEST]
    if not sentence.strip():
        return said | {"trouble": "There is no sentence yet: write one about the photo."}
    try:
        image = [captions_photos.content(asked.get("photo"))]
        given = {"image": image, "sentence": [_bytes(sentence)]}
        found = client.predict(MODEL, given, signature="align")
    except ServingError as error:
        return said | {"trouble": parts.sentence(error, client, MODEL)}
    names = ("words", "known", "scores", "boxes", "grid")
    rows = zip(*(found[name][0] for name in names), strict=True)
    words = [
        {"word": _text(word), "known": bool(known), "score": round(float(score), 3)}
        | {"box": _rounded(box), "grid": [_rounded(row) for row in grid]}
        for word, known, score, box, grid in rows
    ]
    return said | {"score": round(float(found["score"][0]), 3), "words": words}


def search(client, asked):
    """The vector of a sentence, and those of the photos that the page has none of yet.

    asked: `ask`, `sentence`, and `photos`, {key: photo}.

    Returns:
        A dict of `ask`, `vector`, `unknown` (words that the network does not know), `known` (how
        many it does) and `vectors`, {key: vector}.  Or `trouble`, a sentence.
    """
    asked = asked if isinstance(asked, dict) else {}
    said = {"ask": asked.get("ask")}
    sentence = str(asked.get("sentence", ""))[:LONGEST]
    if not sentence.strip():
        return said | {"trouble": "What are you looking for? Describe it in a few words."}
    photos = asked.get("photos") if isinstance(asked.get("photos"), dict) else {}
    try:
        found = client.predict(MODEL, {"sentence": [_bytes(sentence)]}, signature="embed_text")
        vectors = _vectors(client, dict(list(photos.items())[:PHOTOS]))
    except ServingError as error:
        return said | {"trouble": parts.sentence(error, client, MODEL)}
    known = np.asarray(found["known"][0], bool)
    unknown = [_text(word) for word, is_known in zip(found["words"][0], known, strict=True)
               if not is_known and word]  # fmt: skip
    vector = _rounded(found["vector"][0], 5)
    told = {"vector": vector, "unknown": unknown, "known": int(known.sum())}
    return said | told | {"vectors": vectors}


def _looked(seen):
    words = [_text(word) for word in seen["words"][0]]
    count = len(words) - words.count("")
    grids = np.asarray(seen["attention"][0][:count], float)
    attention = [[_rounded(row, 4) for row in grid] for grid in grids] if grids.any() else []
    return {"words": words[:count], "attention": attention}


def _told(answer):
    captions = [
        (_text(caption), round(float(score), 3))
        for caption, score in zip(answer["captions"][0], answer["scores"][0], strict=True)
        if caption
    ]
    told = {"captions": captions}
    return told if captions else told | {"trouble": "The network has nothing to say of this one."}


def _vectors(client, photos):
    if not photos:
        return {}
    image = [captions_photos.content(photo) for photo in photos.values()]
    rows = client.predict(MODEL, {"image": image}, signature="embed_image")["vector"]
    return {key: _rounded(row, 5) for key, row in zip(photos, rows, strict=True)}


def _bytes(text):
    return text.encode(errors="replace")


def _text(value):
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)


def _rounded(values, digits=3):
    return [round(float(value), digits) for value in values]
