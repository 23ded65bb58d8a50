"""Checkpoints that survive a kill at any moment.

    runs/NAME/epoch-0007/state.weights.h5    model and optimizer after 7 epochs
    runs/NAME/epoch-0007/best.weights.h5     the weights that did best on validation so far
    runs/NAME/epoch-0007/average.weights.h5  the mean of the weights so far, if one is kept
    runs/NAME/epoch-0007/history.json        every epoch's figures so far
    runs/NAME/history.csv                    the same history, to read

An epoch's folder gets its name last, so a half-written one is never found; the one
before is deleted after that.
"""

import csv
import json
import os
import shutil
from pathlib import Path

import keras

from train.averaging import PREFIX
from zoo.files import written_aside


class Checkpoint(keras.callbacks.Callback):
    """Write a checkpoint after each epoch; `restore` before `fit` picks up the newest.

    folder: where the run lives.
    monitor: the figure that decides what is best; one that ends in "accuracy" is to be
        high, any other low; of equal epochs the later one is kept.  "epoch" keeps the last.
    average: the `averaging.Average` before this one in `fit`, if the average of the weights is
        what is kept; it is measured, and kept, after the last epoch.
    """

    def __init__(self, folder, monitor, average=None):
        super().__init__()
        self.folder = Path(folder)
        self.average = average
        self.sign = 1 if monitor.endswith(("accuracy", "epoch")) else -1
        self.monitor = PREFIX + monitor if average else monitor
        self.history = []

    def newest(self):
        """The newest checkpoint's folder, or None."""
        return max(self.folder.glob("epoch-*"), default=None)

    def restore(self, model):
        """Load the newest checkpoint into `model`; return how many epochs it has seen."""
        saved = self.newest()
        for left_by_a_kill in {*self.folder.glob("*epoch-*")} - {saved}:
            shutil.rmtree(left_by_a_kill)
        if saved:
            model.optimizer.build(model.trainable_variables)
            model.load_weights(saved / "state.weights.h5")
            if self.average:
                self.average.twin.load_weights(saved / "average.weights.h5")
            self.history = json.loads((saved / "history.json").read_text(encoding="utf-8"))
        return len(self.history)

    def on_epoch_end(self, epoch, logs=None):
        before = self.newest()
        self.history.append({"epoch": epoch + 1, **{k: float(v) for k, v in logs.items()}})
        with written_aside(self.folder / f"epoch-{epoch + 1:04d}") as part:
            self.model.save_weights(part / "state.weights.h5")
            if self.average:
                self.average.twin.save_weights(part / "average.weights.h5")
            self._keep_best(before, part)
            (part / "history.json").write_text(json.dumps(self.history), encoding="utf-8")
        if before:
            shutil.rmtree(before)
        self._write_csv()

    def _keep_best(self, before, part):
        best = part / "best.weights.h5"
        if self.average:
            if self.monitor in self.history[-1]:
                os.link(part / "average.weights.h5", best)
        elif self.best()["epoch"] == self.history[-1]["epoch"]:
            self.model.save_weights(best)
        else:
            os.link(before / "best.weights.h5", best)

    def best(self):
        """The best epoch's figures."""
        known = [row for row in self.history if self.monitor in row]
        if not known:
            seen = ", ".join(self.history[-1])
            raise ValueError(f"monitor={self.monitor!r} is not among the figures: {seen}")
        return max(known, key=lambda row: (self.sign * row[self.monitor], row["epoch"]))

    def load_best(self, model):
        """Load the best epoch's weights into `model`; the optimizer is left alone."""
        model.load_weights(self.newest() / "best.weights.h5")

    def _write_csv(self):
        part = self.folder / "history.csv.part"
        with part.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, self.history[-1])  # the last row may hold more
            writer.writeheader()
            writer.writerows(self.history)
        part.replace(self.folder / "history.csv")
