"""The protocol buffers of TensorFlow Serving, without TensorFlow.

The generated modules of tensorflow-serving-api import those of TensorFlow, and with them all of
TensorFlow: ten seconds and 600 MiB that a client has no use for.  What they generate from is a
description of the messages, as bytes, in each file; here it is read out of the files, and the
messages are made in a pool of their own, so that TensorFlow may be imported beside them.
"""

import ast
import functools
import importlib
import importlib.util
import threading
from pathlib import Path

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

_FILES = (
    "tensorflow_serving/apis/predict.proto",
    "tensorflow_serving/apis/classification.proto",
    "tensorflow_serving/apis/regression.proto",
    "tensorflow_serving/apis/get_model_metadata.proto",
    "tensorflow_serving/apis/get_model_status.proto",
)
_FIELD = descriptor_pb2.FieldDescriptorProto
_lock = threading.Lock()  # `cache` lets two threads that come first each make a pool
_FIXED = (_FIELD.TYPE_FLOAT, _FIELD.TYPE_DOUBLE, _FIELD.TYPE_BOOL)


@functools.cache
def message(name):
    """The class of a message, such as "tensorflow.serving.PredictRequest"."""
    return message_factory.GetMessageClass(_messages().FindMessageTypeByName(name))


@functools.cache
def data_types():
    """{"float": 1, "string": 7, …}: the numbers of tensorflow.DataType."""
    values = _messages().FindEnumTypeByName("tensorflow.DataType").values
    return {value.name.removeprefix("DT_").lower(): value.number for value in values}


def _messages():
    with _lock:
        return _pool()


@functools.cache
def _pool():
    pool, seen = descriptor_pool.DescriptorPool(), set()

    def add(name):
        if name not in seen:
            seen.add(name)
            description = descriptor_pb2.FileDescriptorProto.FromString(_description(name))
            for dependency in description.dependency:
                add(dependency)
            if name == "tensorflow/core/framework/tensor.proto":
                _read_lists_as_bytes(description)
            pool.Add(description)

    for name in _FILES:
        add(name)
    return pool


def _read_lists_as_bytes(description):
    """Declare the lists of TensorProto whose values have a fixed width as bytes.

    On the wire the two are the same, and the bytes are those of the array: a million floats take
    a millisecond to read, and sixty as a list.
    """
    [tensor] = (m for m in description.message_type if m.name == "TensorProto")
    for field in tensor.field:
        if field.type in _FIXED and field.label == field.LABEL_REPEATED:
            field.type, field.label = field.TYPE_BYTES, field.LABEL_OPTIONAL
            field.ClearField("options")


def _description(name):
    """The serialized FileDescriptorProto of a .proto file, named by its path."""
    module = name.removesuffix(".proto") + "_pb2"
    if name.startswith("google/"):
        return importlib.import_module(module.replace("/", ".")).DESCRIPTOR.serialized_pb
    if name.startswith("xla/"):  # TensorFlow's wheel has it inside
        module = f"tensorflow/compiler/{module}"
    package = importlib.util.find_spec(module.partition("/")[0])  # finds it, and imports nothing
    source = Path(package.origin).parents[1] / f"{module}.py"
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "AddSerializedFile":
            return ast.literal_eval(node.args[0])
    raise ImportError(f"{source} holds no description of its messages")
