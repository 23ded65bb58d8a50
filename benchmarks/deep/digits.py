"""MNIST as flat arrays, for experiments that train without the loop's checkpoints."""

import numpy as np

from train.data.digits import mnist


def flat(split, data):
    """(x (digits, 784) float32, labels (digits,) int32) of "train" or "validation"."""
    loaded = mnist(500, 0, data)
    if split == "train":
        batches = loaded.train(0).take(loaded.steps_per_epoch)
    else:
        batches = loaded.validation
    pairs = [(x["image"], y["logits"]) for x, y in batches.as_numpy_iterator()]
    images, labels = (np.concatenate(parts) for parts in zip(*pairs, strict=True))
    return images.reshape(len(images), -1), labels


def spread(values):
    """Median and range of numbers, printed: 1.23 (1.20 to 1.31)."""
    return f"{np.median(values):.3g} ({min(values):.3g} to {max(values):.3g})"
