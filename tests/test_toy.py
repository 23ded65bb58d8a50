"""The toy data: shapes, ranges and classes by their definitions, splits apart."""

import numpy as np
import pytest

from train.data import toy

RNG = np.random.default_rng


@pytest.mark.parametrize("kind", toy.KINDS)
@pytest.mark.parametrize("count", [400, 401])
def test_every_kind_gives_points_and_both_classes(kind, count):
    x, y = toy.KINDS[kind](RNG(0), count, 0.2)
    assert x.shape == (count, 1 if kind == "interval" else 2)
    assert set(y) == {-1, 1}
    again, _ = toy.KINDS[kind](RNG(0), count, 0.2)
    np.testing.assert_array_equal(x, again)


def test_circle_is_a_disc_within_a_ring():
    x, y = toy.circle(RNG(0), 1000)
    radius = np.hypot(*x.T)
    assert radius[y > 0].max() <= 2.5
    assert radius[y < 0].min() >= 3.5
    assert radius.max() <= 5
    assert (y > 0).sum() == 500


def test_noise_changes_the_class_near_the_edge_of_the_circle():
    _, y = toy.circle(RNG(0), 1000, 0.5)
    clean = np.arange(1000) < 500
    assert 0.1 < ((y > 0) != clean).mean() < 0.5


def test_xor_is_the_sign_of_the_product():
    x, y = toy.xor(RNG(0), 1000)
    np.testing.assert_array_equal(y, np.sign(x.prod(1)))
    assert 0.3 <= np.abs(x).min() < 0.5
    assert 5.2 < np.abs(x).max() <= 5.3
    _, noisy = toy.xor(RNG(0), 1000, 0.5)
    assert 0.1 < (noisy != y).mean() < 0.5


@pytest.mark.parametrize(("noise", "variance"), [(0.0, 0.5), (0.5, 4.0)])
def test_gaussian_has_the_playgrounds_means_and_variances(noise, variance):
    x, y = toy.gaussian(RNG(0), 20_000, noise)
    for label in (-1, 1):
        np.testing.assert_allclose(x[y == label].mean(0), 2 * label, atol=0.1)
        np.testing.assert_allclose(x[y == label].var(0), variance, rtol=0.05)


def test_spiral_by_hand():
    """Four points an arm: at 0, 1/4, 2/4 and 3/4 of 1.75 turns and of a radius of 5."""
    x, y = toy.spiral(RNG(0), 8)
    assert y.tolist() == [1, 1, 1, 1, -1, -1, -1, -1]
    turn = 1.75 / 4 * 2 * np.pi
    np.testing.assert_allclose(x[1], [1.25 * np.sin(turn), 1.25 * np.cos(turn)])
    np.testing.assert_allclose(x[4:], -x[:4], atol=1e-12)  # half a turn apart
    moved, _ = toy.spiral(RNG(0), 8, 0.5)
    assert 0 < np.abs(moved - x).max() <= 0.5


@pytest.mark.parametrize("seed", range(5))
def test_separable_leaves_its_margin(seed):
    """The line through the gap is found again as the one that least distances are largest from."""
    x, y = toy.separable(RNG(seed), 500, margin=1.0)
    angles = np.linspace(0, 2 * np.pi, 720)
    along = x @ np.stack([np.cos(angles), np.sin(angles)])
    gap = np.where(y[:, None] > 0, along, np.inf).min(0) - np.where(
        y[:, None] > 0, -np.inf, along
    ).max(0)
    assert gap.max() > 1.95


def test_corners_are_xor():
    x, y = toy.corners(RNG(0), 8)
    assert x[:4].tolist() == [[-1, -1], [-1, 1], [1, -1], [1, 1]]
    assert y.tolist() == [-1, 1, 1, -1] * 2


def test_interval_and_its_wrong_labels():
    x, y = toy.interval(RNG(0), 2000)
    np.testing.assert_array_equal(y > 0, np.abs(x[:, 0]) < 1)
    _, noisy = toy.interval(RNG(0), 2000, 0.2)
    assert 0.17 < (noisy != y).mean() < 0.23


def arrays(data):
    splits = [data.train(0).take(data.steps_per_epoch), data.validation, data.test()]
    pairs = [[(x["x"], y["y"]) for x, y in split.as_numpy_iterator()] for split in splits]
    return [tuple(np.concatenate(parts) for parts in zip(*pair, strict=True)) for pair in pairs]


def test_loader_gives_three_splits_apart():
    splits = arrays(toy.toy(10, seed=0, data="separable", count=50, negative=0.0))
    assert [x.shape for x, _ in splits] == [(50, 2)] * 3
    assert [y.shape for _, y in splits] == [(50, 1)] * 3
    assert all(set(y[:, 0]) == {0, 1} and y.dtype == np.float32 for _, y in splits)
    whole = np.concatenate([x for x, _ in splits])
    assert len(np.unique(whole, axis=0)) == 150


@pytest.mark.parametrize("kind", ["circle", "spiral", "gaussian"])
def test_both_classes_are_in_every_split(kind):
    for _, y in arrays(toy.toy(20, seed=0, data=kind, count=100)):
        assert 40 <= (y > 0).sum() <= 60


def test_corners_are_whole_in_every_split():
    data = toy.toy(4, seed=0, data="corners", count=4)
    for x, y in arrays(data):
        assert sorted(x.tolist()) == [[-1, -1], [-1, 1], [1, -1], [1, 1]]
        np.testing.assert_array_equal(y[:, 0], -x.prod(1))
    assert toy.toy(4, seed=0, data="interval").sizes == {"features": 1}


def test_the_cloud_lies_along_its_angle():
    data = toy.cloud(100, seed=0, count=2000, angle=30)
    x = np.concatenate([x["x"] for x, _ in data.train(0).take(20).as_numpy_iterator()])
    values, vectors = np.linalg.eigh(np.cov(x.T))
    np.testing.assert_allclose(np.sqrt(values), [1, 3], rtol=0.05)
    assert abs(vectors[:, 1] @ [np.cos(np.pi / 6), 0.5]) > 0.999
    inputs, targets = next(iter(data.validation))
    np.testing.assert_array_equal(inputs["x"], targets["reconstruction"])


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"data": "cirle"}, "unknown value of data 'cirle': did you mean circle"),
        ({"noise": 0.6}, "noise=0.6, margin=0.3, count=500: choose a noise from 0 to 0.5"),
        ({"margin": 3.0}, "margin=3.0"),
        ({"count": 1}, "count=1"),
    ],
)
def test_wrong_settings_are_named(settings, message):
    with pytest.raises(ValueError, match=message):
        toy.toy(10, seed=0, **settings)
