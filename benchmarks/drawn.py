"""How many drawn digits a served model misreads: the tests' drawings, and further seeds.

    python -m benchmarks.drawn [--model saved_models/digits] [--seeds 5]

Each seed makes 300 drawings (`tests/drawn.py`); seed 0 is the one that the tests read.
"""

import argparse
from pathlib import Path

import numpy as np
import tensorflow as tf

from tests.drawn import drawn_digits
from zoo.export import versions


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--model", type=Path, default=Path("saved_models/digits"))
    parser.add_argument("--seeds", type=int, default=5)
    options = parser.parse_args()
    model = tf.saved_model.load(str(options.model / str(versions(options.model)[-1])))
    read = model.signatures["serving_default"]
    wrong = 0
    for seed in range(options.seeds):
        pictures, digits, descriptions = zip(*drawn_digits(seed, 300), strict=True)
        answers = read(image=tf.constant(pictures))["digit"].numpy()
        missed = np.flatnonzero(answers != digits)
        wrong += len(missed)
        print(f"seed {seed}: {len(missed)} of 300 misread ({len(missed) / 3:.2f} %)")
        for i in missed:
            print(f"    read as {answers[i]}: {descriptions[i]}")
    print(f"all: {100 * wrong / (300 * options.seeds):.2f} % of {300 * options.seeds} misread")


if __name__ == "__main__":
    main()
