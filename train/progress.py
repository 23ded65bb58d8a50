"""How far a training is: a bar over all epochs with the pace and the time left.

On a terminal the bar moves and shows the loss so far; elsewhere, as in a log file, each epoch ends
with a line.  For data that name what they count, such as words; Keras's own bar, which starts anew
with each epoch, serves for the others.
"""

import sys
import time

import keras
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn


class Pace(keras.callbacks.Callback):
    """Tell how far `fit` is.

    unit, amount: what is counted and how many of it an epoch has, such as "words", 16_000_000.
    moving: whether a bar is drawn; by default where the output is a terminal.
    """

    def __init__(self, unit, amount, moving=None):
        super().__init__()
        self.unit, self.amount = unit, amount
        self.moving = sys.stdout.isatty() if moving is None else moving

    def on_train_begin(self, logs=None):
        columns = ["{task.description}", BarColumn(None), TaskProgressColumn()]
        columns += [TextColumn("{task.fields[pace]}"), TimeRemainingColumn(), "left"]
        columns += [TextColumn("{task.fields[loss]}")]
        self.bar = Progress(*columns, console=Console(), disable=not self.moving)
        self.bar.start()
        self.task = None

    def on_epoch_begin(self, epoch, logs=None):
        epochs, self.steps = self.params["epochs"], self.params["steps"]
        self.began = time.monotonic()
        title = f"epoch {epoch + 1}/{epochs}"
        if self.task is None:  # a run that goes on has some behind it
            total = (epochs - epoch) * self.steps
            self.task = self.bar.add_task(title, total=total, pace="", loss="")
            self.first = epoch
        self.bar.update(self.task, description=title)

    def on_train_batch_end(self, batch, logs=None):
        done = batch + 1
        told = {"pace": self._pace(done), "loss": f"loss {float(logs['loss']):.4g}"}
        self.bar.update(self.task, completed=self._before() + done, **told)

    def on_epoch_end(self, epoch, logs=None):
        self.epoch = epoch + 1
        if self.moving:
            return
        figures = ", ".join(f"{name} {value:.4g}" for name, value in logs.items())
        taken = time.monotonic() - self.began
        left = _clock(taken * (self.params["epochs"] - epoch - 1))
        print(
            f"epoch {epoch + 1}/{self.params['epochs']}: {self.amount:,} {self.unit} in "
            f"{_clock(taken)}, {self._pace(self.steps)}, {left} left; {figures}",
            flush=True,
        )

    def on_train_end(self, logs=None):
        self.bar.stop()

    def _before(self):
        """Steps of the epochs that this call of `fit` has behind it."""
        return (getattr(self, "epoch", self.first) - self.first) * self.steps

    def _pace(self, steps):
        taken = max(time.monotonic() - self.began, 1e-9)
        return f"{self.amount * steps / self.steps / taken:,.0f} {self.unit}/s"


def _clock(seconds):
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}"
