"""How near one hidden layer comes to a function as it grows: 2, 8, 32 and 128 tanh units.

    python -m benchmarks.approximation [--units 2 8 32 128] [--steps 6000] [--rounds 3]
                                       [--picture docs/approximation.svg]

The function is sin(2x) + cos(5x)/2 + |x|/3 on [-3, 3], which has curves of two lengths and a
corner.  Each network is `mlp`, trained by Adam with a cosine schedule on 256 even points; the error
is the root mean square over 1,000 other points.  Medians over the rounds, each of another seed, are
printed; the picture shows the round in the middle.
"""

import argparse
import html
import statistics
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

import zoo

EDGE = 3.0
WIDTH, HEIGHT, GAP = 260, 150, 24
STYLE = (
    "<style>text{font:13px sans-serif;fill:#333}path{fill:none;stroke-width:2}"
    ".f{stroke:#999;stroke-width:5}.net{stroke:#b3261e}"
    "@media(prefers-color-scheme:dark){text{fill:#ddd}.f{stroke:#777}.net{stroke:#ff8a80}}</style>"
)


def function(x):
    """The function to be approximated; x: an array."""
    return np.sin(2 * x) + np.cos(5 * x) / 2 + np.abs(x) / 3


def fitted(units, steps, seed):
    """(root mean square error, the net's values at 1,000 points) of one hidden layer of `units`."""
    keras.utils.set_random_seed(seed)
    model = zoo.build("mlp", features=1, units=(units,))
    _spread(model, units, np.random.default_rng(seed))
    rate = keras.optimizers.schedules.CosineDecay(0.02, steps)
    model.compile(keras.optimizers.Adam(rate), loss={"y": "mse"}, steps_per_execution=100)
    x = np.linspace(-EDGE, EDGE, 256, dtype="float32")[:, None]
    batch = tf.data.Dataset.from_tensors(({"x": x}, {"y": function(x)})).cache().repeat()
    model.fit(batch, steps_per_epoch=steps, verbose=0, shuffle=False)
    other = points()
    values = np.array(model({"x": other.astype("float32")[:, None]})["y"])[:, 0]
    return float(np.sqrt(np.mean((values - function(other)) ** 2))), values


def points():
    """The 1,000 points that the error is taken at."""
    return np.linspace(-EDGE, EDGE, 1000)


def _spread(model, units, rng):
    """Start with the units' bends all over the interval; zero biases would put all at zero."""
    slopes = rng.uniform(1, 4, units) * rng.choice([-1, 1], units)
    bends = rng.uniform(-EDGE, EDGE, units)
    model.get_layer("hidden1").set_weights([slopes[None], -slopes * bends])


def picture(panels):
    """An SVG of panels side by side: [(units, error, values at `points()`), …]."""
    parts = [STYLE]
    for number, (units, error, values) in enumerate(panels):
        left = number * (WIDTH + GAP)
        title = html.escape(f"{units} units: error {error:.3g}")
        parts.append(f'<g transform="translate({left},0)"><text x="0" y="14">{title}</text>')
        for name, line in (("f", function(points())), ("net", values)):
            parts.append(f'<path class="{name}" d="{_path(line)}"/>')
        parts.append("</g>")
    size = f"{len(panels) * (WIDTH + GAP) - GAP} {HEIGHT + 24}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size}" role="img" aria-label="One '
        f'hidden layer of ever more units (red) against a function (grey)">{"".join(parts)}</svg>\n'
    )


def _path(values):
    x = np.linspace(0, WIDTH, len(values))[::4]
    y = 24 + HEIGHT * (2.5 - np.clip(values[::4], -1.5, 2.5)) / 4
    return "M" + "L".join(f"{a:.1f},{b:.1f}" for a, b in zip(x, y, strict=True))


def measure(sizes, steps, rounds):
    """[(units, median error, values of that round), …]."""
    panels = []
    for units in sizes:
        seen = sorted((fitted(units, steps, seed) for seed in range(rounds)), key=lambda s: s[0])
        error = statistics.median_low([each[0] for each in seen])
        panels.append((units, error, next(v for e, v in seen if e == error)))
        print(f"{units:4} units   error {error:.4f}   {[round(e, 4) for e, _ in seen]}", flush=True)
    return panels


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--units", type=int, nargs="+", default=[2, 8, 32, 128])
    parser.add_argument("--steps", type=int, default=6000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--picture", type=Path, default=Path("docs/approximation.svg"))
    options = parser.parse_args()
    panels = measure(options.units, options.steps, options.rounds)
    options.picture.write_text(picture(panels), encoding="utf-8")


if __name__ == "__main__":
    main()
