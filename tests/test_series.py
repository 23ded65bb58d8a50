"""Series: reading, splitting in time, scaling; the forecasts beside the networks, by hand."""

import numpy as np
import pytest

from benchmarks import series as benchmark
from train import loop, recipe
from train.data.series import EDGES, read, scale, series, windows

COUNT = np.arange(80.0)  # train: 0 … 59, validation: 60 … 69, test: 70 … 79


def write(path, text, encoding="utf-8"):
    path.write_bytes(text.encode(encoding))
    return str(path)


def test_the_sunspots():
    values = read("sunspots")
    assert len(values) == 260 * 12
    assert values[:3].tolist() == [58.0, 62.6, 70.0]  # January to March 1749
    assert values[-1] == 0.8  # December 2008
    assert (values.min(), values.max()) == (0.0, 253.8)


def test_a_file_with_a_name_comments_and_blank_lines(tmp_path):
    text = "\ufeff# a comment\r\n\r\nvalue\r\n1\r\n 2.5 \r\n-3e1\r\n"
    assert read(write(tmp_path / "s.csv", text)).tolist() == [1, 2.5, -30]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "holds no numbers: give one a line"),
        ("value\n", "holds no numbers: give one a line"),
        ("value\n1\ntwo\n", "line 3: 'two' is not a finite number: give one number a line"),
        ("# of\n1\nnan\n", "line 3: 'nan' is not a finite number"),
        ("inf\n1\n", "line 1: 'inf' is not a finite number"),
        ("1749,58\n1750,62\n", "line 1: '1749,58' is more than one column: give one number a"),
        ("year,n\n1750,62\n", "line 1: 'year,n' is more than one column"),
        ("1\n2;3\n", "line 2: '2;3' is more than one column"),
    ],
)
def test_what_is_no_series_is_named(text, message, tmp_path):
    with pytest.raises(ValueError, match=message):
        read(write(tmp_path / "s.csv", text))


def test_what_is_no_file_is_named(tmp_path):
    with pytest.raises(
        FileNotFoundError, match="series='sunspot' is neither a file nor one of sun"
    ):
        read("sunspot")
    with pytest.raises(ValueError, match="is not a text file in UTF-8: give one number a line"):
        read(write(tmp_path / "s.csv", "1\n2\nµ\n", "utf-16"))


def test_windows_by_hand():
    past, future = windows(COUNT, "train", window=3, horizon=2)
    assert past[0].tolist() == [0, 1, 2]
    assert future[0].tolist() == [3, 4]
    assert future[-1].tolist() == [58, 59]
    past, future = windows(COUNT, "test", window=3, horizon=2)
    assert past[0].tolist() == [67, 68, 69]  # it is past by then, though of the part before
    assert future[[0, -1]].tolist() == [[70, 71], [78, 79]]


def test_no_part_forecasts_what_another_does():
    told = {p: {*windows(COUNT, p, 4, 3)[1].ravel()} for p in EDGES}
    assert not told["train"] & told["validation"]
    assert not told["validation"] & told["test"]
    assert {*windows(COUNT, "train", 4, 3)[0].ravel()} <= {*range(60)}


def test_windows_that_do_not_fit_are_named():
    with pytest.raises(
        ValueError, match="80 values has none for test with window=3 and horizon=11"
    ):
        windows(COUNT, "test", 3, 11)
    with pytest.raises(
        ValueError, match="none for train with window=60 and horizon=1: give a long"
    ):
        windows(COUNT, "train", 60, 1)
    with pytest.raises(ValueError, match="window=0, horizon=1: choose 1 or more of each"):
        windows(COUNT, "train", 0, 1)


def test_the_scale_is_that_of_the_training_part(tmp_path):
    values = np.where(np.arange(80) < 60, COUNT % 2, 1000.0)
    assert scale(values) == (0.5, 0.5)
    path = write(tmp_path / "s.csv", "\n".join(map(str, values)))
    data = series(4, 0, series=path, window=3, horizon=2)
    assert data.assets == {"mean": 0.5, "deviation": 0.5}
    assert data.sizes == {"inputs": 1, "outputs": 2}
    inputs, targets = next(iter(data.train(0)))
    assert (inputs["x"].shape, targets["y"].shape) == ((4, 3, 1), (4, 2))
    assert {*np.unique(inputs["x"])} == {-1, 1}
    tests = list(data.test().unbatch())
    assert len(tests) == 9
    assert {float(v) for _, y in tests for v in y["y"]} == {1999}


