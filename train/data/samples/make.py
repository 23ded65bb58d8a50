"""How `digits.npz` here and in `tests/data/` were made: real MNIST digits, none of the test split.

python -m train.data.samples.make
"""

from pathlib import Path

import numpy as np

from train.data.digits import SAMPLE, _by_tfds

TESTS = Path(__file__).parents[3] / "tests" / "data" / "digits.npz"
PARTS = {
    "train": ("train", 0, 3000),
    "validation": ("train", 3000, 3500),
    "test": ("train", 3500, 4000),
}


def main():
    read = _by_tfds()
    sample = {}
    for part, (split, start, end) in PARTS.items():
        images, labels = read(split)
        sample[f"{part}_images"] = images[start:end, ..., 0]
        sample[f"{part}_labels"] = labels[start:end]
    np.savez_compressed(SAMPLE, **sample)
    images, labels = read("validation")  # no model here was trained on these
    np.savez_compressed(TESTS, images=images[:300, ..., 0], labels=labels[:300])


if __name__ == "__main__":
    main()
