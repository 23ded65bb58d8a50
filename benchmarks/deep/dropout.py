"""Dropout against overfitting: 784-512-512-10 ReLU on the first 500 digits."""

import keras
import numpy as np

import zoo
from benchmarks.chart import chart
from benchmarks.deep.digits import flat, keep, spread

DIGITS = 500


def errors(dropout, train, validation, seed, epochs):
    """(training error, validation error, validation loss) after each epoch, errors in %.

    The training error is that of the epoch's steps, so with dropout that of the thinned nets.
    """
    keras.utils.set_random_seed(seed)
    sizes = {"features": 784, "outputs": 10, "units": (512, 512), "activation": "relu"}
    model = zoo.build("mlp", **sizes, dropout=dropout)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(1e-3), loss={"y": loss}, metrics={"y": ["accuracy"]})
    seen = model.fit(
        {"x": train[0]},
        {"y": train[1]},
        batch_size=50,
        epochs=epochs,
        validation_data=({"x": validation[0]}, {"y": validation[1]}),
        validation_batch_size=500,
        verbose=0,
    ).history
    first, second = (100 * (1 - np.array(seen[k])) for k in ("accuracy", "val_accuracy"))
    return first, second, np.array(seen["val_loss"])


def run(seeds, data, epochs, to):
    """Lines of the table, and dropout.csv and .svg."""
    train, validation = flat("train", data), flat("validation", data)
    train = tuple(part[:DIGITS] for part in train)
    yield f"{DIGITS} digits, {epochs} epochs; medians and ranges over {len(seeds)} seeds"
    rows, curves = [], {}
    for dropout in (0.0, 0.5):
        seen = [errors(dropout, train, validation, seed, epochs) for seed in seeds]
        first, second, loss = (spread([each[k][-1] for each in seen]) for k in range(3))
        yield f"dropout {dropout}: training error {first} %, validation {second} %, loss {loss}"
        curves[dropout] = np.median(seen, axis=0)
        rows += [
            [dropout, n, *map("{:.4g}".format, row)] for n, row in enumerate(curves[dropout].T, 1)
        ]
    columns = ("dropout", "epoch", "training error %", "validation error %", "validation loss")
    keep(to, "dropout", columns, rows, _picture(curves, epochs))


def _picture(curves, epochs):
    """The validation loss, which rises as the net learns its digits by heart."""
    series = {
        "dropout 0.5" if dropout else "no dropout": [*enumerate(loss, 1)]
        for dropout, (_, _, loss) in curves.items()
    }
    top = max(0.1, *(loss for line in series.values() for _, loss in line))
    x = {n: str(n) for n in range(0, epochs + 1, max(epochs // 6, 1))}
    y = {top * n / 4: f"{top * n / 4:.2f}" for n in range(5)}
    title = f"Validation loss of a wide net that learns {DIGITS} digits"
    return chart(title, series, x, y, "epoch", "validation loss")
