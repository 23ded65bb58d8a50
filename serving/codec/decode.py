"""JSON to tensors: the body of a predict call.

It holds `instances` (rows: one list item per example) or `inputs` (columns: one tensor per input).
Types are strict: no 1.0 for an integer, no 1 for a boolean, no "1" for a number.

Source: tensorflow_serving/util/json_tensor.cc.
"""

import math
from typing import NamedTuple

from serving.codec.jsontext import outline, parse_object
from serving.codec.known import Forms
from serving.codec.tensor import as_array, fill, is_b64, quick, tensor
from serving.codec.values import pairs, show
from serving.errors import ServingError, invalid

_FORMS = Forms()


class Request(NamedTuple):
    """A decoded call: `rows` says whether it was written by row, and so must be its answer."""

    signature: str
    rows: bool
    tensors: dict


def decode_predict(body, find_inputs):
    """Decode the body (bytes) of a predict call into a Request.

    `find_inputs(signature name or "")` gives {input name: TensorFlow's dtype name, such as
    "float"}; it is called once the text is known to be JSON, as TensorFlow Serving does, and may
    raise.  Tensors are arrays; strings are object arrays of bytes.  Raises ServingError.
    """
    form, found = _FORMS.read(body)
    if found:
        dtypes = find_inputs(found.signature)
        if dtypes == found.dtypes:
            return Request(*found[:3])
    rest = outline(form)
    document = parse_object(body, rest)
    signature = signature_name(document)
    if not found:
        dtypes = find_inputs(signature)
    if not dtypes:
        raise invalid(f"Failed to get input map for signature: {signature or 'DEFAULT'}")
    rows = "instances" in document
    if rows and "inputs" in document:
        what = "Not formatted correctly expecting only one of 'inputs' or 'instances' keys to exist"
        raise invalid(f"JSON Value: {show(document)} {what} ")
    if rows:
        tensors = _by_row(document, dtypes, _only_numbers(rest, document))
    elif "inputs" in document:
        tensors = _by_column(document["inputs"], dtypes, _only_numbers(rest, document))
    else:
        raise invalid("Missing 'inputs' or 'instances' key")
    _FORMS.learn(form, document, tensors, dtypes)
    return Request(signature, rows, tensors)


def _only_numbers(rest, document):
    """Whether the tensors hold no string, boolean or null: then NumPy can be left to itself.

    rest: the text's outline.  All its quotation marks must be those of names and of the signature's
    name.
    """
    if b"tru" in rest or b"fals" in rest or b"null" in rest:
        return False
    strings = len(document) + sum(type(value) is str for value in document.values())
    inputs = document.get("inputs")
    if isinstance(inputs, dict):
        strings += len(inputs)
    rows = document.get("instances")
    if isinstance(rows, list) and rows and isinstance(rows[0], dict):
        strings += sum(len(row) for row in rows if isinstance(row, dict))
    return rest.count(b'"') == 2 * strings


def signature_name(document):
    """The signature that a request asks for; "" stands for the default one."""
    name = document.get("signature_name", "")
    if not isinstance(name, str):
        what = "not formatted correctly. 'signature_name' key must be a string value."
        raise invalid(f"JSON Value: {show(document)} {what}")
    return name


def _by_column(value, dtypes, numbers):
    if isinstance(value, dict) and not is_b64(value):
        for name in sorted(dtypes):
            if name not in value:
                raise invalid(f"Missing named input: {name} in 'inputs' object.")
        return {name: _tensor(value[name], dtypes[name], numbers) for name in sorted(dtypes)}
    if len(dtypes) > 1:
        raise invalid(
            "inputs is a plain value/list, but expecting an object as multiple input tensors "
            "required as per tensorinfo_map"
        )
    [(name, dtype)] = dtypes.items()
    return {name: _tensor(value, dtype, numbers)}


def _tensor(value, dtype, numbers):
    array = quick(value, dtype, numbers)
    return tensor(value, dtype) if array is None else array


def _by_row(document, dtypes, numbers):
    rows = document["instances"]
    if not isinstance(rows, list):
        raise invalid(f"JSON Value: {show(document)} Expecting 'instances' to be an list/array")
    if not rows:
        raise invalid(f"JSON Value: {show(document)} No values in 'instances' array")
    named = isinstance(rows[0], dict) and not is_b64(rows[0])
    if not isinstance(rows[0], dict) and len(dtypes) > 1:
        raise invalid(
            "instances is a plain list, but expecting list of objects as multiple input tensors "
            "required as per tensorinfo_map"
        )
    fast = _quick_rows(rows, dtypes, named, numbers)
    return fast or _Rows(dtypes).read(rows, named)


def _quick_rows(rows, dtypes, named, numbers):
    """All rows at once, or None where that could go against the rules."""
    if named:
        names = dtypes.keys()
        # Only plain dicts: a parsed Object may hold a name twice.
        if not all(type(row) is dict and row.keys() == names for row in rows):
            return None
        columns = {name: [row[name] for row in rows] for name in names}
    else:
        columns = {min(dtypes): rows}
    tensors = {name: quick(column, dtypes[name], numbers) for name, column in columns.items()}
    return None if any(t is None for t in tensors.values()) else tensors


class _Rows:
    """Rows read one value at a time; all rows of an input must agree in shape."""

    def __init__(self, dtypes):
        self.dtypes = dtypes
        self.shapes = {}
        self.values = {name: [] for name in dtypes}

    def read(self, rows, named):
        for index, row in enumerate(rows):
            if (isinstance(row, dict) and not is_b64(row)) != named:
                expected, got = ("object", "list") if named else ("value/list", "object")
                raise invalid(f"Expecting {expected} but got {got} at item {index} of input list")
            if named:
                self._read_named(index, row)
            else:
                self._add(min(self.dtypes), row, f"element: {index}")
        return {
            name: as_array(self.values[name], (len(rows), *self.shapes[name]), self.dtypes[name])
            for name in self.shapes
        }

    def _read_named(self, index, row):
        seen = set()
        for name, value in pairs(row):
            self._add(name, value, f"element: {index} key: {name}", keep=name not in seen)
            seen.add(name)
        if seen != set(self.dtypes):
            names = ",".join(sorted(self.dtypes))
            raise invalid(
                f"Failed to process element: {index} of 'instances' list. "
                f"JSON object: {show(row)} keys must be equal to: {names}"
            )

    def _add(self, name, value, where, keep=True):
        try:
            values = self._values(name, value)
        except ServingError as error:
            raise invalid(
                f"Failed to process {where} of 'instances' list. Error: {error}"
            ) from error
        if keep:
            self.values[name] += values

    def _values(self, name, value):
        if name not in self.dtypes:
            raise invalid(f"JSON object: does not have named input: {name}")
        shape, values = fill(value, self.dtypes[name])
        expected = self.shapes.setdefault(name, shape)
        size = math.prod(expected)
        if len(values) != size:
            raise invalid(f"Expecting tensor size: {size} but got: {len(values)}")
        if shape != expected:
            raise invalid(f"Expecting shape {_brackets(expected)} but got: {_brackets(shape)}")
        return values


def _brackets(shape):
    return "[" + ",".join(map(str, shape)) + "]"