def test_a_series_that_never_changes_is_named(tmp_path):
    path = write(tmp_path / "s.csv", "7\n" * 80)
    with pytest.raises(
        ValueError, match="the first 60 values are all 7: there is nothing to learn"
    ):
        series(4, 0, series=path, window=3, horizon=2)


def test_the_simple_forecasts_by_hand():
    last = benchmark.last_value(COUNT, horizon=3)
    assert last[0].tolist() == [69, 69, 69]
    season = benchmark.seasonal(COUNT, horizon=3, season=5)
    assert season[0].tolist() == [65, 66, 67]
    _, future = windows(COUNT, "test", 1, 3)
    assert len(last) == len(season) == len(future)
    assert benchmark.errors(last, future).tolist() == [1, 1, 3, 3]
    off = np.array([[0, 9, 0], [2, 9, 0]])
    np.testing.assert_allclose(benchmark.errors(off, np.zeros((2, 3))), [2**0.5, 1, 0, 0])


def test_a_linear_series_of_order_two_is_found():
    """y[t] = 1.6 y[t-1] - 0.9 y[t-2] + 1, without noise: two values and the 1 tell all."""
    values = [1.0, 2.0]
    for _ in range(158):
        values.append(1.6 * values[-1] - 0.9 * values[-2] + 1)
    values = np.array(values) + np.random.default_rng(0).normal(scale=1e-9, size=160)
    forecast, orders = benchmark.autoregressive(values, horizon=3, orders=(1, 2, 40))
    _, future = windows(values, "test", 1, 3)
    np.testing.assert_allclose(forecast, future, atol=1e-6)
    assert set(orders) == {2}


def test_the_recipes_differ_in_the_cell_alone():
    elman, lstm = (recipe.load(f"sunspots_{cell}").settings() for cell in ("elman", "lstm"))
    assert {key for key in elman if elman[key] != lstm[key]} == {"cell"}


@pytest.fixture
def wave(tmp_path):
    """A noisy sine of 12 steps a turn, 300 values long, around 50."""
    noise = np.random.default_rng(0).normal(size=300)
    values = 50 + 20 * np.sin(np.arange(300) * np.pi / 6) + noise
    return write(tmp_path / "wave.csv", "wave\n" + "\n".join(f"{v:.3f}" for v in values))


SMALL = ["units=16", "window=12", "horizon=3", "epochs=15", "batch_size=32", "learning_rate=0.01"]


@pytest.mark.parametrize("cell", ["elman", "lstm"])
def test_a_series_is_learnt(cell, wave, tmp_path, seeded):
    chosen = recipe.load(f"sunspots_{cell}").with_settings([f"series={wave}", *SMALL])
    report = loop.fit(chosen, tmp_path / cell, precision="float32", verbose=0)
    assert report["best"]["val_loss"] < 0.1  # the mean forecast's is 1


def test_the_benchmark_prints_every_forecast_in_its_own_units(wave, capsys, seeded):
    options = [part for setting in SMALL for part in ("--set", setting)]
    benchmark.main(["--series", wave, "--season", "12", "--seeds", "1", *options])
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "36 forecasts, the first from value 263"
    assert lines[1] == "| forecast | RMSE, 1 ahead | MAE | RMSE, 3 ahead | MAE |"
    rows = {line.split("|")[1].strip().split(",")[0]: line.split("|")[2:6] for line in lines[3:]}
    rmse = {name: float(cells[0]) for name, cells in rows.items()}
    assert list(rmse) == ["last value", "seasonal", "autoregressive", "Elman", "LSTM"]
    assert 6 < rmse["last value"] < 9  # 20 (2 sin(pi / 12)) / sqrt(2), and the noise: 7.5
    assert rmse["autoregressive"] < 1.7  # the noise alone: 1
    assert rmse["Elman"] < 5
    assert rmse["LSTM"] < 5


def test_a_season_shorter_than_the_horizon_is_named(wave, capsys):
    with pytest.raises(SystemExit):
        benchmark.main(["--series", wave, "--season", "3"])
    assert "--season 3: choose the horizon, 12, or more" in capsys.readouterr().err
