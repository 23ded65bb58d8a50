"""What a JSON text is parsed to, and how a message shows it.

Lists, strings, numbers, True, False and None are Python's own; an object is a dict, or an `Object`
where equal keys may have been written.
"""

import json

_KINDS = {type(None): "Null", str: "String", list: "Array", int: "Number", float: "Number"}


class Object(dict):
    """A JSON object: looking up a name finds its first value, `pairs` holds them all."""

    def __init__(self):
        super().__init__()
        self.pairs = []

    def add(self, name, value):
        self.pairs.append((name, value))
        self.setdefault(name, value)


def pairs(value):
    """Every (name, value) of a parsed object, repeated names included."""
    return value.pairs if isinstance(value, Object) else list(value.items())


def kind(value):
    """The name of a parsed value's JSON type, as TensorFlow Serving's messages have it."""
    if isinstance(value, bool):
        return str(value)
    return _KINDS.get(type(value), "Object")


def show(value, limit=500):
    """A parsed value as JSON for a message, cut to `limit` characters however deep it is."""
    text = _shallow(value, depth=8)
    return text if len(text) <= limit else text[:limit] + "..."


def _shallow(value, depth):
    few = 20  # enough to recognise one's own request by
    if isinstance(value, (list, dict)) and depth == 0:
        return "..."
    if isinstance(value, list):
        items = [_shallow(item, depth - 1) for item in value[:few]]
        return "[" + ", ".join(items + ["..."] * (len(value) > few)) + "]"
    if isinstance(value, dict):
        items = [f"{quote(k)}: {_shallow(v, depth - 1)}" for k, v in pairs(value)[:few]]
        return "{" + ", ".join(items + ["..."] * (len(value) > few)) + "}"
    return quote(value[:500]) if isinstance(value, str) else json.dumps(value)


def quote(text):
    """A JSON string literal; whatever bytes the text stands for, they stay as they are."""
    return json.dumps(text, ensure_ascii=False)
