"""One loaded version of a SavedModel: its signatures as functions of NumPy arrays.

It is loaded as TensorFlow Serving loads it, as a graph in a session, so both give the same
answers; that is also quicker to load and to call than the TF 2 functions of the same file.

TensorFlow is imported when the first model is loaded, not before: it takes seconds, and the port
must be open by then.
"""

from pathlib import Path

import numpy as np

from serving.errors import ServingError, from_tensorflow, invalid, plain
from serving.quiet import import_tensorflow
from serving.steady import is_steady

# Where operations run.  To wake another thread takes longer than a small network, so that one runs
# in the thread that calls; the rounds of a loop, over a batch of pictures, may run side by side.
_CALLER, _POOL = -1, 0
WARMUP = Path("assets.extra", "tf_serving_warmup_requests")  # where TensorFlow Serving has it


class Signature:
    """A signature of a loaded model.

    Attributes:
        path: the model's folder.
        inputs, outputs: {name: TensorInfo}, as written in the SavedModel.
        dtypes: {input name: TensorFlow's name of its type}, such as {"image": "string"}.
        by_row: whether the first dimension of every input and output is a batch of any size, so
            that several calls can be joined into one.
        steady: see serving.steady.
    """

    def __init__(self, definition, session, path, graph):
        from tensorflow.core.protobuf.config_pb2 import CallableOptions, RunOptions

        self.path = path
        self.inputs = dict(definition.inputs)
        self.outputs = dict(definition.outputs)
        self.dtypes = {name: dtype(info) for name, info in self.inputs.items()}
        self._shapes = {name: _sizes(info.tensor_shape) for name, info in self.inputs.items()}
        self.steady = is_steady(graph, definition)
        self.by_row = all(map(_is_batch, [*self.inputs.values(), *self.outputs.values()]))
        options = CallableOptions(
            feed=[info.name for info in self.inputs.values()],
            fetch=[info.name for info in self.outputs.values()],
            run_options=RunOptions(inter_op_thread_pool=_CALLER if self.steady else _POOL),
        )
        # `Session.run` spends more time on its arguments than a small network on its answer.
        # A session refuses to fetch nothing; a signature may.
        self._call = session._make_callable_from_options(options) if self.outputs else _nothing

    def check(self, tensors):
        """Raise ServingError (INVALID_ARGUMENT) where {name: array} does not fit the inputs."""
        if tensors.keys() != self.inputs.keys():
            raise invalid(
                f"got inputs {listed(tensors)}, the signature expects {listed(self.inputs)}"
            )
        for name, array in tensors.items():
            _check_shape(name, array.shape, self._shapes[name])

    def run(self, tensors):
        """Map {input name: array} to {output name: array}; strings are object arrays of bytes.

        Raises ServingError when the tensors do not fit the signature or the graph refuses them.
        """
        import tensorflow as tf

        self.check(tensors)
        try:
            outputs = self._call(*(tensors[name] for name in self.inputs))
        except tf.errors.OpError as error:
            raise from_tensorflow(error) from None
        except UnicodeDecodeError as error:  # the message quotes bytes of the input
            raise invalid(plain(error.object.decode("utf-8", "replace"))) from None
        return dict(zip(self.outputs, map(_array, outputs), strict=True))


class Model:
    """Load `<path>/saved_model.pb` and what belongs to it, then replay its warm-up requests.

    Attributes:
        signatures: {name: Signature} of those that can be called.
        definitions: {name: SignatureDef} of all, TensorFlow's own included, for the metadata.
    """

    def __init__(self, path):
        import_tensorflow()
        import tensorflow as tf

        tf.get_logger().setLevel("ERROR")  # it recommends the TF 2 loader, see above
        self._session = tf.compat.v1.Session(graph=tf.Graph())
        try:
            with self._session.graph.as_default():
                meta_graph = tf.compat.v1.saved_model.load(self._session, ["serve"], str(path))
            self.definitions = dict(meta_graph.signature_def)
            self.signatures = {
                name: Signature(definition, self._session, str(path), meta_graph.graph_def)
                for name, definition in self.definitions.items()
                if not name.startswith("__saved_model_")
            }
            self._warm_up(Path(path) / WARMUP)
        except BaseException:
            self.close()
            raise

    def close(self):
        """Give the memory back; no call may be running or follow."""
        self.signatures = {}
        self._session.close()

    def signature(self, name):
        """The signature of that name ("" is the default one), or ServingError."""
        name = name or "serving_default"
        if name not in self.signatures:
            raise invalid(f'Serving signature name: "{name}" not found in signature def')
        return self.signatures[name]

    def _warm_up(self, path):
        if not path.exists():
            return
        import tensorflow as tf
        from tensorflow_serving.apis.prediction_log_pb2 import PredictionLog

        for record in tf.data.TFRecordDataset(str(path)).as_numpy_iterator():
            self._replay(PredictionLog.FromString(record))

    def _replay(self, log):
        import tensorflow as tf

        kind = log.WhichOneof("log_type")
        if kind not in ("predict_log", "classify_log", "regress_log"):
            raise ServingError(
                "UNIMPLEMENTED", f"a warm-up request is a {kind}; write predict_log records"
            )
        request = getattr(log, kind).request
        signature = self.signature(request.model_spec.signature_name)
        if kind == "predict_log":
            tensors = {name: tf.make_ndarray(proto) for name, proto in request.inputs.items()}
        else:
            examples = request.input.example_list.examples
            vector = np.array([example.SerializeToString() for example in examples], "object")
            tensors = {"inputs": vector}
        signature.run(tensors)


def _nothing(*tensors):
    return []


def _array(output):
    if isinstance(output, bytes):  # a scalar string comes bare
        return np.array(output, "object")
    return np.asarray(output)


def _is_batch(info):
    dims = info.tensor_shape.dim
    return not info.tensor_shape.unknown_rank and len(dims) > 0 and dims[0].size == -1


def _sizes(shape):
    """The sizes of a TensorShapeProto, -1 where any fits; None if the rank is unknown."""
    return None if shape.unknown_rank else tuple(dim.size for dim in shape.dim)


def _check_shape(name, shape, expected):
    if expected is None:
        return
    fits = len(expected) == len(shape) and all(
        want in (-1, got) for want, got in zip(expected, shape, strict=True)
    )
    if not fits:
        raise invalid(
            f"input '{name}' has shape {list(shape)}, expected {list(expected)} (-1: any)"
        )


def dtype(info):
    """TensorFlow's name of a TensorInfo's type, such as "float"."""
    from tensorflow.core.framework.types_pb2 import DataType

    return DataType.Name(info.dtype).removeprefix("DT_").lower()


def listed(names):
    """Names for a message: sorted, quoted."""
    return ", ".join(f"'{name}'" for name in sorted(names)) or "none"
