"""Looking inside a language model: a hidden unit's activation, and what was expected."""

from serving.demo import parts
from serving.demo.generations import NAMES
from serving.errors import ServingError

LONGEST = 1000  # letters
GLANCE = 250


def look(client, asked):
    """What the network `asked["model"]` does while it reads `asked["text"]`.

    asked: `ask`, a number that comes back; `model`, `text`, and `unit`, a number, or None for the
    unit that tells most; `brief`: whether only `activation` is wanted, as after another unit has
    been chosen for the same text.

    Returns:
        A dict of `ask`, `model`, `unit`, `units` (how many there are), `telling` and, a value for
        each letter: `letters`, `activation`, `nats`, `likeliest`, `chances`.  Or `trouble`, a
        sentence.
    """
    asked = asked if isinstance(asked, dict) else {}
    model, text = asked.get("model"), str(asked.get("text", ""))[:LONGEST]
    answer = {"ask": asked.get("ask"), "model": model}
    if model not in NAMES:
        return answer | {"trouble": "Choose a network first."}
    if not text:
        return answer | {"trouble": "There is no text yet: write one above, or paste one."}
    try:
        unit, seen = _seen(client, model, text, asked.get("unit"))
    except ServingError as error:
        return answer | {"trouble": parts.sentence(error, client, model)}
    answer |= {"unit": unit, "activation": _rounded(seen["activation"][0], 3)}
    return answer if asked.get("brief") else answer | _whole(seen)


def _seen(client, model, text, unit):
    def ask(unit, text=text):
        given = {"text": [text.encode()], "unit": [unit]}
        return client.predict(model, given, signature="look")

    if not isinstance(unit, int):  # the beginning says which unit tells most
        telling = ask(0, text[:GLANCE])["telling"][0]
        unit = int(telling[0]) if len(telling) else 0
    return unit, ask(unit)


def _whole(seen):
    return {
        "units": int(seen["units"][0]),
        "telling": seen["telling"][0].tolist(),
        "letters": _strings(seen["tokens"][0]),
        "nats": _rounded(seen["nats"][0], 4),
        "likeliest": [_strings(place) for place in seen["likeliest"][0]],
        "chances": [_rounded(place, 4) for place in seen["probabilities"][0]],
    }


def _rounded(values, digits):
    return [round(float(value), digits) for value in values]


def _strings(values):
    return [value.decode() for value in values]
