"""The served reader of digits, asked to read what visitors draw."""

import re
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests import drawn
from tests.drawn import CLEAR, Scene

MODEL = Path(__file__).parents[1] / "saved_models" / "digits"
PLAIN = Scene()
CHANGES = {
    "moved": {"place": (0.02, 0.95)},
    "smaller": {"extent": 0.35, "pen": 0.035},
    "larger": {"extent": 0.94, "pen": 0.094},
    "thinner": {"pen": 0.03},
    "thicker": {"pen": 0.11},
    "inverted": {"ink": "black", "paper": "white"},
    "recoloured": {"mode": "RGB", "ink": "seagreen", "paper": "ivory"},
    "in RGBA": {"mode": "RGBA"},
    "on clear, white": {"mode": "RGBA", "paper": CLEAR},
    "on clear, black": {"mode": "RGBA", "ink": "black", "paper": CLEAR},
    "on a tall canvas": {"size": (300, 500)},
    "on a wide canvas": {"size": (640, 200)},
    "on a large canvas": {"size": (1000, 1000)},
    "on a tiny canvas": {"size": (28, 28)},
}


@pytest.fixture(scope="module")
def samples():
    return drawn.drawn_digits(seed=0, count=300)


@pytest.fixture(scope="module")
def read():
    """Function from a list of encoded pictures to the digits that the newest version reads."""
    import tensorflow as tf

    versions = [int(path.name) for path in MODEL.glob("*") if path.name.isdigit()]
    assert versions, f"{MODEL} holds no version: run `zoo export digits` first"
    model = tf.saved_model.load(MODEL / str(max(versions)))

    def digits(pictures):
        # Looked up here, as a signature alone does not keep its model's variables alive.
        return model.signatures["serving_default"](image=tf.constant(pictures))["digit"].numpy()

    return digits


@pytest.fixture(scope="module")
def plain(read):
    return read(each_style_on(PLAIN))


def each_style_on(scene):
    """Each digit in each style as an encoded picture, by the same hand whatever the scene."""
    hands = [np.random.default_rng(i) for i in range(len(drawn.STYLES))]
    return [
        drawn.encode(drawn.draw(*pair, hand, scene))
        for pair, hand in zip(drawn.STYLES, hands, strict=True)
    ]


def test_reads_what_visitors_draw(read, samples):
    pictures, labels, descriptions = zip(*samples, strict=True)
    answers = read(list(pictures))
    wrong = [
        f"{description}: read as {answer}"
        for answer, label, description in zip(answers, labels, descriptions, strict=True)
        if answer != label
    ]
    print(*wrong, sep="\n")
    assert len(wrong) <= 0.03 * len(samples), "\n".join(wrong)


@pytest.mark.parametrize("change", CHANGES)
def test_same_drawing_reads_the_same(read, plain, change):
    answers = read(each_style_on(replace(PLAIN, **CHANGES[change])))
    changed = [
        f"{digit} {style}: {before}, {change} {after}"
        for (digit, style), before, after in zip(drawn.STYLES, plain, answers, strict=True)
        if before != after
    ]
    assert len(changed) <= 0.05 * len(plain), "\n".join(changed)


def test_same_seed_draws_the_same(samples):
    assert drawn.drawn_digits(seed=0, count=20) == samples[:20]
    assert drawn.drawn_digits(seed=1, count=20) != samples[:20]


def test_set_covers_every_digit_style_mode_and_size(samples):
    descriptions = [description for _, _, description in samples]
    assert all(sum(label == d for _, label, _ in samples) == 30 for d in range(10))
    wanted = [f": {digit} {style}, " for digit, style in drawn.STYLES]
    wanted += [f", {mode} {w}x{h}, " for mode in drawn.MODES for w, h in drawn.SIZES]
    wanted += ["PNG ", "JPEG ", f"white on {CLEAR}", f"black on {CLEAR}", "white on black"]
    wanted += [f"{ink} on " for ink in drawn.INKS] + [f"on {paper}" for paper in drawn.PAPERS]
    assert [want for want in wanted if not any(want in text for text in descriptions)] == []


def test_pictures_are_what_their_descriptions_say(samples):
    for data, _, description in samples:
        image = Image.open(BytesIO(data))
        kind, mode, size = re.search(r", (\w+) .* (\w+) (\w+), pen", description).groups()
        assert (kind, mode, size) == (image.format, image.mode, "{}x{}".format(*image.size))


@pytest.mark.parametrize("place", [(0.0, 0.0), (1.0, 1.0), (0.5, 0.5)])
def test_ink_fills_its_extent_where_the_scene_puts_it(place):
    scene = Scene(size=(300, 200), extent=0.6, pen=0.1, place=place)
    mask = drawn.render(drawn.strokes(1, "bar"), scene)
    left, top, right, bottom = mask.getbbox()
    assert (right - left, bottom - top) == pytest.approx((20, 120), abs=2)
    assert (left, top) == pytest.approx((280 * place[0], 80 * place[1]), abs=2)
