"""How many steps a symbol is kept: Elman's network beside the LSTM, the same budget for both.

    python -m benchmarks.recall [--steps 5 10 20 50 100 200] [--seeds 3] [--to docs]

Trains the recipes recall_elman and recall_lstm at each number of steps with each seed, and
measures the accuracy on 2,000 sequences that no choice was made by, always with the whole
distance from symbol to cue.  Both nets get the same sequences, units and updates, and both are
trained at each of `--rates`: for each net, seed and number of steps the learning rate counts that
does best on validation.  All runs go to recall.csv, those that count to recall.svg, both in the
folder `--to`; `--set` takes options of both recipes.
"""

import argparse
import csv
import itertools
import math
import statistics
import tempfile
from pathlib import Path

CELLS = {"elman": "Elman", "lstm": "LSTM"}
COLUMNS = ("steps", "cell", "seed", "rate", "validation", "accuracy")


def accuracies(cell, steps, seed, rate, settings=()):
    """The shares of recalled symbols on validation and on test, after training a net."""
    import keras
    import numpy as np

    from train import loop, recipe

    keras.utils.clear_session()
    settings = [f"steps={steps}", *settings, f"seed={seed}", f"learning_rate={rate}"]
    chosen = recipe.load(f"recall_{cell}").with_settings(settings)
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / cell
        report = loop.fit(chosen, out, precision="float32", verbose=0)
        model = loop.trained(chosen, out)
    right = [
        np.argmax(model(inputs)["y"], -1) == np.array(targets["y"])
        for inputs, targets in loop.load_data(chosen).test()
    ]
    return report["best"]["val_accuracy"], float(np.mean(np.concatenate(right)))


def chosen(rows):
    """Of each net, seed and number of steps, the row that did best on validation."""
    best = {}
    for row in rows:
        key = (row["steps"], row["cell"], row["seed"])
        if key not in best or row["validation"] > best[key]["validation"]:
            best[key] = row
    return list(best.values())


def table(rows, chance):
    """The lines of a table: the mean accuracies in per cent, and all seeds' behind it."""
    yield (
        "| steps | " + " | ".join(f"{name} | its seeds" for name in CELLS.values()) + " | chance |"
    )
    yield "|---" * (2 + 2 * len(CELLS)) + "|"
    for steps in sorted({row["steps"] for row in rows}):
        cells = []
        for cell in CELLS:
            found = _accuracies(rows, cell, steps)
            cells.append(f"{100 * statistics.mean(found):.1f}" if found else "")
            cells.append(", ".join(f"{100 * a:.0f}" for a in found))
        yield f"| {steps} | {' | '.join(cells)} | {100 * chance:.1f} |"


def _accuracies(rows, cell, steps):
    return [r["accuracy"] for r in rows if (r["cell"], r["steps"]) == (cell, steps)]


def write_csv(path, rows):
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        for row in rows:
            shares = {key: f"{row[key]:.4f}" for key in ("validation", "accuracy")}
            writer.writerow({**row, **shares})


WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 640, 360, 60, 100, 30, 50
STYLE = """
  text { font: 13px sans-serif; fill: #333 }
  .axis { stroke: #999 } .chance { stroke: #999; stroke-dasharray: 4 4 }
  .elman { stroke: #b3402a; fill: #b3402a } .lstm { stroke: #1f5fa8; fill: #1f5fa8 }
  polyline { fill: none !important; stroke-width: 2 }
  @media (prefers-color-scheme: dark) {
    text { fill: #ddd } .elman { stroke: #f08b72; fill: #f08b72 }
    .lstm { stroke: #7db4f0; fill: #7db4f0 }
  }"""


def picture(rows, chance):
    """The same as an SVG: a line through the means, a dot for each seed, steps on a log scale."""
    ticks = sorted({row["steps"] for row in rows})
    low, high = math.log(ticks[0]), math.log(max(ticks[-1], ticks[0] + 1))

    def x(steps):
        return LEFT + (WIDTH - LEFT - RIGHT) * (math.log(steps) - low) / (high - low)

    def y(share):
        return TOP + (HEIGHT - TOP - BOTTOM) * (1 - share)

    parts = [*_axes(ticks, x, y), *_line("chance", [(x(t), y(chance)) for t in ticks])]
    for cell in CELLS:
        means = {t: _accuracies(rows, cell, t) for t in ticks}
        dots = [(x(t), y(share)) for t, found in means.items() for share in found]
        parts += [f'<circle class="{cell}" cx="{a:.1f}" cy="{b:.1f}" r="3"/>' for a, b in dots]
        parts += _line(cell, [(x(t), y(statistics.mean(f))) for t, f in means.items() if f])
    parts += _legend({"lstm": CELLS["lstm"], "elman": CELLS["elman"], "chance": "chance"})
    title = "<title>Accuracy of recalling a symbol after so many steps</title>"
    body = "\n".join([title, f"<style>{STYLE}\n</style>", *parts])
    size = f'viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" role="img"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>\n{body}\n</svg>\n'


def _axes(ticks, x, y):
    right, base = WIDTH - RIGHT, HEIGHT - BOTTOM
    yield f'<path class="axis" fill="none" d="M{LEFT} {TOP}V{base}H{right}"/>'
    for t in ticks:
        yield f'<text x="{x(t):.1f}" y="{base + 18}" text-anchor="middle">{t}</text>'
    for percent in (0, 25, 50, 75, 100):
        place = f'x="{LEFT - 8}" y="{y(percent / 100) + 4:.1f}" text-anchor="end"'
        yield f"<text {place}>{percent} %</text>"
    middle = f'x="{(LEFT + right) / 2}" y="{HEIGHT - 8}" text-anchor="middle"'
    yield f"<text {middle}>steps from symbol to cue</text>"
    yield f'<text x="{LEFT}" y="{TOP - 12}">symbols recalled</text>'


def _line(kind, points):
    corners = " ".join(f"{a:.1f},{b:.1f}" for a, b in points)
    yield f'<polyline class="{kind}" points="{corners}"/>'


def _legend(names):
    for i, (kind, name) in enumerate(names.items()):
        x, y = WIDTH - RIGHT + 15, TOP + 20 + 22 * i
        yield f'<path class="{kind}" fill="none" stroke-width="2" d="M{x} {y - 4}h16"/>'
        yield f'<text x="{x + 22}" y="{y}">{name}</text>'


def main(given=None):
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--steps", type=int, nargs="+", default=[5, 10, 20, 50, 100, 200])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--rates", type=float, nargs="+", default=[0.001, 0.005])
    parser.add_argument("--to", type=Path, default=Path("docs"))
    parser.add_argument("--set", action="append", default=[], help="a setting of both recipes")
    options = parser.parse_args(given)
    from train import recipe

    settings = recipe.load("recall_lstm").with_settings(options.set).settings()
    chance = 1 / settings["symbols"]
    options.to.mkdir(parents=True, exist_ok=True)
    rows = []
    runs = itertools.product(options.steps, range(options.seeds), CELLS, options.rates)
    for steps, seed, cell, rate in runs:
        found = accuracies(cell, steps, seed, rate, options.set)
        rows.append(dict(zip(COLUMNS, (steps, cell, seed, rate, *found), strict=True)))
        print(f"{steps} steps, seed {seed}, {CELLS[cell]} at {rate}: {found[1]:.1%}", flush=True)
        write_csv(options.to / "recall.csv", rows)
    counting = chosen(rows)
    print(*table(counting, chance), sep="\n")
    (options.to / "recall.svg").write_text(picture(counting, chance), encoding="utf-8")


if __name__ == "__main__":
    main()
