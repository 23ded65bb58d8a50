"""Our LeNet-5 and loop beside the same net written as a plain Keras example would be.

    python -m benchmarks.digits [--epochs 12] [--rounds 3] [--data mnist]

Both train the same layers on the same 55,000 digits with Adam at 0.001 in batches of 128,
without augmentation, for the same number of epochs, in turn.  Each round has its own seed.
Time is that of training, data already in memory, checkpoints and logs of ours included.
The error is that on MNIST's test split after the last epoch: nothing is chosen by it.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def ours(seed, epochs, data, precision):
    """(seconds, test error in per cent) of the shared loop, at a precision."""
    from dataclasses import replace
    from functools import partial

    from train import loop, recipe
    from train.data.digits import mnist
    from zoo.registry import build

    settings = [f"epochs={epochs}", f"seed={seed}", f"data={data}", "learning_rate=0.001"]
    chosen = recipe.load("lenet5").with_settings([*settings, "schedule=constant"])
    chosen = replace(chosen, data=partial(mnist, augment=None))
    with tempfile.TemporaryDirectory() as out:
        report = loop.fit(chosen, out, precision=precision, verbose=0)
        model = build("lenet5")
        model.load_weights(next(iter(Path(out).glob("epoch-*"))) / "state.weights.h5")
    return report["seconds"], _error(lambda x: model(x)["logits"], chosen)


def plain(seed, epochs, data):
    """The same of a Sequential model and `fit` on arrays."""
    import keras
    from keras import layers

    from train import recipe

    keras.utils.set_random_seed(seed)
    chosen = recipe.load("lenet5").with_settings([f"data={data}"])
    x, y, x_val, y_val = _arrays(chosen)
    model = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(6, 5, padding="same", activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(16, 5, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dense(120, activation="relu"),
            layers.Dense(84, activation="relu"),
            layers.Dense(10),
        ]
    )
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(1e-3), loss, metrics=["accuracy"])
    start = time.monotonic()
    model.fit(x, y, batch_size=128, epochs=epochs, validation_data=(x_val, y_val), verbose=0)
    seconds = time.monotonic() - start
    return seconds, _error(lambda x: model(x["image"]), chosen)


def _arrays(chosen):
    import numpy as np

    from train.loop import load_data

    data = load_data(chosen)
    batches = list(data.train(0).take(data.steps_per_epoch)) + list(data.validation)
    images = [x["image"] for x, _ in batches]
    labels = [y["logits"] for _, y in batches]
    cut = data.steps_per_epoch
    parts = (images[:cut], labels[:cut], images[cut:], labels[cut:])
    return [np.concatenate(part) for part in parts]


def _error(logits_of, chosen):
    import numpy as np

    from train.loop import load_data

    wrong, count = 0, 0
    for x, y in load_data(chosen).test():
        wrong += np.sum(np.argmax(logits_of(x), -1) != y["logits"])
        count += len(y["logits"])
    return 100 * float(wrong) / count


RUNS = {
    "plain Keras": plain,
    "ours, float32": lambda *a: ours(*a, "float32"),
    "ours, auto": lambda *a: ours(*a, "auto"),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--data", default="mnist", help="mnist or sample")
    parser.add_argument("--one", nargs=2, metavar=("NAME", "SEED"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        name, seed = options.one
        print(json.dumps(RUNS[name](int(seed), options.epochs, options.data)))
        return
    shared = ["--epochs", str(options.epochs), "--data", options.data]
    results = {name: [] for name in RUNS}
    for seed in range(options.rounds):
        for name in RUNS:  # each in a process of its own, in turn
            command = [sys.executable, "-m", "benchmarks.digits", *shared, "--one", name, str(seed)]
            done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
            results[name].append(json.loads(done.stdout.splitlines()[-1]))
            print(f"seed {seed}  {name:14} {results[name][-1][0]:7.1f} s  "
                  f"{results[name][-1][1]:.2f} % error", flush=True)  # fmt: skip
    base = statistics.median(seconds for seconds, _ in results["plain Keras"])
    for name, pairs in results.items():
        seconds, error = (statistics.median(column) for column in zip(*pairs, strict=True))
        print(f"median  {name:14} {seconds:7.1f} s ({base / seconds:.2f}x)  {error:.2f} % error")


if __name__ == "__main__":
    main()
