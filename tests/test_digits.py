"""Any picture of a digit -> MNIST's 28x28, inside the graph."""

import io
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image, ImageDraw

from zoo import digits, image

REAL = np.load(Path(__file__).parent / "data" / "digits.npz")
normalize = tf.function(digits.normalize, input_signature=[tf.TensorSpec([], tf.string)])


def encode(picture, form="PNG"):
    if not isinstance(picture, Image.Image):
        picture = Image.fromarray(picture)
    file = io.BytesIO()
    picture.save(file, form)
    return file.getvalue()


def stroke(size, line, width, mode="L", ink=255, paper=0):
    picture = Image.new(mode, size, paper)
    ImageDraw.Draw(picture).line(line, fill=ink, width=width, joint="curve")
    return picture


def named(cases):
    """Parameters whose first item is the test's name."""
    return [pytest.param(*case, id=case[0]) for case in cases]


ONE = [(40, 20), (40, 80)]
SEVEN = [(20, 20), (80, 20), (50, 80)]


def test_a_digit_of_mnist_passes_unchanged():
    """But for what is fainter than a tenth of its ink, and strokes outside MNIST's range."""
    same = [np.abs(normalize(encode(x)) - x / 255).max() < 0.11 for x in REAL["images"]]
    assert np.mean(same) > 0.95


def test_it_fits_the_box_with_its_mass_in_the_middle():
    pixels = normalize(encode(stroke((300, 100), SEVEN, 8))).numpy()
    rows, columns = np.nonzero(pixels)
    assert max(np.ptp(rows), np.ptp(columns)) + 1 == digits.BOX
    total = pixels.sum()
    assert abs((pixels.sum(1) * np.arange(28)).sum() / total - 14) <= 0.51
    assert abs((pixels.sum(0) * np.arange(28)).sum() / total - 14) <= 0.51
    assert pixels.max() <= 1


def variants():
    base = stroke((100, 100), SEVEN, 9)
    yield "moved", stroke((100, 100), [(x + 15, y + 12) for x, y in SEVEN], 9)
    yield "black on white", stroke((100, 100), SEVEN, 9, ink=0, paper=255)
    yield "RGB", base.convert("RGB")
    yield "RGBA", base.convert("RGBA")
    yield "grey and alpha", base.convert("LA")
    yield "blue on cream", stroke((100, 100), SEVEN, 9, "RGB", (20, 30, 160), (250, 245, 230))
    yield "white on nothing", stroke((100, 100), SEVEN, 9, "RGBA", (255,) * 4, (0, 0, 0, 0))
    yield "black on nothing", stroke((100, 100), SEVEN, 9, "RGBA", (0, 0, 0, 255), (0,) * 4)
    yield "wide canvas", stroke((400, 120), SEVEN, 9)
    yield "ten times larger", stroke((1000, 1000), [(10 * x, 10 * y) for x, y in SEVEN], 90)


@pytest.mark.parametrize(("name", "picture"), named(variants()))
def test_the_same_drawing_looks_the_same(name, picture):
    expected = normalize(encode(stroke((100, 100), SEVEN, 9)))
    assert np.abs(normalize(encode(picture)) - expected).mean() < 0.02, name


def test_jpeg_reads_as_png_does():
    picture = stroke((100, 100), SEVEN, 9)
    difference = np.abs(normalize(encode(picture, "JPEG")) - normalize(encode(picture)))
    assert difference.mean() < 0.02


@pytest.mark.parametrize("width", [3, 9, 30])
def test_stroke_width_is_measured(width):
    drawn = np.array(stroke((200, 200), [(50, 30), (50, 170)], width)) > 128
    assert float(digits.stroke_width(drawn)) == pytest.approx(width, rel=0.3)


def test_thin_and_thick_strokes_come_near_each_other():
    line = [(2 * x, 2 * y) for x, y in SEVEN]

    def ink(width):
        return float(tf.reduce_sum(normalize(encode(stroke((200, 200), line, width)))))

    assert ink(44) / ink(3) < 4  # fourteen times the ink on the canvas


def bad():
    yield "text", b"hello", "expected the bytes of a PNG or JPEG file, got 5 bytes that begin"
    yield "nothing", b"", "got 0 bytes"
    yield "a GIF", encode(stroke((9, 9), ONE, 1), "GIF"), "PNG or JPEG"
    yield "half a PNG", encode(stroke((99, 99), ONE, 5))[:80], "Invalid PNG data"
    yield "half a header", encode(stroke((99, 99), ONE, 5))[:10], "PNG"
    yield "half a JPEG", encode(stroke((99, 99), ONE, 5), "JPEG")[:60], "Invalid JPEG data"
    yield "black", encode(Image.new("L", (50, 50))), "empty canvas"
    yield "white JPEG", encode(Image.new("RGB", (50, 50), "white"), "JPEG"), "empty canvas"
    yield "transparent", encode(Image.new("RGBA", (50, 50))), "empty canvas"
    yield "one pixel", encode(Image.new("L", (1, 1), 90)), "empty canvas"
    yield "64 megapixels", encode(Image.new("1", (8000, 8000))), "got 8000 by 8000 pixels"


@pytest.mark.parametrize(("name", "data", "message"), named(bad()))
def test_what_is_no_digit_is_named(name, data, message):
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        normalize(data)


def test_too_many_pixels_are_refused_before_they_are_unpacked():
    """A bomb of 4 GB must be refused by its header: the body here would not even decode."""
    header = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + (60_000).to_bytes(4, "big") * 2
    with pytest.raises(tf.errors.InvalidArgumentError, match="got 60000 by 60000 pixels"):
        image.decode(tf.constant(header))


def test_decode_gives_rgba_between_zero_and_one():
    picture = Image.new("RGBA", (3, 2), (255, 0, 51, 102))
    rgba = image.decode(tf.constant(encode(picture)))
    np.testing.assert_allclose(rgba, np.tile([1, 0, 0.2, 0.4], (2, 3, 1)), atol=1e-6)
