"""A time series, cut into windows: from the numbers so far, those that come next.

    values[t - window], …, values[t - 1]   ->   values[t], …, values[t + horizon - 1]

The series is split in time, never at random: the first three quarters are for training, an eighth
for validation, the last eighth for test.  A window of a part has all that is to be forecast in
that part; what it is forecast from may reach back into the part before, as it is past by then.
Values are scaled by the mean and the deviation of the training part alone.

`sunspots` are the monthly mean sunspot numbers from 1749 to 2008; any other name is the path of a
file with one number a line.
"""

import math
from pathlib import Path

import numpy as np

from train.data.pipeline import Data, batches, epochs

SAMPLES = {"sunspots": Path(__file__).parent / "samples" / "sunspots.csv"}
EDGES = {"train": (0, 3 / 4), "validation": (3 / 4, 7 / 8), "test": (7 / 8, 1)}


def series(batch_size, seed, series="sunspots", window=132, horizon=12):
    """`pipeline.Data`: {"x": (batch, window, 1)} -> {"y": (batch, horizon)}, float32, scaled.

    The assets `mean` and `deviation` lead back to the series' own units.
    Raises OSError when the file can't be read, ValueError when it is no series or too short.
    """
    values = read(series)
    mean, deviation = scale(values)
    scaled = (values - mean) / deviation

    def part(name):
        past, future = windows(scaled, name, window, horizon)
        return {"x": past[..., None].astype("float32")}, {"y": future.astype("float32")}

    train, steps = epochs(*part("train"), batch_size, seed)
    return Data(
        train,
        steps,
        batches(*part("validation"), batch_size),
        lambda: batches(*part("test"), batch_size),
        sizes={"inputs": 1, "outputs": horizon},
        assets={"mean": mean, "deviation": deviation},
    )


def read(name):
    """The series called `name`, or at that path: (length,) float64.

    A file has one number a line; its first line may be a name; blank lines and those that begin
    with # are skipped.
    """
    path = SAMPLES.get(name, Path(name))
    if not path.is_file():
        raise FileNotFoundError(
            f"series={name!r} is neither a file nor one of {', '.join(SAMPLES)}"
        )
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError(f"{path} is not a text file in UTF-8: give one number a line") from None
    lines = [(i, line.strip()) for i, line in enumerate(text.splitlines(), start=1)]
    lines = [(i, line) for i, line in lines if line and not line.startswith("#")]
    if lines and _is_a_name(lines[0][1]):
        lines = lines[1:]
    if not lines:
        raise ValueError(f"{path} holds no numbers: give one a line")
    return np.array([_number(line, f"{path}, line {i}") for i, line in lines])


def _is_a_name(line):
    try:
        float(line)
    except ValueError:
        return not _has_columns(line)
    return False


def _number(line, place):
    """`line` as a float; ValueError unless it is one finite number."""
    try:
        value = float(line)
    except ValueError:
        value = math.nan
    if math.isfinite(value):
        return value
    what = "more than one column" if _has_columns(line) else "not a finite number"
    raise ValueError(f"{place}: {line[:40]!r} is {what}: give one number a line, as in 58.2")


def _has_columns(line):
    return any(mark in line for mark in ",;\t")


def scale(values):
    """The mean and the standard deviation of the training part."""
    start, end = _span(values, "train")
    mean, deviation = float(np.mean(values[start:end])), float(np.std(values[start:end]))
    if not deviation > 0:
        raise ValueError(f"the first {end} values are all {mean:g}: there is nothing to learn")
    return mean, deviation


def windows(values, part, window, horizon):
    """All windows of a part: the past (count, window) and the future (count, horizon)."""
    if window < 1 or horizon < 1:
        raise ValueError(f"window={window}, horizon={horizon}: choose 1 or more of each")
    start, end = _span(values, part)
    first = max(start, window)  # the first window's first value to forecast
    count = end - horizon + 1 - first
    if count < 1:
        raise ValueError(
            f"a series of {len(values)} values has none for {part} with window={window} and "
            f"horizon={horizon}: give a longer series, or a smaller window or horizon"
        )
    at = np.arange(first, first + count)[:, None]
    return values[at - window + np.arange(window)], values[at + np.arange(horizon)]


def _span(values, part):
    return tuple(round(len(values) * edge) for edge in EDGES[part])
