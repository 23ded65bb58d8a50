"""Photographs: every format, orientation, and what is none."""

import io

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from zoo import photo

# a picture that looks different in all eight orientations
UPRIGHT = np.zeros((24, 16, 3), "uint8")
UPRIGHT[:12, :8] = (255, 0, 0)
UPRIGHT[12:, :8] = (0, 255, 0)
UPRIGHT[:12, 8:] = (0, 0, 255)
# how a camera stores it: turn by `orientation` and it is upright
STORED = {
    1: lambda x: x,
    2: lambda x: x[:, ::-1],
    3: lambda x: x[::-1, ::-1],
    4: lambda x: x[::-1],
    5: lambda x: x.transpose(1, 0, 2),
    6: lambda x: x[:, ::-1].transpose(1, 0, 2),
    7: lambda x: x[::-1, ::-1].transpose(1, 0, 2),
    8: lambda x: x[::-1].transpose(1, 0, 2),
}


def written(picture, kind="PNG", **options):
    file = io.BytesIO()
    Image.fromarray(picture).save(file, kind, **options)
    return file.getvalue()


def decoded(data):
    return photo.decode(tf.constant(data)).numpy()


@pytest.mark.parametrize("orientation", STORED)
@pytest.mark.parametrize("order", ["II", "MM"])
def test_a_photo_is_turned_upright(orientation, order):
    exif = Image.Exif()
    exif.endian = {"II": "<", "MM": ">"}[order]
    exif[0x010F] = "a maker"
    exif[0x0112] = orientation
    stored = np.ascontiguousarray(STORED[orientation](UPRIGHT))
    data = written(stored, "JPEG", quality=95, subsampling=0, exif=exif.tobytes())
    assert photo.orientation(tf.constant(data)) == orientation
    assert np.abs(decoded(data) - UPRIGHT).max() < 20


def test_a_jpeg_without_exif_stays_as_it_is():
    data = written(UPRIGHT, "JPEG", quality=95, subsampling=0)
    assert np.abs(decoded(data) - UPRIGHT).max() < 20


@pytest.mark.parametrize("value", [0, 9, 65535])
def test_an_orientation_that_does_not_exist(value):
    exif = Image.Exif()
    exif[0x0112] = value
    assert photo.orientation(tf.constant(written(UPRIGHT, "JPEG", exif=exif.tobytes()))) == 1


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "GIF"])
def test_formats(kind):
    options = {"lossless": True} if kind == "WEBP" else {}
    np.testing.assert_allclose(decoded(written(UPRIGHT, kind, **options)), UPRIGHT, atol=1)


def test_grey_is_rgb_and_transparent_is_white():
    grey = decoded(written(UPRIGHT[..., 0]))
    np.testing.assert_array_equal(grey, UPRIGHT[..., :1].repeat(3, -1))
    clear = np.dstack([UPRIGHT, np.zeros((24, 16), "uint8")])
    assert decoded(written(clear)).min() == 255


def test_an_animation_is_its_first_picture():
    file = io.BytesIO()
    first, second = Image.fromarray(UPRIGHT), Image.fromarray(UPRIGHT[::-1].copy())
    first.save(file, "GIF", save_all=True, append_images=[second])
    np.testing.assert_allclose(decoded(file.getvalue()), UPRIGHT, atol=1)


@pytest.mark.parametrize("data", [b"", b"a text", b"BM" + bytes(60), b"RIFFxxxxWAVE"])
def test_what_is_no_picture(data):
    with pytest.raises(tf.errors.InvalidArgumentError, match="expected the bytes of a PNG, JPEG"):
        decoded(data)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_half_a_file(kind):
    data = written(np.random.default_rng(0).integers(0, 255, (64, 64, 3), "uint8"), kind)
    with pytest.raises(tf.errors.InvalidArgumentError):
        decoded(data[: len(data) // 2])


def test_a_picture_too_large_is_refused_unread():
    header = bytearray(written(UPRIGHT))
    header[16:24] = (60_000).to_bytes(4, "big") * 2
    with pytest.raises(tf.errors.InvalidArgumentError, match="at most 50 megapixels"):
        decoded(bytes(header))
