"""MNIST by each of its ways in; batches that a resumed run sees again; distortions."""

import gzip
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from train.data import pipeline
from train.data.digits import SAMPLE, mnist
from train.data.distort import _sample, distort

TESTS = Path(__file__).parent / "data" / "digits.npz"


def run(code, **environment):
    """Run Python elsewhere, with no way to the network that would answer."""
    closed = {"http_proxy": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9"}
    env = {k: v for k, v in os.environ.items() if k not in ("ZOO_DATA", "TFDS_DATA_DIR")}
    return subprocess.run(
        [sys.executable, "-c", code],
        env={**env, **closed, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_sample_needs_nothing_and_is_real():
    data = mnist(100, 0, data="sample")
    assert data.steps_per_epoch == 30
    inputs, targets = next(iter(data.train(0)))
    assert inputs["image"].shape == (100, 28, 28, 1)
    assert inputs["image"].dtype == tf.float32
    assert 0 <= np.min(inputs["image"]) < np.max(inputs["image"]) <= 1
    assert set(targets["logits"].numpy()) <= set(range(10))
    assert [len(list(s.unbatch())) for s in (data.validation, data.test())] == [500, 500]


def test_no_two_parts_share_a_digit():
    with np.load(SAMPLE) as sample, np.load(TESTS) as tests:
        parts = [sample[f"{p}_images"] for p in ("train", "validation", "test")] + [tests["images"]]
    flat = np.concatenate([p.reshape(len(p), -1) for p in parts])
    assert len(np.unique(flat, axis=0)) == len(flat) == 4300


def test_without_network_or_files_the_ways_out_are_named(tmp_path):
    code = "from train.data.digits import mnist; mnist(100, 0)"
    done = run(code, TFDS_DATA_DIR=str(tmp_path))
    assert done.returncode != 0
    last = done.stderr[done.stderr.rindex("OSError: ") :]
    assert "MNIST could not be had" in last
    assert "--set data=sample" in last
    assert "t10k-images-idx3-ubyte.gz" in last


def test_wrong_zoo_data_is_named(tmp_path):
    code = "from train.data.digits import mnist; mnist(100, 0)"
    done = run(code, TFDS_DATA_DIR=str(tmp_path / "tfds"), ZOO_DATA=str(tmp_path))
    assert "ubyte.gz does not exist" in done.stderr
    (tmp_path / "mnist").mkdir()
    names = ("train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1")
    for name in names:
        with gzip.open(tmp_path / "mnist" / f"{name}-ubyte.gz", "wb") as file:
            file.write(b"not a digit")
    done = run(code, TFDS_DATA_DIR=str(tmp_path / "tfds"), ZOO_DATA=str(tmp_path))
    assert "OSError: MNIST could not be had" in done.stderr


def test_unknown_source_names_the_nearest():
    with pytest.raises(ValueError, match="unknown value of data 'samples': did you mean sample"):
        mnist(100, 0, data="samples")


def numbers(train, start, count):
    return [(x["x"].numpy().tolist(), y["y"].numpy().tolist()) for x, y in train(start).take(count)]


def test_an_epoch_is_a_permutation_and_the_same_when_resumed():
    x = {"x": np.arange(10)}
    y = {"y": np.arange(10) * 10}
    train, steps = pipeline.epochs(x, y, batch_size=5, seed=0)
    assert steps == 2
    whole = numbers(train, 0, 6)
    epochs = [whole[i][0] + whole[i + 1][0] for i in (0, 2, 4)]
    assert all(sorted(e) == list(range(10)) for e in epochs)
    assert epochs[0] != epochs[1] != epochs[2]
    assert all(b == [10 * v for v in a] for a, b in whole)
    assert numbers(train, 2, 2) == whole[4:]
    other, _ = pipeline.epochs(x, y, batch_size=5, seed=1)
    assert numbers(other, 0, 2) != whole[:2]


def test_augmentation_is_seeded_by_step():
    def augment(inputs, seed):
        return {"x": inputs["x"] * 0 + seed[1]}

    x, y = {"x": np.zeros(6, "int32")}, {"y": np.zeros(6)}
    train, _ = pipeline.epochs(x, y, batch_size=2, seed=0, augment=augment)
    assert [b[0][0] for b in numbers(train, 1, 3)] == [3, 4, 5]


def test_too_few_examples_are_named():
    with pytest.raises(ValueError, match="3 examples are fewer than one batch of 4"):
        pipeline.epochs({"x": np.zeros(3)}, {}, batch_size=4, seed=0)


PICTURE = tf.reshape(tf.range(12, dtype=tf.float32), (1, 3, 4, 1))


def test_sampling_by_hand():
    source = tf.constant([[[[0, 0], [1, 2.5]], [[0.5, 0], [-1.0, 0]]]])
    # a pixel; halfway from 6 to 7; halfway from 0 to 4; outside
    np.testing.assert_allclose(_sample(PICTURE, source)[0, ..., 0], [[0, 6.5], [2, 0]])


def test_no_distortion_changes_nothing():
    still = dict.fromkeys(("rotation", "scale", "shear", "shift", "elastic", "pen"), 0.0)
    np.testing.assert_allclose(distort(PICTURE, [0, 0], **still), PICTURE, atol=1e-5)


def test_distortion_is_seeded_and_keeps_the_digit_in_place():
    with np.load(TESTS) as file:
        images = tf.constant(file["images"][:64, ..., None].astype("float32") / 255)
    one, same, other = (distort(images, [0, step]) for step in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert np.abs(one - other).mean() > 0.01
    assert 0 <= np.min(one) <= np.max(one) <= 1 + 1e-5
    share = np.sum(one, (1, 2, 3)) / np.sum(images, (1, 2, 3))
    assert 0.4 < share.min() < share.max() < 2.5
