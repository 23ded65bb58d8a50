"""Small data sets made in code: two classes in the plane, or on a line, and a cloud.

    circle      a disc within a ring
    xor         1 where x1 x2 >= 0: opposite quadrants
    gaussian    two normal clouds
    spiral      two arms
    separable   both sides of a random straight line, no point nearer to it than `margin`
    corners     the four corners (-1, -1), (-1, 1), (1, -1), (1, 1): -1 where x1 x2 > 0, so XOR
    interval    one number; 1 between -1 and 1, else -1

circle, xor, gaussian and spiral are drawn as TensorFlow Playground draws them, within about
[-6, 6]²: noise, 0 to 0.5, moves the point whose class is asked in circle and xor, the point itself
in spiral, and widens the clouds of gaussian from variance 0.5 to 4.  In interval and separable it
is the share of points that are given the wrong class.

Reference: Smilkov, Carter, Sculley, Viégas & Wattenberg (2017), Direct-Manipulation Visualization
of Deep Networks, arXiv:1708.03788; https://playground.tensorflow.org.
"""

import numpy as np

from train.data import pipeline
from zoo.registry import found


def circle(rng, count, noise=0.0):
    """(count, 2) and (count,) of 1, the disc, and -1: the first half is drawn in the disc."""
    half = (count + 1) // 2
    radius = np.concatenate([rng.uniform(0, 2.5, half), rng.uniform(3.5, 5, count - half)])
    angle = rng.uniform(0, 2 * np.pi, count)
    x = radius[:, None] * np.stack([np.sin(angle), np.cos(angle)], 1)
    moved = x + rng.uniform(-5, 5, x.shape) * noise
    return x, _signs(np.hypot(*moved.T) < 2.5)


def xor(rng, count, noise=0.0):
    """(count, 2) and (count,); no point is nearer to an axis than 0.3."""
    x = rng.uniform(-5, 5, (count, 2))
    x += np.where(x > 0, 0.3, -0.3)
    moved = x + rng.uniform(-5, 5, x.shape) * noise
    return x, _signs(moved.prod(1) >= 0)


def gaussian(rng, count, noise=0.0):
    """(count, 2) and (count,): 1 around (2, 2), -1 around (-2, -2)."""
    y = _signs(np.arange(count) < (count + 1) // 2)
    variance = 0.5 + 7 * noise
    return rng.normal(2 * y[:, None], np.sqrt(variance), (count, 2)), y


def spiral(rng, count, noise=0.0):
    """(count, 2) and (count,): each arm turns 1.75 times on its way from the middle to 5."""
    half = (count + 1) // 2
    y = _signs(np.arange(count) < half)
    along = np.where(y > 0, np.arange(count) / half, (np.arange(count) - half) / (count // 2))
    turn = 1.75 * 2 * np.pi * along + np.where(y > 0, 0, np.pi)
    x = 5 * along[:, None] * np.stack([np.sin(turn), np.cos(turn)], 1)
    return x + rng.uniform(-1, 1, x.shape) * noise, y


def separable(rng, count, noise=0.0, margin=0.3):
    """(count, 2) in [-5, 5]² and (count,), split by a line not further than 2 from the middle."""
    angle, offset = rng.uniform(0, 2 * np.pi), rng.uniform(-2, 2)
    normal = np.array([np.cos(angle), np.sin(angle)])
    kept = np.empty((0, 2))
    while len(kept) < count:
        x = rng.uniform(-5, 5, (2 * count, 2))
        kept = np.concatenate([kept, x[np.abs(x @ normal - offset) >= margin]])
    x = kept[:count]
    return x, _flipped(rng, _signs(x @ normal >= offset), noise)


def corners(rng, count, noise=0.0):
    """The four corners over and over: (count, 2) and (count,)."""
    x = np.array([[-1, -1], [-1, 1], [1, -1], [1, 1]])[np.arange(count) % 4]
    return x, -x.prod(1)


def interval(rng, count, noise=0.0):
    """(count, 1) in [-3, 3] and (count,)."""
    x = rng.uniform(-3, 3, (count, 1))
    return x, _flipped(rng, _signs(np.abs(x[:, 0]) < 1), noise)


KINDS = {f.__name__: f for f in (circle, xor, gaussian, spiral, separable, corners, interval)}


def toy(batch_size, seed, data="circle", count=500, noise=0.0, margin=0.3, negative=-1.0):
    """`pipeline.Data`: {"x": (batch, features)} -> {"y": (batch, 1)}, each of three splits anew.

    count: points of each split; margin: of separable alone, where it must leave room, so below 2;
    negative: the number for the other class, -1 for sign units, 0 for logistic ones.
    Raises ValueError for settings outside these.
    """
    draw = KINDS[found(data, KINDS, "value of data")]
    if not (0 <= noise <= 0.5 and 0 <= margin < 2 and count >= 2):
        raise ValueError(
            f"noise={noise}, margin={margin}, count={count}: choose a noise from 0 to 0.5, "
            "a margin from 0 to below 2 and at least 2 points"
        )
    options = {"margin": margin} if data == "separable" else {}

    def split(number):
        # one line separates all three splits, so its draws come first and from the same seed
        x, y = draw(np.random.default_rng(seed), 3 * count, noise, **options)
        mine = np.arange(number, 3 * count, 3) if data != "corners" else np.arange(count)
        labels = np.where(y > 0, 1.0, negative)[mine, None]
        return {"x": x[mine].astype("float32")}, {"y": labels.astype("float32")}

    train, steps = pipeline.epochs(*split(0), batch_size, seed)
    return pipeline.Data(
        train,
        steps,
        pipeline.batches(*split(1), 500),
        lambda: pipeline.batches(*split(2), 500),
        sizes={"features": 1} if data == "interval" else {},  # two is what the networks default to
    )


def cloud(batch_size, seed, count=1000, angle=30.0, long=3.0, short=1.0):
    """`pipeline.Data` without labels: {"x": (batch, 2)} -> {"reconstruction": the same}.

    A normal cloud around zero, its standard deviation `long` along `angle` (degrees), `short`
    across.
    """
    turn = np.deg2rad(angle)
    axes = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])

    def split(number):
        rng = np.random.default_rng([seed, number])
        x = (rng.normal(size=(count, 2)) * [long, short] @ axes).astype("float32")
        return {"x": x}, {"reconstruction": x}

    train, steps = pipeline.epochs(*split(0), batch_size, seed)
    return pipeline.Data(
        train,
        steps,
        pipeline.batches(*split(1), 500),
        lambda: pipeline.batches(*split(2), 500),
        sizes={"features": 2},
    )


def _signs(truth):
    return np.where(truth, 1.0, -1.0)


def _flipped(rng, y, share):
    return np.where(rng.random(len(y)) < share, -y, y)
