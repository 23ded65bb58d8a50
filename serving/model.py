"""One loaded version of a SavedModel: its signatures as functions of NumPy arrays.

TensorFlow is imported when the first model is loaded, not before: it takes seconds, and the port
must be open by then.
"""

from pathlib import Path

import numpy as np

from serving import codec
from serving.errors import ServingError, from_tensorflow, invalid

WARMUP = Path("assets.extra", "tf_serving_warmup_requests")  # where TensorFlow Serving has it


class Signature:
    """A signature of a loaded model.

    Attributes:
        inputs, outputs: {name: TensorInfo}, as written in the SavedModel.
    """

    def __init__(self, definition, function):
        self.inputs = dict(definition.inputs)
        self.outputs = dict(definition.outputs)
        self._function = function

    def dtypes(self):
        """{input name: TensorFlow's name of its type}, such as {"image": "string"}."""
        return {name: _dtype(info) for name, info in self.inputs.items()}

    def run(self, tensors):
        """Map {input name: array} to {output name: array}; strings are object arrays of bytes.

        Raises ServingError when the tensors do not fit the signature or the graph refuses them.
        """
        import tensorflow as tf

        if tensors.keys() != self.inputs.keys():
            raise invalid(
                f"got inputs {_listed(tensors)}, the signature expects {_listed(self.inputs)}"
            )
        for name, array in tensors.items():
            _check_shape(name, array.shape, self.inputs[name].tensor_shape)
        try:
            arguments = {
                name: tf.constant(array, self.inputs[name].dtype) for name, array in tensors.items()
            }
            outputs = self._function(**arguments)
            return {name: _array(output) for name, output in outputs.items()}
        except tf.errors.OpError as error:
            raise from_tensorflow(error) from None


class Model:
    """Load `<path>/saved_model.pb` and what belongs to it, then replay its warm-up requests.

    Attributes:
        signatures: {name: Signature} of those that can be called.
        definitions: {name: SignatureDef} of all, TensorFlow's own included, for the metadata.
    """

    def __init__(self, path):
        import tensorflow as tf
        from tensorflow.core.protobuf.saved_model_pb2 import SavedModel

        self._loaded = tf.saved_model.load(str(path))  # held: the functions refer to it weakly
        message = SavedModel.FromString((Path(path) / "saved_model.pb").read_bytes())
        self.definitions = dict(message.meta_graphs[0].signature_def)
        self.signatures = {
            name: Signature(self.definitions[name], function)
            for name, function in self._loaded.signatures.items()
        }
        self._warm_up(Path(path) / WARMUP)

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


def classify(signature, examples):
    """Labels (object array of bytes) and scores (float32), each (examples, classes).

    `examples` as from `codec.decode_examples`.  A model may give labels, scores or both; a label
    it does not give is empty, a score 0.  Source: TensorFlow Serving's classifier.cc.
    """
    outputs = _run_examples(signature, examples, "classification", {"classes", "scores"})
    for name, dtype in (("classes", "object"), ("scores", "float32")):
        array = outputs.get(name)
        if array is None:
            continue
        if array.ndim != 2 or len(array) != len(examples) or array.dtype != dtype:
            raise invalid(
                f"Expected {name} Tensor shape: [{len(examples)} num_classes] of "
                f"{'string' if dtype == 'object' else 'float'} but got "
                f"{list(array.shape)} of {array.dtype}"
            )
    shape = next(iter(outputs.values())).shape
    labels = outputs.get("classes", np.full(shape, b"", "object"))
    scores = outputs.get("scores", np.zeros(shape, "float32"))
    if labels.shape != scores.shape:
        raise invalid(
            "Tensors class and score should match in dim_size(1). Got "
            f"{labels.shape[1]} vs. {scores.shape[1]}"
        )
    return labels, scores


def regress(signature, examples):
    """One float32 per example.  Source: TensorFlow Serving's regressor.cc."""
    values = _run_examples(signature, examples, "regression", {"outputs"})["outputs"]
    if values.shape not in ((len(examples),), (len(examples), 1)) or values.dtype != "float32":
        raise invalid(
            "Expected output Tensor shape to be either [batch_size] or [batch_size, 1] of float "
            f"for {len(examples)} examples but got {list(values.shape)} of {values.dtype}"
        )
    return values.reshape(-1)


def _run_examples(signature, examples, what, names):
    if len(signature.inputs) != 1:
        raise invalid("Expected one input Tensor.")
    if "inputs" not in signature.inputs:
        raise ServingError(
            "FAILED_PRECONDITION",
            f"No {what} inputs found in SignatureDef: expected an input named 'inputs', "
            f"found {_listed(signature.inputs)}",
        )
    if not names & signature.outputs.keys():
        raise ServingError(
            "FAILED_PRECONDITION",
            f"No {what} outputs found in SignatureDef: expected one named "
            f"{_listed(names)}, found {_listed(signature.outputs)}",
        )
    if _dtype(signature.inputs["inputs"]) != "string":
        raise invalid(
            f"Expected input 'inputs' to take serialized tf.Example (string), it takes "
            f"{_dtype(signature.inputs['inputs'])}; call :predict instead"
        )
    outputs = signature.run({"inputs": codec.serialize(examples)})
    return {name: array for name, array in outputs.items() if name in names}


def _array(output):
    array = output.numpy()
    if isinstance(array, bytes):  # a scalar string comes bare
        array = np.array(array, "object")
    return np.asarray(array)


def _check_shape(name, shape, expected):
    if expected.unknown_rank:
        return
    sizes = [dim.size for dim in expected.dim]
    fits = len(sizes) == len(shape) and all(
        want in (-1, got) for want, got in zip(sizes, shape, strict=True)
    )
    if not fits:
        raise invalid(f"input '{name}' has shape {list(shape)}, expected {sizes} (-1: any)")


def _dtype(info):
    from tensorflow.core.framework.types_pb2 import DataType

    return DataType.Name(info.dtype).removeprefix("DT_").lower()


def _listed(names):
    return ", ".join(f"'{name}'" for name in sorted(names)) or "none"
