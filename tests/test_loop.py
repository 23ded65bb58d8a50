"""The training loop, for real: killed and resumed, best kept, half-written left alone."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import h5py
import keras
import numpy as np
import pytest

from train import loop, recipe
from train.averaging import measure_statistics
from train.checkpoint import Checkpoint
from zoo.files import written_aside

SETTINGS = ["data=sample", "epochs=4", "batch_size=250", "learning_rate=0.004"]
COMMAND = [sys.executable, "-m", "train.cli", "train", "lenet5", "--precision", "float32"]


def start(out):
    options = [part for setting in SETTINGS for part in ("--set", setting)]
    return subprocess.Popen(
        [*COMMAND, *options, "--out", str(out)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def weights(out, name):
    (folder,) = Path(out).glob("epoch-*")
    arrays = {}
    with h5py.File(folder / f"{name}.weights.h5") as file:
        file.visititems(
            lambda path, item: arrays.update({path: item[()]} if hasattr(item, "shape") else {})
        )
    return arrays


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    out = tmp_path_factory.mktemp("runs") / "whole"
    process = start(out)
    text, _ = process.communicate()
    assert process.returncode == 0, text
    return out


def test_killed_and_resumed_ends_the_same(whole, tmp_path):
    out = tmp_path / "killed"
    process = start(out)
    while not (out / "epoch-0002").exists():
        assert process.poll() is None, process.stdout.read()
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    assert not (out / "epoch-0004").exists()
    text, _ = start(out).communicate()
    report = json.loads((out / "report.json").read_text())
    assert 2 <= report["epochs_resumed"] < 4, text
    assert (out / "history.csv").read_text() == (whole / "history.csv").read_text()
    for name in ("state", "best"):
        one, other = weights(whole, name), weights(out, name)
        assert one.keys() == other.keys()
        for path, value in one.items():
            np.testing.assert_array_equal(other[path], value, err_msg=path)


def test_it_learns_and_reports(whole):
    report = json.loads((whole / "report.json").read_text())
    assert report["epochs"] == 4
    assert report["precision"] == "float32"
    assert report["parameters"] == 61_706
    rows = (whole / "history.csv").read_text().splitlines()
    assert rows[0] == "epoch,accuracy,loss,val_accuracy,val_loss"
    accuracies = [float(row.split(",")[3]) for row in rows[1:]]
    assert accuracies[-1] > 0.8
    assert report["best"]["val_accuracy"] == max(accuracies)
    assert list((whole / "tensorboard" / "validation").glob("events*"))


def test_other_settings_do_not_resume(whole):
    other = recipe.load("lenet5").with_settings([*SETTINGS, "seed=1"])
    with pytest.raises(ValueError, match=r"holds a run with seed=0 \(now 1\)"):
        loop.fit(other, whole, precision="float32", verbose=0)


def test_trained_gives_the_best_epoch_in_float32(whole):
    chosen = recipe.load("lenet5").with_settings(SETTINGS)
    model = loop.trained(chosen, whole)
    model.compile(loss=dict(chosen.loss), metrics=dict(chosen.metrics))
    figures = model.evaluate(loop.load_data(chosen).validation, return_dict=True, verbose=0)
    best = json.loads((whole / "report.json").read_text())["best"]
    assert figures["accuracy"] == pytest.approx(best["val_accuracy"], abs=1e-6)


def test_an_average_is_that_of_the_epochs_and_survives_a_stop(tmp_path):
    settings = ["data=sample", "epochs=3", "batch_size=500", "schedule=constant"]
    chosen = recipe.load("lenet5").with_settings([*settings, "average_from=2"])
    report = loop.fit(chosen, tmp_path / "whole", precision="float32", verbose=0)
    ends = []
    for epochs in (2, 3):
        note = tmp_path / "parts" / "recipe.json"
        if note.exists():  # as if the run had been meant to go on, and was stopped
            note.write_text(note.read_text().replace('"epochs": 2', '"epochs": 3'))
        part = replace(chosen, epochs=epochs)
        again = loop.fit(part, tmp_path / "parts", precision="float32", verbose=0)
        ends.append(weights(tmp_path / "parts", "state"))
    assert again["best"] == report["best"]
    assert 0 < report["best"]["average_val_accuracy"] < 1
    kept = weights(tmp_path / "parts", "best")
    compared = [path for path in kept if path.startswith("layers/")]
    assert compared
    for path in compared:
        mean = (ends[0][path].astype("float64") + ends[1][path]) / 2
        np.testing.assert_allclose(kept[path], mean, rtol=1e-5, atol=1e-7, err_msg=path)
        np.testing.assert_array_equal(kept[path], weights(tmp_path / "whole", "best")[path])
    with pytest.raises(ValueError, match="average_from=9: choose an epoch from 1 to 3"):
        loop.fit(replace(chosen, average_from=9), tmp_path / "wrong", precision="float32")


def test_statistics_of_batch_normalisation_are_those_of_the_data():
    model = keras.Sequential([keras.Input((3,)), keras.layers.BatchNormalization(name="norm")])
    x = np.random.default_rng(0).normal(5.0, 2.0, (4, 50, 3)).astype("float32")
    measure_statistics(model, [(batch, None) for batch in x], steps=4)
    norm = model.get_layer("norm")
    np.testing.assert_allclose(norm.moving_mean, x.mean((0, 1)), rtol=1e-5)
    np.testing.assert_allclose(norm.moving_variance, x.var(1).mean(0), rtol=1e-4)
    assert norm.momentum == 0.99


def test_half_written_checkpoint_is_never_found(tmp_path):
    with pytest.raises(KeyboardInterrupt), written_aside(tmp_path / "epoch-0001"):
        raise KeyboardInterrupt
    (tmp_path / ".epoch-0003.part-1").mkdir()  # what a kill leaves
    checkpoint = Checkpoint(tmp_path, "val_loss")
    assert checkpoint.newest() is None
    assert checkpoint.restore(None) == 0
    assert not list(tmp_path.iterdir())


def test_best_takes_the_later_of_equals_or_the_last_and_names_a_wrong_monitor():
    checkpoint = Checkpoint("unused", "val_accuracy")
    figures = [0.5, 0.9, 0.9, 0.7]
    checkpoint.history = [{"epoch": i + 1, "val_accuracy": f} for i, f in enumerate(figures)]
    assert checkpoint.best()["epoch"] == 3
    low = Checkpoint("unused", "val_loss")
    low.history = [{"epoch": i + 1, "val_loss": f} for i, f in enumerate(figures)]
    assert low.best()["epoch"] == 1
    last = Checkpoint("unused", "epoch")
    last.history = low.history
    assert last.best()["epoch"] == 4
    low.monitor = "val_los"
    with pytest.raises(ValueError, match="monitor='val_los' is not among the figures: epoch, val"):
        low.best()


def test_no_run_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="holds no finished epoch; run `zoo train` first"):
        loop.trained(recipe.load("lenet5"), tmp_path)


def test_a_second_stage_starts_from_the_best_weights_of_the_first(whole, tmp_path):
    chosen = recipe.load("lenet5").with_settings([*SETTINGS, "epochs=1", "learning_rate=0.0"])
    second = replace(chosen, start=whole.name)
    loop.fit(second, whole.with_name("second"), precision="float32", verbose=0)
    first, started = weights(whole, "best"), weights(whole.with_name("second"), "best")
    layers = [path for path in first if path.startswith("layers/")]
    assert layers
    for path in layers:
        np.testing.assert_array_equal(started[path], first[path], err_msg=path)


def test_a_missing_first_stage_is_named(tmp_path):
    second = replace(recipe.load("lenet5").with_settings(SETTINGS), start="absent")
    with pytest.raises(FileNotFoundError, match="absent holds no finished epoch; run `zoo train`"):
        loop.fit(second, tmp_path / "run", verbose=0)
    assert not (tmp_path / "run").exists()


TWO_DEVICES = """
import sys
import tensorflow as tf
cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
from train import loop, recipe
loop._strategy = lambda gpus, batch_size: tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
chosen = recipe.load("lenet5").with_settings(sys.argv[3:])
loop.fit(chosen, sys.argv[1], precision=sys.argv[2], verbose=0)
"""


def test_it_learns_on_two_devices(tmp_path):
    out = tmp_path / "run"
    settings = [*SETTINGS, "epochs=2", "batch_size=150"]
    command = [sys.executable, "-c", TWO_DEVICES, str(out), "float32", *settings]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    assert json.loads((out / "report.json").read_text())["replicas"] == 2
    assert json.loads((out / "report.json").read_text())["best"]["val_accuracy"] > 0.8


def test_a_batch_that_does_not_divide_is_named():
    with pytest.raises(ValueError, match="batch_size=125 does not divide among 2 GPUs"):
        loop._strategy(["GPU:0", "GPU:1"], 125)
