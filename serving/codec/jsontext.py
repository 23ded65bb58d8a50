"""JSON text to Python values, by the rules of the parser in TensorFlow Serving (RapidJSON).

They differ from Python's own: `NaN`, `Inf` and `Infinity` are numbers, whatever follows the first
complete value is ignored, of two equal keys the first is found, bytes that are no UTF-8 pass
unchanged (as surrogate escapes), and deep nesting is no danger.  orjson reads nearly all requests,
and quickly; `_Reader` reads the few on which the two could disagree and finds the words for an
error.

Source: tensorflow_serving/util/json_tensor.cc, ParseJson.
"""

import json
import math
import re
from itertools import chain

import orjson

from serving.codec.values import Object, show
from serving.errors import invalid

_SPACE = re.compile(rb"[ \t\r\n]*")
_PLAIN = re.compile(rb'[^"\\\x00-\x1f]*')
_NUMBER = re.compile(rb"-?(?:0|[1-9][0-9]*)(\.[0-9]*)?([eE][+-]?[0-9]*)?")
_WORD = re.compile(rb"null|true|false|-?NaN|-?Inf(?:inity)?")
_WORDS = {b"null": None, b"true": True, b"false": False, b"NaN": math.nan, b"-NaN": math.nan}
_WORDS |= {b"Inf": math.inf, b"Infinity": math.inf, b"-Inf": -math.inf, b"-Infinity": -math.inf}
# Numbers that any JSON reader reads alike, each with the comma behind it.  Bounded, so that little
# is kept for going back; possessive quantifiers match what they should not before Python 3.11.5.
_RUN = re.compile(
    rb"(?:[ \t\r\n]*(?:-?(?:0|[1-9][0-9]{0,17})(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,2})?"
    rb"|NaN|-?Infinity)[ \t\r\n]*,){1,256}"
)
_MAX_STEPS = 2_000_000  # values that `_Reader` reads one at a time, at about a million a second
_ESCAPES = dict(zip(b'"\\/bfnrt', '"\\/\b\f\n\r\t', strict=True))


# Of what numbers and lists of them are written; "true" is "tru" without, "false" is "fals".
_BULK = b"0123456789+-.,eE[] \t\r\n"


def outline(body):
    """A text without numbers, lists and commas: little of it is left where those are the most.

    It holds every brace, colon and quotation mark of the text.
    """
    return body.translate(None, _BULK)


def parse_object(body, rest=None):
    """Parse a request's body (bytes); `rest` is its `outline`, if it is known.

    Returns a dict, with numbers as int when they were written as integers of at most 64 bits.
    Raises ServingError (INVALID_ARGUMENT) when `body` holds no JSON object.
    """
    value = parse(body, rest)
    if not isinstance(value, dict):
        raise invalid(f"JSON Value: {show(value)} Is not object")
    return value


def parse(body, rest=None):
    """Parse one JSON value from the start of `body` (bytes); `rest` as in `parse_object`."""
    if not body:
        raise invalid("JSON Parse error: The document is empty")
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        return _Reader(body).read()
    rest = outline(body) if rest is None else rest
    return value if _keys_are_unique(value, body, rest) else _Reader(body).read()


def _keys_are_unique(root, body, rest):
    """Whether orjson, which keeps the last of equal keys, can have dropped none.

    Each key has one colon behind it, so the text holds as many colons as the result has keys, and
    those in its strings.  They are looked for in strings only if keys alone do not explain them.
    """
    others = rest.count(b":") - _keys(root, rest.count(b"{"))
    return others == 0 or (b"\\u00" not in body and others == _colons_in_strings(root))


def _keys(root, objects):
    """How many keys the objects of a parsed value have; there are `objects` objects at most."""
    count, level = 0, [root]
    while objects > 0 and level:
        dicts = [value for value in level if type(value) is dict]
        objects -= len(dicts)
        count += sum(map(len, dicts))
        lists = [value for value in level if type(value) is list]
        level = [child for value in lists for child in value if type(child) in (dict, list)]
        level += [child for value in dicts for child in value.values()]
    return count


def _colons_in_strings(root):
    count, level = 0, [[root]]
    while level:
        dicts = [value for value in level if type(value) is dict]
        children = [child for value in level if type(value) is list for child in value]
        children += [child for value in dicts for child in value.values()]
        texts = [child for child in children if type(child) is str]
        count += sum(text.count(":") for text in chain(texts, *dicts))
        level = [child for child in children if type(child) in (dict, list)]
    return count


