"""Four optimizers on one loss: 784-128-128-10 tanh on digits, cross-entropy.

Each is given the learning rate, of a ladder of factors of about three, with which its loss after
the last epoch is lowest for the first seed, so that each shows its best; a rate at the ladder's
edge is told.
"""

import keras
import numpy as np

import zoo
from benchmarks.chart import chart
from benchmarks.deep.digits import flat, keep, spread

LADDER = (3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 0.1, 0.3, 1.0)
KINDS = {
    "SGD": keras.optimizers.SGD,
    "momentum": lambda rate: keras.optimizers.SGD(rate, momentum=0.9),
    "RMSProp": keras.optimizers.RMSprop,
    "Adam": keras.optimizers.Adam,
}


def losses(kind, rate, train, seed, epochs):
    """Training loss in each epoch."""
    keras.utils.set_random_seed(seed)
    model = zoo.build("mlp", features=784, outputs=10, units=(128, 128))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(KINDS[kind](rate), loss={"y": loss})
    fit = model.fit({"x": train[0]}, {"y": train[1]}, batch_size=128, epochs=epochs, verbose=0)
    return fit.history["loss"]


def run(seeds, data, epochs, to):
    """Lines of the table, and optimizers.csv and .svg."""
    train = tuple(part[:10_000] for part in flat("train", data))
    yield f"{len(train[0])} digits; training loss in the first and in epoch {epochs}"
    rows, curves = [], {}
    for kind in KINDS:
        ends = {rate: losses(kind, rate, train, seeds[0], epochs)[-1] for rate in LADDER}
        best = min(ends, key=ends.get)
        edge = " (edge of the ladder)" if best in (LADDER[0], LADDER[-1]) else ""
        seen = [losses(kind, best, train, seed, epochs) for seed in seeds]
        first, last = (spread([each[n] for each in seen]) for n in (0, -1))
        yield f"{kind:9} rate {best:g}{edge}: {first}, then {last}"
        curves[f"{kind}, {best:g}"] = np.median(seen, axis=0)
        rows += [
            [kind, best, n, f"{loss:.4g}"] for n, loss in enumerate(np.median(seen, axis=0), 1)
        ]
    keep(to, "optimizers", ("optimizer", "rate", "epoch", "loss"), rows, _picture(curves, epochs))


def _picture(curves, epochs):
    series = {name: [*enumerate(losses, 1)] for name, losses in curves.items()}
    x = {n: str(n) for n in range(1, epochs + 1)}
    y = {value: f"{value:g}" for value in (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1)}
    title = "Training loss, each optimizer at its best rate"
    return chart(title, series, x, y, "epoch", "training loss", "y")
