"""Write a model with its end user's signatures as `saved_models/<name>/<version>/`.

A version is written aside and named last; a version number is never written twice.
Beside the graph, in `assets.extra/` where TensorFlow Serving looks for them or leaves them alone:

    tf_serving_warmup_requests    requests that a server replays before it takes the first call
    zoo.json                      what the model is: network, sizes, parameters, figures
"""

import json
from pathlib import Path

import keras
import tensorflow as tf

from zoo.files import written_aside

LARGEST = 10_000_000  # bytes of a file of weights; more go into several


def export(folder, signatures, warmup, notes, version=None):
    """Export `signatures`, and the weights they use; return the folder of the new version.

    folder: `saved_models/<name>`; version: a number, by default the next free one.
    signatures: name -> tf.function with an input_signature; `serving_default` is one.
    warmup: list of (signature name, {input name: array}).
    notes: what goes into zoo.json.
    Raises FileExistsError if the version exists, ValueError if a signature would give
    numbers that TensorFlow Serving's REST cannot write (float16, bfloat16).
    """
    folder = Path(folder)
    version = next_version(folder) if version is None else version
    target = folder / str(version)
    if target.exists():
        raise FileExistsError(f"{target} exists already; a version is never overwritten")
    for name, function in signatures.items():
        _check_dtypes(name, function)
    # The variables come with the endpoints; `track(model)` would save each a second time.
    archive = keras.export.ExportArchive()
    for name, function in signatures.items():
        archive.add_endpoint(name, function)
    with written_aside(target) as part:
        options = tf.saved_model.SaveOptions(experimental_sharding_callback=Shards())
        archive.write_out(part, options, verbose=False)
        extra = part / "assets.extra"
        extra.mkdir()
        _write_warmup(extra / "tf_serving_warmup_requests", folder.name, warmup)
        text = json.dumps({"name": folder.name, "version": version, **notes}, indent=1)
        (extra / "zoo.json").write_text(text + "\n", encoding="utf-8")
    return target


class Shards(tf.train.experimental.ShardingCallback):
    """Weights in files of LARGEST bytes at the most, or of one weight that is larger.

    TensorFlow's own MaxShardSizePolicy cuts weights in two, and cannot read halves of float16.
    """

    @property
    def description(self):
        return f"whole weights in files of at most {LARGEST} bytes"

    def __call__(self, shardable_tensors):
        files, used = [{}], 0
        for weight in shardable_tensors:
            size = (weight.shape.num_elements() or 0) * max(weight.dtype.size, 1)
            if used and used + size > LARGEST:
                files.append({})
                used = 0
            files[-1].setdefault(weight.checkpoint_key, {})[weight.slice_spec] = weight.tensor
            used += size
        return files


def versions(folder):
    """The version numbers in `saved_models/<name>`, ascending."""
    return sorted(int(p.name) for p in Path(folder).glob("*") if p.is_dir() and p.name.isdigit())


def next_version(folder):
    """One more than the highest version in `saved_models/<name>`."""
    return max(versions(folder), default=0) + 1


def _check_dtypes(name, function):
    outputs = function.get_concrete_function().structured_outputs
    half = [k for k, v in outputs.items() if v.dtype in (tf.float16, tf.bfloat16)]
    if half:
        raise ValueError(
            f"signature {name!r} gives {', '.join(half)} in half precision, which TensorFlow "
            "Serving's REST cannot write: cast to float32"
        )


def _write_warmup(path, model_name, warmup):
    """TFRecords of PredictionLog, as TensorFlow Serving's SavedModel warm-up reads them."""
    from tensorflow_serving.apis import prediction_log_pb2

    with tf.io.TFRecordWriter(str(path)) as writer:
        for signature, inputs in warmup:
            log = prediction_log_pb2.PredictionLog()
            request = log.predict_log.request
            request.model_spec.name = model_name
            request.model_spec.signature_name = signature
            for name, value in inputs.items():
                request.inputs[name].CopyFrom(tf.make_tensor_proto(value))
            writer.write(log.SerializeToString())
