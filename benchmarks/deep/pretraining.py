"""A deep sigmoid network on MNIST with and without greedy layer-wise pre-training.

The recipe `stacked_autoencoder` twice for each seed: after `stacked_autoencoder_base`, and from
random weights.  The budget is the same: what was not pre-trained learns from labels for as many
epochs as the other spent on both.  The epoch that is kept is the best on the validation split; the
test split is read once, for the figure.
"""

import tempfile
from dataclasses import replace
from pathlib import Path

from benchmarks.deep.digits import spread
from train import loop, recipe


def errors(seed, data, epochs, base_epochs=None):
    """(test error pre-trained, test error from random weights), in %."""
    base = _recipe("stacked_autoencoder_base", seed, data)
    if base_epochs or data == "sample":  # fewer digits, fewer steps
        base = _shorter(base, base_epochs or base.epochs)
    fine = replace(_recipe("stacked_autoencoder", seed, data), epochs=epochs)
    plain = replace(fine, start="", epochs=epochs + base.epochs)
    with tempfile.TemporaryDirectory() as folder:
        runs = Path(folder)
        loop.fit(base, runs / fine.start, precision="float32", verbose=0)
        return [_error(chosen, runs / name) for name, chosen in (("fine", fine), ("plain", plain))]


def _recipe(name, seed, data):
    return recipe.load(name).with_settings([f"seed={seed}", f"data={data}"])


def _shorter(base, epochs):
    layers = len(base.sizes["units"])
    steps = loop.load_data(base).steps_per_epoch * epochs // layers
    return replace(base, epochs=epochs, sizes={**base.sizes, "steps_a_layer": steps})


def _error(chosen, out):
    loop.fit(chosen, out, precision="float32", verbose=0)
    model = loop.trained(chosen, out)
    model.compile(loss=dict(chosen.loss), metrics=dict(chosen.metrics))
    figures = model.evaluate(loop.load_data(chosen).test(), return_dict=True, verbose=0)
    return 100 * (1 - figures["accuracy"])


def run(seeds, data, epochs):
    """Lines of the table."""
    seen = []
    for seed in seeds:
        first, second = errors(seed, data, epochs)
        seen.append((first, second))
        yield f"seed {seed}: pre-trained {first:.2f} %, from random weights {second:.2f} %"
    first, second = (spread(each) for each in zip(*seen, strict=True))
    yield f"test error, median and range: pre-trained {first} %, from random weights {second} %"
