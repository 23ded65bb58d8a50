"""The recall task: what stands where; both recipes learn it; the benchmark's table and picture."""

import csv
from xml.etree import ElementTree

import numpy as np
import pytest
import tensorflow as tf

from benchmarks import recall as benchmark
from train import loop, recipe
from train.data.recall import recall

SIZES = {"symbols": 3, "distractors": 2}


def codes(pair):
    """(batch, time) of codes, and the answers."""
    inputs, targets = pair
    x = np.array(inputs["x"])
    assert (x.sum(-1) == 1).all()
    return x.argmax(-1), np.array(targets["y"])


def test_held_out_sequences_are_symbol_distractors_cue():
    data = recall(16, 0, steps=5, **SIZES)
    for split in (data.validation, data.test()):
        pairs = [codes(pair) for pair in split]
        x, y = (np.concatenate(part) for part in zip(*pairs, strict=True))
        assert x.shape == (2000, 6)
        np.testing.assert_array_equal(x[:, 0], y)
        assert set(x[:, 1:5].ravel()) == {3, 4}
        assert set(x[:, 5]) == {5}
        # guessing is right in a third of them: four standard deviations
        assert np.abs(np.bincount(y) / 2000 - 1 / 3).max() < 4 * np.sqrt(2 / 9 / 2000)
    assert data.sizes == {"inputs": 6, "outputs": 3}


def test_training_holds_the_symbol_once_at_every_distance():
    data = recall(2000, 0, steps=5, nearest=2, **SIZES)
    x, y = codes(next(iter(data.train(0))))
    is_symbol = x < 3
    assert (is_symbol.sum(1) == 1).all()
    np.testing.assert_array_equal(x[is_symbol], y)
    distance = 5 - is_symbol.argmax(1)
    assert distance.min() == 2
    share = np.log([3 / 2, 4 / 3, 5 / 4, 6 / 5]) / np.log(6 / 2)
    off = np.bincount(distance)[2:] / 2000 - share
    assert (np.abs(off) < 4 * np.sqrt(share * (1 - share) / 2000)).all()


def test_the_whole_distance_alone():
    x, y = codes(next(iter(recall(50, 0, steps=5, nearest=5, **SIZES).train(0))))
    np.testing.assert_array_equal(x[:, 0], y)


def test_batches_differ_and_a_resumed_run_sees_the_same():
    def some(seed, start, count):
        data = recall(4, seed, steps=5, batches=3)
        return [codes(pair)[0].tolist() for pair in data.train(start).take(count)]

    whole = some(0, 0, 6)
    assert len({str(batch) for batch in whole}) == 6
    assert some(0, 1, 3) == whole[3:]
    assert some(1, 0, 1) != whole[:1]


def test_the_splits_differ():
    data = recall(2000, 0, steps=9, nearest=9)
    first = [codes(next(iter(d)))[0][:500] for d in (data.train(0), data.validation, data.test())]
    assert not any((a == b).all(1).any() for a, b in zip(first, first[1:] + first[:1], strict=True))


@pytest.mark.parametrize(
    ("sizes", "message"),
    [
        ({"steps": 0}, "nearest=1, steps=0: choose 1 <= nearest <= steps"),
        ({"steps": 5, "nearest": 6}, "nearest=6, steps=5: choose"),
        ({"symbols": 1}, "symbols=1, distractors=8: choose at least 2 symbols"),
        ({"distractors": 0}, "symbols=8, distractors=0: choose at least 2 symbols"),
    ],
)
def test_wrong_sizes_are_named(sizes, message):
    with pytest.raises(ValueError, match=message):
        recall(4, 0, **sizes)


def test_the_two_recipes_differ_in_the_cell_alone():
    elman, lstm = (recipe.load(f"recall_{cell}").settings() for cell in ("elman", "lstm"))
    assert {key for key in elman if elman[key] != lstm[key]} == {"cell"}


