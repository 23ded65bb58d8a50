"""The experiments on deep nets, small: what must hold at any size, and the two stages for real."""

from xml.etree import ElementTree

import numpy as np
import pytest

from benchmarks.chart import chart
from benchmarks.deep import dropout, optimizers, pretraining, vanishing
from benchmarks.deep.digits import flat, spread


@pytest.fixture(scope="module")
def digits():
    return tuple(part[:200] for part in flat("train", "sample"))


def test_gradients_vanish_through_logistic_layers_and_not_through_tanh(digits, seeded):
    logistic, tanh = (vanishing.norms(a, *digits, seed=0) for a in ("logistic", "tanh"))
    assert len(logistic) == vanishing.LAYERS
    assert logistic[0] < 1e-4 * logistic[-1]
    assert all(np.diff(logistic)[2:] > 0)
    assert tanh[0] > 0.1 * tanh[-1]


def test_without_dropout_the_digits_are_learned_by_heart(digits, seeded):
    first, second, loss = dropout.errors(0.0, digits, digits, seed=0, epochs=12)
    assert len(first) == len(second) == len(loss) == 12
    assert second[-1] < 5 < first[0]
    assert 0 < loss[-1] < loss[0]


RATES = {"SGD": 0.1, "momentum": 0.03, "RMSProp": 1e-3, "Adam": 1e-3}


@pytest.mark.parametrize("kind", optimizers.KINDS)
def test_every_optimizer_lowers_the_loss(kind, digits, seeded):
    losses = optimizers.losses(kind, RATES[kind], digits, seed=0, epochs=4)
    assert losses[-1] < losses[0]


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """Both ways, five epochs each: a layer an epoch, 23 steps of 128 digits."""
    folder = tmp_path_factory.mktemp("deep")
    lines = [*pretraining.run(range(1), "sample", 5, folder / "runs", folder, {"sgd": (0.3,)})]
    return folder, lines


def test_pretraining_and_the_same_budget_without(study):
    folder, lines = study
    assert len(lines) == 4
    rows = (folder / "pretraining.csv").read_text(encoding="utf-8").splitlines()
    assert rows[0] == "start,optimizer,rate,seed,epochs,validation,test"
    cells = [row.split(",") for row in rows[1:]]
    # 5 epochs with labels behind 5 without, or 10
    assert [row[:5] for row in cells] == [
        ["pre-trained", "sgd", "0.3", "0", "5"],
        ["random", "sgd", "0.3", "0", "10"],
    ]
    assert all(0 < float(error) < 95 for row in cells for error in row[5:])
    drawn = ElementTree.parse(folder / "pretraining.svg").getroot()
    lines = [*drawn.iter("{http://www.w3.org/2000/svg}polyline")]
    assert [len(line.get("points").split()) for line in lines] == [5, 10]


def test_pretraining_goes_on_where_it_was(study, monkeypatch):
    folder, lines = study
    monkeypatch.setattr("keras.Model.fit", lambda *_, **__: pytest.fail("trained again"))
    again = pretraining.run(range(1), "sample", 5, folder / "runs", folder, {"sgd": (0.3,)})
    assert [*again] == lines


def test_every_layer_is_pretrained_for_its_share(tmp_path):
    base = pretraining.Study(tmp_path, "sample", 10).base(0)
    # 23 batches of 128 of 3,000 digits, 10 epochs, 5 layers
    assert base.sizes["steps_a_layer"] == 46
    assert base.epochs == 10


@pytest.mark.parametrize(
    ("module", "epochs", "rows"), [(vanishing, 0, 10), (dropout, 2, 4), (optimizers, 1, 4)]
)
def test_figures_are_kept(module, epochs, rows, tmp_path, monkeypatch, seeded):
    monkeypatch.setattr(optimizers, "LADDER", (0.01,))
    lines = [*module.run(range(1), "sample", epochs, tmp_path)]
    name = module.__name__.rsplit(".", 1)[-1]
    assert len(lines) >= 3
    kept = (tmp_path / f"{name}.csv").read_text(encoding="utf-8").splitlines()
    assert len(kept) == 1 + rows
    assert ElementTree.parse(tmp_path / f"{name}.svg").getroot().get("role") == "img"


def test_spread_is_median_and_range():
    assert spread([3.0, 1.0, 2.0]) == "2 (1 to 3)"


def test_a_chart_places_its_points():
    """x 1 to 100 by logarithm over 64 to 490, y 0 to 1 over 310 up to 34."""
    drawn = chart("t", {"a": [(1, 0), (10, 0.5), (100, 2)]}, {1: "1", 100: "100"},
                  {0: "0", 1: "1"}, "x", "y", log="x")  # fmt: skip
    line = next(ElementTree.fromstring(drawn).iter("{http://www.w3.org/2000/svg}polyline"))
    assert line.get("points") == "64.0,310.0 277.0,172.0 490.0,34.0"  # what is above is at the top
