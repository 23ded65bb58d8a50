"""The `zoo` command, as typed."""

import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf

import zoo


def command(*arguments, cwd=None):
    return subprocess.run(
        [sys.executable, "-m", "train.cli", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("train", "digit"), "zoo: unknown recipe 'digit': did you mean digits"),
        (("train", "digits", "--set", "epoch=3"), "unknown setting 'epoch': did you mean epochs?"),
        (("train", "digits", "--precision", "half"), "'mixed_bfloat16'"),
        (("export", "digits", "--out", "nowhere"), "zoo: nowhere holds no finished epoch"),
        (("evaluate", "lenet5", "--model", "nowhere", "--set", "data=sample"), "no SavedModel"),
        (("evaluate", "lenet5", "--split", "dev"), "choose test or validation"),
        (("serve", "--model-base-path", "nowhere"), "nowhere"),
        (("trains",), "No such command 'trains'"),
    ],
)
def test_what_is_wrong_is_one_message(arguments, message, tmp_path):
    done = command(*arguments)
    assert done.returncode != 0
    assert message in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


def test_list_shows_every_network():
    done = command("list")
    assert done.returncode == 0, done.stderr
    for name in zoo.names():
        assert name in done.stdout
    assert "61,706" in done.stdout


def test_train_export_evaluate_on_the_sample(tmp_path):
    out, to = tmp_path / "run", tmp_path / "saved_models" / "lenet5"
    settings = ("--set", "data=sample", "--set", "epochs=3", "--set", "batch_size=100")
    trained = command("train", "lenet5", *settings, "--out", out)
    assert trained.returncode == 0, trained.stderr
    assert "val_accuracy" in trained.stdout
    for version in ("1", "2"):
        exported = command("export", "lenet5", "--out", out, "--to", to)
        assert exported.returncode == 0, exported.stderr
        served = tf.saved_model.load(str(to / version)).signatures["pixels"]
        assert served(pixels=tf.zeros((3, 28, 28)))["digit"].shape == (3,)
    measured = command("evaluate", "lenet5", "--set", "data=sample", "--model", to)
    assert measured.returncode == 0, measured.stderr
    words = measured.stdout.replace("│", " ").split()
    error, as_png = (float(words[words.index(k) + 1]) for k in
                     ("error_percent", "error_percent_as_png"))  # fmt: skip
    assert 0 < error < 40
    assert np.isclose(error, as_png, atol=2)
