"""The progress of a training: pace, time left, loss; on a terminal and in a log."""

import re

import keras
import numpy as np
import pytest

from train.progress import Pace


def train(pace, initial=0, epochs=3, at_once=1):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile(loss="mse", steps_per_execution=at_once)
    x = np.ones((40, 2), "float32")
    fit = {"batch_size": 10, "epochs": epochs, "initial_epoch": initial, "verbose": 0}
    model.fit(x, x[:, :1], callbacks=[pace], **fit)


def test_a_log_has_a_line_for_each_epoch(capsys):
    train(Pace("words", 4000, moving=False))
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3
    told = (
        r"epoch 2/3: 4,000 words in 0:\d\d:\d\d, ([\d,]+) words/s, 0:\d\d:\d\d left; loss [\d.e-]+"
    )
    assert float(re.fullmatch(told, lines[1])[1].replace(",", "")) > 0
    assert "0:00:00 left" in lines[2]


@pytest.mark.parametrize("at_once", [1, 2])
def test_a_bar_ends_when_all_epochs_are_done(monkeypatch, capsys, at_once):
    monkeypatch.setenv("COLUMNS", "120")
    pace = Pace("words", 4000, moving=True)
    train(pace, initial=1, at_once=at_once)
    assert pace.bar.tasks[0].total == pace.bar.tasks[0].completed == 2 * 4
    told = capsys.readouterr().out
    assert "epoch 3/3" in told
    assert re.search(r"100% [\d,]+ words/s", told)
    assert "loss" in told
