"""JSON <-> tensors, by the rules of TensorFlow Serving's REST API.

    jsontext    JSON text to Python values, and the words for what is wrong with it
    values      those values, as messages show them
    tensor      one JSON value to one array
    known       bodies of a form that was met before, by simdjson
    decode      the body of a predict call to tensors
    encode      tensors to the body of an answer
    examples    the body of a classify or regress call to tf.Example features, and its results

Nothing here knows a model or TensorFlow: types go by TensorFlow's names ("float", "int64",
"string"), tensors are NumPy arrays, strings are object arrays of bytes.
"""

from serving.codec.decode import decode_predict
from serving.codec.encode import encode_error, encode_predict, encode_tensor
from serving.codec.examples import (
    decode_examples,
    encode_classifications,
    encode_regressions,
    serialize,
)
from serving.codec.tensor import NUMPY, tensor

__all__ = [
    "NUMPY",
    "decode_examples",
    "decode_predict",
    "encode_classifications",
    "encode_error",
    "encode_predict",
    "encode_regressions",
    "encode_tensor",
    "serialize",
    "tensor",
]