@pytest.mark.parametrize("cell", ["elman", "lstm"])
def test_a_short_distance_is_learnt(cell, tmp_path, seeded):
    settings = ["steps=3", "units=16", "epochs=3", "batches=40", "learning_rate=0.02"]
    chosen = recipe.load(f"recall_{cell}").with_settings(settings)
    report = loop.fit(chosen, tmp_path / cell, precision="float32", verbose=0)
    assert report["best"]["val_accuracy"] > 0.95  # guessing: 0.125


def test_the_benchmark_writes_table_and_picture(tmp_path, capsys, seeded):
    small = ["units=4", "epochs=1", "batches=2"]
    options = [part for setting in small for part in ("--set", setting)]
    options += ["--rates", "0.01", "--to", str(tmp_path)]
    benchmark.main(["--steps", "2", "4", "--seeds", "1", *options])
    with (tmp_path / "recall.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [(r["steps"], r["cell"], r["rate"]) for r in rows] == [
        ("2", "elman", "0.01"), ("2", "lstm", "0.01"),
        ("4", "elman", "0.01"), ("4", "lstm", "0.01"),
    ]  # fmt: skip
    assert all(0 <= float(r["accuracy"]) <= 1 for r in rows)
    assert "| 4 | " in capsys.readouterr().out
    assert ElementTree.parse(tmp_path / "recall.svg").getroot().tag.endswith("svg")


def test_a_net_that_has_learnt_the_task_is_measured_as_one(seeded):
    settings = ["units=16", "epochs=3", "batches=40"]
    assert min(benchmark.accuracies("lstm", 2, 0, 0.02, settings)) > 0.95
    assert max(benchmark.accuracies("lstm", 2, 0, 1e-6, settings)) < 0.6


ROWS = [
    dict(zip(benchmark.COLUMNS, row, strict=True))
    for row in [
        (5, "elman", 0, 0.01, 0.9, 1.0), (5, "elman", 0, 0.1, 0.8, 0.3),
        (5, "elman", 1, 0.01, 0.4, 0.6), (5, "elman", 1, 0.1, 0.5, 0.5),
        (5, "lstm", 0, 0.01, 1.0, 1.0), (5, "lstm", 1, 0.01, 1.0, 1.0),
        (50, "elman", 0, 0.01, 0.25, 0.25), (50, "lstm", 0, 0.01, 0.75, 0.75),
    ]
]  # fmt: skip


def test_the_rate_is_chosen_by_validation_and_the_mean_is_over_seeds():
    lines = list(benchmark.table(benchmark.chosen(ROWS), 0.125))
    assert lines[0] == "| steps | Elman | its seeds | LSTM | its seeds | chance |"
    assert lines[2] == "| 5 | 75.0 | 100, 50 | 100.0 | 100, 100 | 12.5 |"
    assert lines[3] == "| 50 | 25.0 | 25 | 75.0 | 75 | 12.5 |"


def test_picture_by_hand():
    rows = benchmark.chosen(ROWS)
    svg = ElementTree.fromstring(benchmark.picture(rows, 0.125))
    kinds = {line.get("class"): line.get("points") for line in svg.iter() if line.get("points")}
    top, base = benchmark.TOP, benchmark.HEIGHT - benchmark.BOTTOM
    left, right = benchmark.LEFT, benchmark.WIDTH - benchmark.RIGHT
    share = base - (base - top) * 0.75
    assert kinds["lstm"] == f"{left}.0,{top}.0 {right}.0,{share:.1f}"
    assert len([c for c in svg.iter() if c.tag.endswith("circle")]) == len(rows) == 6


def test_input_is_float32_for_any_batch():
    inputs, targets = next(iter(recall(7, 3).train(0)))
    assert (inputs["x"].dtype, targets["y"].dtype) == (tf.float32, tf.int32)
    assert inputs["x"].shape == (7, 21, 17)
