"""Small SavedModels for the server's tests, and the server itself in a thread."""

import contextlib
import functools
import json
import threading
import time
from pathlib import Path

import numpy as np
import tensorflow as tf
import uvicorn

from serving import connection
from serving.run import listen

CASES = Path(__file__).parent.parent / "data" / "tfs_rest_cases.json"


@functools.cache
def cases(*kinds):
    """The conformance cases of these kinds; tensorflow/serving, Apache-2.0."""
    return [c for c in json.loads(CASES.read_text())["cases"] if c["kind"] in kinds]


def values(spec):
    """The array that a case's {"dtype", "shape", "values"} describes."""
    dtype = tf.dtypes.DType(tf.dtypes.as_dtype(spec["dtype"].removeprefix("DT_").lower()))
    flat = [_value(v) for v in spec["values"]]
    array = np.empty(len(flat), dtype.as_numpy_dtype)
    array[:] = flat
    return array.reshape(spec["shape"])


def _value(value):
    if isinstance(value, dict):
        return tf.io.decode_base64(value["b64"].replace("+", "-").replace("/", "_")).numpy()
    if isinstance(value, str) and value not in ("NaN", "Infinity", "-Infinity"):
        return value.encode()
    return value


def save(path, **functions):
    """Save {signature: (function of named tensors, {input: TensorSpec})} as a SavedModel."""
    module = tf.Module()
    module.functions = {
        name: tf.function(function).get_concrete_function(**specs)
        for name, (function, specs) in functions.items()
    }
    tf.saved_model.save(module, str(path), signatures=module.functions)


def spec(dtype, name, shape=None):
    return tf.TensorSpec(shape, dtype, name)


def save_identity(path, inputs, signature="serving_default"):
    """Each input comes out under its own name; inputs as in a case's signature."""
    specs = {
        name: spec(tf.dtypes.as_dtype(info["dtype"].removeprefix("DT_").lower()), name)
        for name, info in inputs.items()
    }
    function = (lambda **tensors: {n: tf.identity(t) for n, t in tensors.items()}), specs
    save(path, **{"serving_default": function, signature: function})


def save_constant(path, outputs):
    arrays = {name: values(output) for name, output in outputs.items()}
    function = lambda x: {name: tf.constant(array) for name, array in arrays.items()}  # noqa: E731
    save(path, serving_default=(function, {"x": spec(tf.int32, "x")}))


def save_half_plus(path, bias):
    """y = 0.5 x + bias, and its relatives that take tf.Example; upstream's own test models."""

    def line(bias, output, x="x"):
        return lambda **t: {output: 0.5 * t[x] + bias}, {x: spec(tf.float32, x)}

    def of_examples(bias, output):
        def function(inputs):
            features = {"x": tf.io.FixedLenFeature([1], tf.float32)}
            return {output: 0.5 * tf.io.parse_example(inputs, features)["x"] + bias}

        return function, {"inputs": spec(tf.string, "inputs", [None])}

    save(
        path,
        serving_default=line(bias, "y"),
        regress_x_to_y=of_examples(bias, "outputs"),
        regress_x_to_y2=of_examples(3.0, "outputs"),
        classify_x_to_y=of_examples(bias, "scores"),
        regress_x2_to_y3=line(3.0, "outputs", "inputs"),
        classify_x2_to_y3=line(3.0, "scores", "inputs"),
    )


@contextlib.contextmanager
def running(app):
    """Serve an ASGI app on a free port; gives its URL."""
    listener = listen("127.0.0.1", 0)
    config = uvicorn.Config(app, log_config=None, ws="none", http=connection.limited())
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listener],))
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join()
    listener.close()
