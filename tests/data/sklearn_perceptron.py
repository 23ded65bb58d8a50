"""Make sklearn_perceptron.json: python tests/data/sklearn_perceptron.py, with scikit-learn."""

import json
from pathlib import Path

import numpy as np
from sklearn.linear_model import Perceptron


def steps(x, y, eta0, passes=3):
    """The weights, w and then b, after each example."""
    unit = Perceptron(eta0=eta0, shuffle=False)
    for i in [*range(len(x))] * passes:
        unit.partial_fit(x[i : i + 1], y[i : i + 1], classes=[-1, 1])
        yield [*unit.coef_[0], *unit.intercept_]


def main():
    rng = np.random.default_rng(7)
    # 64ths, so that float32 and float64 both compute without rounding
    x = rng.integers(-128, 129, (20, 3)) / 64
    y = np.where(x @ [1, -2, 1] + rng.normal(size=20) >= 0, 1, -1)
    y[0] = -1
    weights = {str(eta0): list(steps(x, y, eta0)) for eta0 in (1.0, 0.25)}
    text = json.dumps({"x": x.tolist(), "y": y.tolist(), "weights": weights})
    Path(__file__).with_suffix(".json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
