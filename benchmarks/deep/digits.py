"""MNIST as flat arrays, for experiments that train without the loop's checkpoints; figures kept."""

import csv

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


def keep(folder, name, columns, rows, svg=None):
    """Leave the rows in `folder` as NAME.csv, and the picture, if there is one, as NAME.svg."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerows([columns, *rows])
    if svg:
        (folder / f"{name}.svg").write_text(svg, encoding="utf-8")
