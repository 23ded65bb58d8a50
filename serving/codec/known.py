"""Bodies of a form that was met before, read straight into arrays.

A client sends one form over and over: the same names and lists, with other numbers in them.  A
body's form is its text without digits, signs, points, exponents and white space.  Once the careful
reader has found the tensors of a form, simdjson reads the next body of it into arrays of their
shapes, without a Python object for each number.

Valid JSON texts of one form are cut into the same tokens, for the form keeps every quotation mark,
bracket and comma.  They can differ in this alone: what letters and digits their strings hold,
whether a pair of brackets without a comma holds a number, and whether a number is whole, which
does not matter to a tensor of floats.  The first two are looked at.  What simdjson refuses, or
cannot read so, is left to the careful reader.
"""

import threading
from typing import NamedTuple

import numpy as np
import simdjson

from serving.codec.tensor import as_array

_NUMBERS = b"0123456789+-.eE \t\r\n"
_MOST = 64
_LONGEST = 256 * 1024  # bytes of a form
_SMALL = 64 * 1024  # bytes of a body; a parser keeps the memory of its largest
_KINDS = {"float", "double"}


class Found(NamedTuple):
    """What a body of a known form holds.

    signature: the name that it asks for, "" if none; rows: whether it has `instances`.
    tensors: {input name: array}.  dtypes: those that it was read as.
    """

    signature: str
    rows: bool
    tensors: dict
    dtypes: dict


class _Form(NamedTuple):
    """keys: the body's; names: the inputs', None where they have none."""

    keys: list
    names: list | None
    shapes: dict
    dtypes: dict


class Forms:
    """The forms met lately; may be used by several threads."""

    def __init__(self):
        self._forms = {}
        self._readers = threading.local()

    def read(self, body):
        """A body's form (bytes), and its `Found`, or None where it cannot be read so."""
        text = body.translate(None, _NUMBERS)
        form = self._forms.get(text)
        try:
            return text, form and _read(self._reader(body).parse(body), form)
        except (ValueError, TypeError, RuntimeError):
            return text, None

    def learn(self, text, document, tensors, dtypes):
        """Keep the form of a body, of which the careful reader has made a document and tensors."""
        plain = type(document) is dict  # in an Object a name may stand twice
        if not plain or len(text) > _LONGEST or not _KINDS.issuperset(dtypes.values()):
            return
        holder = document["instances" if "instances" in document else "inputs"]
        first = holder[0] if isinstance(holder, list) and holder else holder
        names = list(first) if isinstance(first, dict) else None
        while len(self._forms) >= _MOST:
            self._forms.pop(next(iter(self._forms)), None)
        shapes = {name: tensor.shape for name, tensor in tensors.items()}
        self._forms[text] = _Form(list(document), names, shapes, dtypes)

    def _reader(self, body):
        if len(body) > _SMALL:
            return simdjson.Parser()
        if not hasattr(self._readers, "small"):
            self._readers.small = simdjson.Parser()
        return self._readers.small


def _read(document, form):
    """The Found of a simdjson document, or None; ValueError or TypeError where it is another."""
    if [*document] != form.keys:
        return None
    rows = "instances" in form.keys
    holder = document["instances" if rows else "inputs"]
    if form.names is None:
        parts = {min(form.dtypes): [holder]}
    else:
        named = list(holder) if rows else [holder]
        if any([*part] != form.names for part in named):
            return None
        parts = {name: [part[name] for part in named] for name in form.dtypes}
    if not all(isinstance(value, simdjson.Array) for part in parts.values() for value in part):
        return None  # a number alone
    tensors = {}
    for name, values in parts.items():
        flat = [np.frombuffer(value.as_buffer(of_type="d")) for value in values]
        flat = flat[0] if len(flat) == 1 else np.concatenate(flat)
        tensors[name] = as_array(flat, form.shapes[name], form.dtypes[name])
    signature = document["signature_name"] if "signature_name" in form.keys else ""
    return Found(signature, rows, tensors, form.dtypes)
