"""A deep sigmoid network on MNIST with and without greedy layer-wise pre-training.

The recipe `stacked_autoencoder` with each seed: after `stacked_autoencoder_base`, and from random
weights.  The budget is the same: so many epochs of pre-training and as many with labels, or twice
as many with labels alone.  Both learn by plain SGD, as in 2006, and by Adam at its usual rate, as
one would today.

Of the rates of SGD each way has the one with which the first seed errs least on the validation
split; so has the epoch that is kept.  The test split is read for the chosen runs alone.  The runs
stay in a folder, so that a benchmark that was stopped goes on.
"""

import json
from dataclasses import replace

import numpy as np

from benchmarks.chart import chart
from benchmarks.deep.digits import keep, spread
from train import loop, recipe
from train.checkpoint import Checkpoint

STARTS = ("pre-trained", "random")
RATES = {"sgd": (0.3, 1.0, 3.0), "adam": (1e-3,)}
COLUMNS = ("start", "optimizer", "rate", "seed", "epochs", "validation", "test")


class Study:
    """Runs of both recipes in the folder `out`, each trained when it is asked for.

    data: "mnist" or "sample"; epochs: those of pre-training, and those with labels after it.
    """

    def __init__(self, out, data, epochs):
        self.out, self.data, self.epochs = out, data, epochs

    def base(self, seed):
        """The recipe of pre-training, each layer with its share of the epochs."""
        base = _recipe("stacked_autoencoder_base", seed, self.data)
        steps = loop.load_data(base).steps_per_epoch * self.epochs // len(base.sizes["units"])
        return replace(base, epochs=self.epochs, sizes={**base.sizes, "steps_a_layer": steps})

    def run(self, start, optimizer, rate, seed):
        """(recipe, folder) of a trained run."""
        chosen = _recipe("stacked_autoencoder", seed, self.data)
        chosen = replace(chosen, optimizer=optimizer, learning_rate=rate, epochs=self.epochs)
        folder = self.out / f"seed{seed}"
        if start == "random":
            chosen = replace(chosen, start="", epochs=2 * self.epochs)
        else:
            loop.fit(self.base(seed), folder / chosen.start, precision="float32", verbose=0)
        out = folder / f"{start}_{optimizer}_{rate:g}"
        loop.fit(chosen, out, precision="float32", verbose=0)
        return chosen, out

    def validation(self, *run):
        """The validation error in % after each epoch with labels."""
        _, out = self.run(*run)
        checkpoint = Checkpoint(out, "val_accuracy")
        history = (checkpoint.newest() / "history.json").read_text(encoding="utf-8")
        return [100 * (1 - row["val_accuracy"]) for row in json.loads(history)]

    def test(self, *run):
        """The test error in % of the best epoch's weights."""
        chosen, out = self.run(*run)
        model = loop.trained(chosen, out)
        model.compile(loss=dict(chosen.loss), metrics=dict(chosen.metrics))
        figures = model.evaluate(loop.load_data(chosen).test(), return_dict=True, verbose=0)
        return 100 * (1 - figures["accuracy"])


def _recipe(name, seed, data):
    return recipe.load(name).with_settings([f"seed={seed}", f"data={data}"])


def run(seeds, data, epochs, out, to, rates=RATES):
    """Lines of the table; the runs go to the folder `out`, pretraining.csv and .svg to `to`."""
    study, rows, curves = Study(out, data, epochs), [], {}
    for optimizer, ladder in rates.items():
        for start in STARTS:
            first = {rate: study.validation(start, optimizer, rate, seeds[0]) for rate in ladder}
            best = min(first, key=lambda rate: min(first[rate]))
            for rate, errors in first.items():
                curves[start, optimizer, rate] = errors
                yield f"{start}, {optimizer} at {rate:g}: validation error {min(errors):.2f} %"
                if rate != best:
                    rows.append([start, optimizer, rate, seeds[0], len(errors), min(errors), ""])
            found = [study.validation(start, optimizer, best, seed) for seed in seeds]
            tests = [study.test(start, optimizer, best, seed) for seed in seeds]
            for seed, errors, test in zip(seeds, found, tests, strict=True):
                rows.append([start, optimizer, best, seed, len(errors), min(errors), test])
            curves[start, optimizer, best] = np.median(found, axis=0)
            at_edge = len(ladder) > 1 and best in (ladder[0], ladder[-1])
            edge = " (edge of the ladder)" if at_edge else ""
            yield f"{start}, {optimizer} at {best:g}{edge}: test error {spread(tests)} %"
            keep(to, "pretraining", COLUMNS, map(_told, rows), _picture(curves, epochs))


def _told(row):
    *names, validation, test = row
    return [*names, f"{validation:.2f}", f"{test:.2f}" if test else ""]


def _picture(curves, before):
    """Validation error after each epoch, of SGD at its lowest and its highest rate.

    Pre-training's own epochs come first.  For a rate that was chosen it is the median of the seeds.
    """
    shift = {"pre-trained": before, "random": 0}
    rates = [rate for _, optimizer, rate in curves if optimizer == "sgd"]
    series = {}
    for (start, optimizer, rate), errors in curves.items():
        if optimizer == "sgd" and rate in (min(rates), max(rates)):
            points = [(n + shift[start], error) for n, error in enumerate(errors, 1)]
            series[f"{start}, rate {rate:g}"] = points
    last = 2 * before
    x = {n: str(n) for n in range(0, last + 1, max(last // 4, 1))} | {last: str(last)}
    y = {n: f"{n} %" for n in (1, 2, 5, 10, 20, 50, 100)}
    title = "Five sigmoid layers on MNIST by SGD, with and without pre-training"
    return chart(title, series, x, y, "epochs, pre-training's included", "validation error", "y")
