"""Tensors to JSON: the body of an answer.

A float is printed with six digits if they say it all, else with as many as its type needs, and
always shows that it is one: 1.0, 0.333333343, 9e+06, NaN.  Long tensors are left to orjson, whose
digits are the fewest that read back as the same float.

Source: tensorflow_serving/util/json_tensor.cc, WriteDecimal and MakeJsonFromTensors.
"""

import base64
import functools
import math
import struct

import numpy as np
import orjson

from serving.codec.values import quote
from serving.errors import invalid

_LONG = 256  # values
_MESSAGE = 16_384  # characters
_DIGITS = {np.dtype("float32"): ".9g", np.dtype("float64"): ".17g"}
_WHOLE = {np.dtype(t) for t in ("int8", "int16", "int32", "int64", "uint8", "uint32", "uint64")}


def encode_predict(outputs, rows):
    """The body (bytes) that answers a predict call.

    `outputs` is {name: array}; a single one goes without its name.  With `rows`, every output must
    have the same first dimension, and the answer is one item per row.  Raises ServingError.
    """
    if not outputs:
        raise invalid("Cannot convert empty tensor map to JSON")
    names = sorted(outputs)
    if rows:
        columns = [_rows(name, outputs[name], outputs[names[0]]) for name in names]
        items = columns[0]
        if len(names) > 1:
            items = [_members(names, row) for row in zip(*columns, strict=True)]
        text = '{"predictions": [' + ", ".join(items) + "]}"
    else:
        values = [encode_tensor(outputs[name], name.endswith("_bytes")) for name in names]
        text = '{"outputs": ' + (values[0] if len(names) == 1 else _members(names, values)) + "}"
    return _utf8(text)


def encode_error(message):
    """The body (bytes) of every failed call; always UTF-8, whatever bytes the message quotes.

    What a message quotes from a request may be long: it is cut.
    """
    text = _utf8(message if len(message) <= _MESSAGE else message[:_MESSAGE] + "...").decode(
        "utf-8", "replace"
    )
    return _utf8('{"error": ' + quote(text) + "}")


def encode_tensor(array, as_b64=False):
    """One array as JSON text, nested as its shape says."""
    return _nested(array, array.shape, as_b64)[0]


def decimals(array):
    """The texts of a flat float array's values."""
    digits = _DIGITS[array.dtype]
    numbers = array.tolist()
    texts = [f"{number:g}" for number in numbers]
    # Read back by struct: for a few numbers NumPy takes longer to be called than to work.
    layout = f"{len(texts)}{array.dtype.char}"
    read = struct.unpack(layout, struct.pack(layout, *map(float, texts)))
    for i, (number, back) in enumerate(zip(numbers, read, strict=True)):
        if number != back:
            texts[i] = f"{number:{digits}}"
    return [_as_float(text) for text in texts]


def _as_float(text):
    if "n" in text:
        return {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}[text]
    return text if "." in text or "e" in text else text + ".0"


def _rows(name, array, first):
    if array.ndim == 0:
        raise invalid(f"Tensor name: {name} has no shape information ")
    if first.ndim and len(array) != len(first):
        raise invalid(
            f"Tensor name: {name} has inconsistent batch size: {len(array)} expecting: {len(first)}"
        )
    return _nested(array, array.shape[1:], name.endswith("_bytes"))


_quoted = functools.lru_cache(1024)(quote)  # of the names of outputs, which are few


def _members(names, values):
    pairs = zip(map(_quoted, names), values, strict=True)
    return "{" + ", ".join([f"{name}: {value}" for name, value in pairs]) + "}"


def _nested(array, shape, as_b64):
    """The array as a list of JSON texts of the given shape, its last dimensions."""
    count = math.prod(array.shape[: array.ndim - len(shape)])
    if array.size > _LONG and _orjson_can(array):
        items = np.ascontiguousarray(array).reshape((count, *shape))
        return [orjson.dumps(item, option=orjson.OPT_SERIALIZE_NUMPY).decode() for item in items]
    texts = _texts(array.reshape(-1), as_b64)
    for depth in reversed(range(len(shape))):
        size = shape[depth]
        lists = count * math.prod(shape[:depth])
        texts = ["[" + ", ".join(texts[i * size : (i + 1) * size]) + "]" for i in range(lists)]
    return texts


def _orjson_can(array):
    if array.dtype in _DIGITS:
        return np.isfinite(array).all()
    return array.dtype in _WHOLE or array.dtype == "bool"


def _texts(array, as_b64):
    if array.dtype in _DIGITS:
        return decimals(array)
    if array.dtype in _WHOLE:
        return list(map(str, array.tolist()))
    if array.dtype == "bool":
        return ["true" if value else "false" for value in array.tolist()]
    if array.dtype == "object" and as_b64:
        return ['{"b64": "' + base64.b64encode(value).decode() + '"}' for value in array]
    if array.dtype == "object":
        return [quote(value.decode("utf-8", "surrogateescape")) for value in array]
    if array.size:
        name = "half" if array.dtype == "float16" else array.dtype.name
        raise invalid(f"Failed to write JSON value for tensor type: {name}")
    return []


def _utf8(text):
    # A string that is no UTF-8 goes out as it is: only the model's author knows what it should be.
    return text.encode("utf-8", "surrogateescape")
