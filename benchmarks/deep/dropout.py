"""Dropout against overfitting: 784-512-512-10 ReLU on the first 500 digits."""

import keras

import zoo
from benchmarks.deep.digits import flat, spread

DIGITS = 500


def errors(dropout, train, validation, seed, epochs):
    """(training error, validation error, validation loss) after the last epoch, errors in %."""
    keras.utils.set_random_seed(seed)
    sizes = {"features": 784, "outputs": 10, "units": (512, 512), "activation": "relu"}
    model = zoo.build("mlp", **sizes, dropout=dropout)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(1e-3), loss={"y": loss}, metrics={"y": ["accuracy"]})
    model.fit({"x": train[0]}, {"y": train[1]}, batch_size=50, epochs=epochs, verbose=0)
    seen = [
        model.evaluate({"x": x}, {"y": y}, batch_size=500, verbose=0, return_dict=True)
        for x, y in (train, validation)
    ]
    first, second = (100 * (1 - each["accuracy"]) for each in seen)
    return first, second, seen[1]["loss"]


def run(seeds, data, epochs):
    """Lines of the table."""
    train, validation = flat("train", data), flat("validation", data)
    train = tuple(part[:DIGITS] for part in train)
    yield f"{DIGITS} digits, {epochs} epochs; medians and ranges over {len(seeds)} seeds"
    for dropout in (0.0, 0.5):
        seen = [errors(dropout, train, validation, seed, epochs) for seed in seeds]
        first, second, loss = (spread(each) for each in zip(*seen, strict=True))
        yield f"dropout {dropout}: training error {first} %, validation {second} %, loss {loss}"
