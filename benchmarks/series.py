"""Elman and LSTM beside the simple forecasts of a time series, on its test part.

    python -m benchmarks.series [--series sunspots] [--season 132] [--seeds 3]

    last value      the next values are as the last one
    seasonal        they are as those one season before
    autoregressive  y[t+h] = a + b[1] y[t-1] + … + b[p] y[t-p], by least squares on the training
                    part, for each h its own, of the order p that does best on validation
    Elman, LSTM     the recipes sunspots_elman and sunspots_lstm, the weights of the epoch that
                    does best on validation

Every forecast is made from the same points of the test part, 1 … 12 months ahead; errors are in
the series' own units.  Of the networks, the mean over the seeds and the largest distance from it.
"""

import argparse
import tempfile
from pathlib import Path

import numpy as np

from train.data import series

ORDERS = (1, 2, 3, 6, 9, 12, 18, 24, 36, 48, 72, 96, 132)
NETWORKS = {"Elman": "sunspots_elman", "LSTM": "sunspots_lstm"}


def last_value(values, horizon):
    """(count, horizon): the last value, again and again."""
    past, _ = series.windows(values, "test", 1, horizon)
    return np.repeat(past, horizon, axis=1)


def seasonal(values, horizon, season):
    """(count, horizon): the values one season before; the season is as long as the horizon or
    longer."""
    past, _ = series.windows(values, "test", season, horizon)
    return past[:, :horizon]


def autoregressive(values, horizon, orders=ORDERS):
    """The forecasts (count, horizon), and the order that each of them was made with."""
    start, end = (round(len(values) * edge) for edge in series.EDGES["train"])
    orders = [order for order in orders if 4 * order < end - start] or [1]
    columns, chosen = [], []
    for h in range(horizon):
        errors = {}
        for order in orders:
            weights = _least_squares(*series.windows(values, "train", order, horizon), h)
            past, future = series.windows(values, "validation", order, horizon)
            errors[order] = np.mean((_linear(past, weights) - future[:, h]) ** 2)
        order = min(errors, key=errors.get)
        weights = _least_squares(*series.windows(values, "train", order, horizon), h)
        columns.append(_linear(series.windows(values, "test", order, horizon)[0], weights))
        chosen.append(order)
    return np.stack(columns, 1), chosen


def _least_squares(past, future, h):
    return np.linalg.lstsq(_with_one(past), future[:, h], rcond=None)[0]


def _linear(past, weights):
    return _with_one(past) @ weights


def _with_one(past):
    return np.concatenate([np.ones((len(past), 1)), past], 1)


def network(name, values, settings, seed):
    """The forecasts (count, horizon) of a recipe, trained with `seed`."""
    from train import loop, recipe

    chosen = recipe.load(name).with_settings([*settings, f"seed={seed}"])
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / name
        loop.fit(chosen, out, precision="float32", verbose=0)
        model = loop.trained(chosen, out)
    mean, deviation = series.scale(values)
    outputs = [model(inputs)["y"] for inputs, _ in loop.load_data(chosen).test()]
    return np.concatenate(outputs) * deviation + mean


def errors(forecast, future):
    """RMSE and MAE of the first value ahead, and of the last."""
    off = (forecast - future)[:, [0, -1]]
    return np.stack([np.sqrt(np.mean(off**2, 0)), np.mean(np.abs(off), 0)], 1).ravel()


def _row(name, figures):
    middle = np.mean(figures, 0)
    spread = np.max(np.abs(figures - middle), 0)
    cells = [f"{m:.1f}" + (f" ± {s:.1f}" if len(figures) > 1 else "")
             for m, s in zip(middle, spread, strict=True)]  # fmt: skip
    return f"| {name} | {' | '.join(cells)} |"


def main(given=None):
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--series", default="sunspots", help="a name, or the path of a file")
    parser.add_argument("--season", type=int, default=132, help="its length, in values")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--set", action="append", default=[], help="a setting of both recipes")
    options = parser.parse_args(given)
    from train import recipe

    settings = [f"series={options.series}", *options.set]
    chosen = recipe.load("sunspots_lstm").with_settings(settings).settings()
    horizon = chosen["horizon"]
    if options.season < horizon:
        parser.error(f"--season {options.season}: choose the horizon, {horizon}, or more")
    values = series.read(options.series)
    _, future = series.windows(values, "test", 1, horizon)
    linear, orders = autoregressive(values, horizon)
    print(
        f"{len(future)} forecasts, the first from value {len(values) - len(future) - horizon + 2}"
    )
    print(
        f"| forecast | RMSE, 1 ahead | MAE | RMSE, {horizon} ahead | MAE |\n|---|---|---|---|---|"
    )
    print(_row("last value", [errors(last_value(values, horizon), future)]))
    season = seasonal(values, horizon, options.season)
    print(_row(f"seasonal, {options.season}", [errors(season, future)]))
    name = f"autoregressive, of order {orders[0]} and {orders[-1]}"
    print(_row(name, [errors(linear, future)]), flush=True)
    for title, name in NETWORKS.items():
        runs = [network(name, values, settings, seed) for seed in range(options.seeds)]
        name = f"{title}, {options.seeds} seed{'s' * (options.seeds > 1)}"
        print(_row(name, [errors(run, future) for run in runs]), flush=True)


if __name__ == "__main__":
    main()
