"""Reading one digit: pictures in, digits out; measured as errors in a hundred digits."""

import numpy as np
import tensorflow as tf

from train.data.digits import SAMPLE
from train.tasks import Task
from zoo.digits import signatures


def png(pixels):
    """(28, 28) float in [0, 1] -> the bytes of a grey PNG."""
    grey = tf.cast(tf.round(pixels[..., None] * 255), tf.uint8)
    return tf.io.encode_png(grey).numpy()


def warmup(signatures=None):
    """One digit as a PNG, as pixels, and for its feature maps."""
    with np.load(SAMPLE) as file:
        pixels = file["validation_images"][:1].reshape(1, 28, 28).astype("float32") / 255
    image = np.array([png(pixels[0])])
    return [
        ("serving_default", {"image": image}),
        ("pixels", {"pixels": pixels}),
        ("features", {"image": image}),
    ]


def figures(served, batches):
    """Yield the error, in per cent, on pixels and on the same digits as PNG files."""
    wrong, wrong_png, count = 0, 0, 0
    for inputs, targets in batches:
        pixels, digits = inputs["image"][..., 0], tf.cast(targets["logits"], tf.int64)
        images = tf.constant([png(p) for p in pixels])
        wrong += np.sum(served["pixels"](pixels=pixels)["digit"] != digits)
        wrong_png += np.sum(served["serving_default"](image=images)["digit"] != digits)
        count += len(digits)
    yield "digits", count
    yield "error_percent", 100 * wrong / count
    yield "error_percent_as_png", 100 * wrong_png / count


digits = Task(signatures, warmup, figures)
