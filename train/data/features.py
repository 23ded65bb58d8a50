"""What a frozen network sees in pictures, computed once and kept on disk.

The file is as large as pictures x regions x channels float16; it is read through the system's page
cache, so a set larger than the memory can be trained on.  It is written aside and renamed, so that
a half-written one is never used, and named after what it was made of.
"""

import hashlib
import os
from pathlib import Path

import numpy as np
import tensorflow as tf

from train.data import imagenet
from zoo.files import written_aside

FILE = "regions.npy"


def folder():
    """Where features are kept: ZOO_CACHE, or neuralzoo/features in the user's cache folder."""
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(os.environ.get("ZOO_CACHE") or Path(cache) / "neuralzoo" / "features")


def regions(encoder, pictures, say=print):
    """(pictures, regions, channels) float16, as a read-only memory map.

    encoder: see `train.data.imagenet.encoder`; pictures: {name: bytes of a JPEG or PNG}.
    """
    key = hashlib.sha256(encoder.encode())
    for name, data in pictures.items():
        key.update(f"{name}:{len(data)}:".encode() + hashlib.sha256(data).digest())
    path = folder() / f"{encoder}-{key.hexdigest()[:16]}"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        say(f"{len(pictures)} pictures pass through {encoder} once; the result is kept in {path}")
        _compute(imagenet.encoder(encoder), list(pictures.values()), path)
    return np.load(path / FILE, mmap_mode="r")


def rows(seen, place):
    """The pictures at `place`, (n,) int, of the memory map `seen`, as a float32 tensor."""
    regions = tf.numpy_function(lambda i: seen[i], [place], tf.float16, stateful=False)
    return tf.cast(tf.ensure_shape(regions, (None, *seen.shape[1:])), tf.float32)


def _compute(model, pictures, path):
    side = model.input["image"].shape[1]
    see = tf.function(lambda image: model({"image": image}, training=False)["regions"])
    found = tf.data.Dataset.from_tensor_slices(pictures)
    found = found.map(lambda data: _prepared(data, side), num_parallel_calls=tf.data.AUTOTUNE)
    progress = tf.keras.utils.Progbar(len(pictures), unit_name="picture")
    with written_aside(path) as part:
        out = None
        start = 0
        for batch in found.batch(32).prefetch(2):
            seen = see(batch)
            flat = tf.reshape(seen, (len(batch), -1, seen.shape[-1])).numpy().astype("float16")
            if out is None:
                shape = (len(pictures), *flat.shape[1:])
                out = np.lib.format.open_memmap(part / FILE, "w+", "float16", shape)
            out[start : start + len(flat)] = flat
            start += len(flat)
            progress.update(start)
        out.flush()
        del out


def _prepared(data, side):
    return resized(tf.io.decode_image(data, channels=3, expand_animations=False), side)


def resized(rgb, side):
    """(height, width, 3) 0 to 255 -> (side, side, 3) float32, squashed as the training photos."""
    rgb = tf.image.resize(tf.cast(rgb, tf.float32), (side, side), antialias=True)
    return tf.ensure_shape(rgb, (side, side, 3))
