"""The client writes and reads tensors as TensorFlow does, by its own protos and by JSON."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import tensorflow as tf
from tensorflow.core.framework import tensor_pb2
from tensorflow_serving.apis import predict_pb2

from serving.client import protos, rest, tensors
from serving.client.arrays import as_array
from serving.client.signatures import TensorSpec
from serving.errors import ServingError

ARRAYS = {
    "float": np.float32([[0.1, np.nan], [-np.inf, 1e-45]]),
    "double": np.float64([0.1, 1e308]),
    "half": np.float16([0.1, -65504]),
    "bfloat16": np.array([0.1, 3e38], tf.bfloat16.as_numpy_dtype),
    "int8": np.int8([-128, 127]),
    "int16": np.int16([-(2**15)]),
    "int32": np.int32(-(2**31)),
    "int64": np.int64([2**63 - 1, -(2**63)]),
    "uint8": np.uint8([[255]]),
    "uint16": np.uint16([65535]),
    "uint32": np.uint32([2**32 - 1]),
    "uint64": np.uint64([2**64 - 1]),
    "bool": np.array([True, False]),
    "complex64": np.complex64([1 + 2j, -1j]),
    "complex128": np.array([1e300j]),
    "string": np.array([[b"a", b"\xff\x00"]], "object"),
}
SHAPES = {"scalar": (), "none": (0, 3), "one": (1,)}


def samples():
    for name, array in ARRAYS.items():
        yield pytest.param(name, np.asarray(array), id=name)
        for shape_name, shape in SHAPES.items():
            sample = np.resize(array, shape).astype(array.dtype)
            yield pytest.param(name, sample, id=f"{name}-{shape_name}")


def equal(got, expected):
    np.testing.assert_array_equal(got, expected, strict=True)


def in_lists(array, dtype):
    """A TensorProto as TensorFlow Serving answers: the values in the list of their type."""
    proto = tensor_pb2.TensorProto(dtype=protos.data_types()[dtype])
    proto.tensor_shape.CopyFrom(tf.TensorShape(array.shape).as_proto())
    flat = array.reshape(-1)
    if dtype in ("half", "bfloat16"):
        flat = flat.view("uint16")
    if dtype.startswith("complex"):
        flat = flat.view("float32" if dtype == "complex64" else "float64")
    getattr(proto, tensors._FIELDS[dtype]).extend(flat.tolist())
    return proto


@pytest.mark.parametrize(("dtype", "array"), list(samples()))
def test_tensorflow_reads_what_is_written(dtype, array):
    sent = tensors.to_proto(array, dtype).SerializeToString()
    equal(tf.make_ndarray(tensor_pb2.TensorProto.FromString(sent)), array)


@pytest.mark.parametrize(("dtype", "array"), list(samples()))
def test_what_tensorflow_writes_is_read(dtype, array):
    for proto in (tf.make_tensor_proto(array), in_lists(array, dtype)):
        read = protos.message("tensorflow.TensorProto").FromString(proto.SerializeToString())
        equal(tensors.to_array(read), array)


def test_one_value_can_stand_for_many():
    def read(**fields):
        proto = tensor_pb2.TensorProto(**fields)
        proto.tensor_shape.dim.add(size=3)
        sent = proto.SerializeToString()
        return tensors.to_array(protos.message("tensorflow.TensorProto").FromString(sent))

    assert read(dtype=tf.float32.as_datatype_enum, float_val=[1, 2]).tolist() == [1, 2, 2]
    assert read(dtype=tf.string.as_datatype_enum, string_val=[b"a"]).tolist() == [b"a"] * 3
    for fields in ({"float_val": [1] * 4}, {}, {"tensor_content": b"1234" * 4}):
        with pytest.raises(ServingError, match="values for a tensor of shape"):
            read(dtype=tf.float32.as_datatype_enum, **fields)
    with pytest.raises(ServingError, match="resource"):
        read(dtype=tf.resource.as_datatype_enum)


def test_the_messages_are_those_of_tensorflow_serving():
    ours = protos.message("tensorflow.serving.PredictRequest")()
    ours.model_spec.name, ours.model_spec.version.value = "digits", 2**62
    ours.inputs["x"].CopyFrom(tensors.to_proto(np.float32([1, 2]), "float"))
    theirs = predict_pb2.PredictRequest.FromString(ours.SerializeToString())
    assert theirs.model_spec.version.value == 2**62
    equal(tf.make_ndarray(theirs.inputs["x"]), np.float32([1, 2]))
    by_name = {f.name: f.number for f in predict_pb2.PredictRequest.DESCRIPTOR.fields}
    assert {f.name: f.number for f in ours.DESCRIPTOR.fields} == by_name


JSON = [name for name in ARRAYS if name not in ("half", "bfloat16", "uint16")]
JSON = [name for name in JSON if not name.startswith("complex")]


@pytest.mark.parametrize("dtype", JSON)
def test_json_keeps_every_value(dtype):
    array = np.asarray(ARRAYS[dtype])
    for sample in (array, np.resize(array, (3, 2, 1)).astype(array.dtype), array[..., None].T):
        text = rest.write("x", sample)
        equal(rest.read(rest._parsed(text), TensorSpec(dtype, None), exact=True), sample)
        if dtype != "string":
            equal(np.array(json.loads(text), sample.dtype), sample)


def test_json_of_other_memory_layouts():
    array = np.arange(12, dtype="float32").reshape(3, 4)
    for sample in (array.T, array[::2, ::-1], array.astype(">f4")):
        converted = as_array("x", sample, "float")
        assert json.loads(rest.write("x", converted)) == sample.tolist()


@pytest.mark.parametrize("spec", [(-1, 10), (-1, 2, 5)])
def test_an_empty_json_answer_gets_its_shape_from_the_signature(spec):
    assert rest.read([], TensorSpec("float", spec), True).shape == (0, *spec[1:])


def test_json_cannot_say_how_wide_an_empty_tensor_is():
    with pytest.raises(ServingError, match=r"input 'x' has shape \[0, 3\]"):
        rest.write("x", np.zeros((0, 3), "float32"))
    assert rest.write("x", np.zeros((2, 0), "float32")) == b"[[],[]]"


@pytest.mark.parametrize(
    ("dtype", "value", "message"),
    [
        ("int64", 1.0, "got float64 values"),
        ("int64", [1, "2"], "values"),
        ("int64", None, "got object values"),
        ("uint64", [2**64, 1], "too large|out of bounds|large"),
        ("uint8", [256], "outside 0 … 255"),
        ("uint8", np.array([-1]), "outside 0 … 255"),
        ("int8", [2**63], "outside -128 … 127"),
        ("float", "4", "got <U1 values"),
        ("float", [None], "got object values"),
        ("float", 1j, "got complex128 values"),
        ("float", [[1], [1, 2]], "inhomogeneous"),
        ("bool", [0, 1], "got int64 values"),
        ("string", 5, "got int values, expected bytes or str"),
        ("string", [b"a", [b"b"]], "got list values|inhomogeneous"),
        ("resource", 1, "type resource"),
    ],
)
def test_what_does_not_fit_is_refused(dtype, value, message):
    with pytest.raises(ServingError, match=message) as caught:
        as_array("x", value, dtype)
    assert caught.value.code == "INVALID_ARGUMENT"


@pytest.mark.parametrize(
    ("dtype", "value", "expected"),
    [
        ("float", [1, 2.5], np.float32([1, 2.5])),
        ("float", 1e39, np.float32(np.inf)),
        ("float", [], np.float32([])),
        ("int64", [], np.int64([])),
        ("uint64", [0, 2**64 - 1], np.uint64([0, 2**64 - 1])),
        ("int64", [True, 2], np.int64([1, 2])),
        ("float", np.float64([0.1]), np.float32([0.1])),
        ("half", [0.1], np.float16([0.1])),
        ("string", "é", np.array("é".encode(), "object")),
        ("string", np.array([b"a", b"b"]), np.array([b"a", b"b"], "object")),
    ],
)
def test_what_fits_is_converted(dtype, value, expected):
    equal(as_array("x", value, dtype), expected)


def test_threads_that_ask_first_share_their_messages():
    """Otherwise a request of one thread refuses the ModelSpec of another, for ever."""
    names = ["tensorflow.serving.PredictRequest", "tensorflow.serving.ModelSpec"] * 4
    for cached in (protos.message, protos._pool):
        cached.cache_clear()
    at_once = threading.Barrier(len(names))

    def pool(name):
        at_once.wait()
        return protos.message(name).DESCRIPTOR.file.pool

    with ThreadPoolExecutor(len(names)) as threads:
        assert len(set(map(id, threads.map(pool, names)))) == 1