class _Reader:
    """A reader that keeps its own stack, so that no nesting is too deep for it.

    It is slow, so the values that it reads one at a time are counted, and too many refused.  A run
    of numbers in a list counts as one.
    """

    def __init__(self, body):
        self.body = body
        self.at = 3 if body.startswith(b"\xef\xbb\xbf") else 0  # a byte order mark is skipped

    def read(self):
        if self._peek() == b"":
            raise self._error("The document is empty.")
        stack = []
        name = None
        for _ in range(_MAX_STEPS):
            value, opened = self._value()
            if opened and self._peek() not in (b"]", b"}"):
                stack.append((value, name))
                name = self._next(value)
                continue
            if opened:
                self._close(value)
            while stack:
                parent, parent_name = stack[-1]
                self._add(parent, name, value)
                if self._peek() == b",":
                    self.at += 1
                    name = self._next(parent)
                    break
                self._close(parent)
                stack.pop()
                value, name = parent, parent_name
            else:
                return value
        raise self._error(f"More than {_MAX_STEPS} values, too many for JSON that is not strict,")

    def _peek(self):
        self.at = _SPACE.match(self.body, self.at).end()
        return self.body[self.at : self.at + 1]

    def _error(self, what, at=None):
        return invalid(f"JSON Parse error: {what} at offset: {self.at if at is None else at}")

    def _value(self):
        """The next scalar and False, or a list or object just opened and True."""
        first = self._peek()
        if first == b"[" or first == b"{":
            self.at += 1
            return ([] if first == b"[" else Object()), True
        if first == b'"':
            return self._string(), False
        word = _WORD.match(self.body, self.at)
        if word:
            self.at = word.end()
            return _WORDS[word[0]], False
        return self._number(), False

    def _add(self, parent, name, value):
        if isinstance(parent, Object):
            parent.add(name, value)
        else:
            parent.append(value)

    def _next(self, parent):
        """Come to the next value: past an object's name, or past a list's run of numbers."""
        if isinstance(parent, Object):
            return self._name()
        run = _RUN.match(self.body, self.at)
        if run:
            self.at = run.end()
            parent += json.loads(b"[" + run[0][:-1] + b"]")
        return None

    def _close(self, value):
        brace = isinstance(value, Object)
        if self._peek() != (b"}" if brace else b"]"):
            if brace and not value:
                raise self._error("Missing a name for object member.")
            what = "} after an object member" if brace else "] after an array element"
            raise self._error(f"Missing a comma or {what}.")
        self.at += 1

    def _name(self):
        if self._peek() != b'"':
            raise self._error("Missing a name for object member.")
        name = self._string()
        if self._peek() != b":":
            raise self._error("Missing a colon after a name of object member.")
        self.at += 1
        return name

    def _number(self):
        match = _NUMBER.match(self.body, self.at)
        if not match:
            raise self._error("Invalid value.")
        start, self.at = self.at, match.end()
        fraction, exponent = match.groups()
        if fraction == b".":
            raise self._error("Miss fraction part in number.", match.end(1))
        if exponent and not exponent[-1:].isdigit():
            raise self._error("Miss exponent in number.")
        if fraction is None and exponent is None and len(match[0]) <= 20:
            whole = int(match[0])
            if -(2**63) <= whole < 2**64:
                return whole
        number = float(match[0])
        if math.isinf(number):
            raise self._error("Number too big to be stored in double.", start)
        return number

    def _string(self):
        start = self.at
        self.at += 1
        parts = []
        while True:
            plain = _PLAIN.match(self.body, self.at)
            parts.append(plain[0].decode("utf-8", "surrogateescape"))
            self.at = plain.end() + 1
            stop = self.body[plain.end() : self.at]
            if stop == b'"':
                return "".join(parts)
            if stop == b"\\":
                parts.append(self._escape())
            elif stop in (b"", b"\0"):
                raise self._error("Missing a closing quotation mark in string.", start)
            else:
                raise self._error("Invalid encoding in string.", plain.end())

    def _escape(self):
        start = self.at - 1
        letter = self.body[self.at : self.at + 1]
        self.at += 1
        if letter != b"u":
            if letter and letter[0] in _ESCAPES:
                return _ESCAPES[letter[0]]
            raise self._error("Invalid escape character in string.", start)
        code = self._hex(start)
        if 0xD800 <= code < 0xE000:
            low = 0
            if code < 0xDC00 and self.body[self.at : self.at + 2] == b"\\u":
                self.at += 2
                low = self._hex(start)
            if not 0xDC00 <= low < 0xE000:
                raise self._error("The surrogate pair in string is invalid.", start)
            code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00)
        return chr(code)

    def _hex(self, start):
        digits = self.body[self.at : self.at + 4]
        if not re.fullmatch(rb"[0-9a-fA-F]{4}", digits):
            raise self._error("Incorrect hex digit after \\u escape in string.", start)
        self.at += 4
        return int(digits, 16)
