"""Photographs as TensorFlow ops: a file's bytes to upright RGB.

PNG, JPEG and WebP; of an animated GIF the first picture.  A camera writes into a JPEG how it was
held (Exif, tag 0x0112); the picture is turned upright by that.  What is transparent is white.

Reference: CIPA DC-008 (2019), Exif 2.32, 4.6.4 (orientation).
"""

import tensorflow as tf

from zoo.image import JPEG, MEGAPIXELS, PNG, checked

FORMATS = "PNG, JPEG, WebP or GIF"
HEAD = 1 << 17  # where Exif stands, if there is any: a JPEG segment has 64 KiB at most


def decode(data):
    """A string scalar -> (height, width, 3) float32, 0 to 255.

    Raises InvalidArgumentError when the bytes are none of FORMATS, are cut short, or hold more
    than 50 megapixels.
    """
    head = data + 16 * b"\0"  # so that a shorter file can be looked at as well
    is_png, is_jpeg = _begins(head, PNG), _begins(head, JPEG)
    is_webp = _begins(head, b"RIFF") & (tf.strings.substr(head, 8, 4) == b"WEBP")
    is_gif = _begins(head, b"GIF8")
    data = checked(
        data,
        is_png | is_jpeg | is_webp | is_gif,
        f"image: expected the bytes of a {FORMATS} file, got {{}} bytes",
        (tf.strings.length(data),),
    )
    data = _small_enough(data, is_png, is_jpeg)
    pixels = tf.case(
        [
            (is_jpeg, lambda: _upright(tf.io.decode_jpeg(data, channels=3), data)),
            (is_png, lambda: _on_white(tf.io.decode_png(data, channels=4))),
            (is_webp, lambda: _of_webp(tf.io.decode_webp(data)[0])),
        ],
        lambda: tf.cast(tf.io.decode_gif(data)[0], tf.float32),
        exclusive=True,
    )
    return tf.ensure_shape(pixels, (None, None, 3))


def _begins(data, magic):
    return tf.strings.substr(data, 0, len(magic)) == magic


def _small_enough(data, is_png, is_jpeg):
    """Refuse a picture too large for the memory by its header, before it is unpacked."""

    def png():
        numbers = tf.cast(tf.io.decode_raw(tf.strings.substr(data, 16, 8), tf.uint8), tf.int64)
        numbers = tf.reshape(tf.pad(numbers, [[0, 8]])[:8], (2, 4))
        return tf.reduce_sum(numbers * [1 << 24, 1 << 16, 1 << 8, 1], 1)

    def jpeg():
        return tf.cast(tf.image.extract_jpeg_shape(data)[:2], tf.int64)

    def other():
        return tf.zeros((2,), tf.int64)

    size = tf.case([(is_png, png), (is_jpeg, jpeg)], other)
    message = f"image: expected at most {MEGAPIXELS} megapixels, got {{}}: scale it down"
    return checked(data, size[0] * size[1] <= MEGAPIXELS * 1_000_000, message, (size,))


def _of_webp(pixels):
    has_alpha = tf.shape(pixels)[-1] == 4
    return tf.cond(has_alpha, lambda: _on_white(pixels), lambda: tf.cast(pixels, tf.float32))


def _on_white(rgba):
    rgba = tf.cast(rgba, tf.float32)
    alpha = rgba[..., 3:] / 255
    return rgba[..., :3] * alpha + 255 * (1 - alpha)


def _upright(rgb, data):
    """Turn (height, width, 3) as its Exif orientation (1 to 8) says."""
    rgb = tf.cast(rgb, tf.float32)
    turned = [
        lambda: rgb,
        lambda: rgb[:, ::-1],
        lambda: rgb[::-1, ::-1],
        lambda: rgb[::-1],
        lambda: tf.transpose(rgb, (1, 0, 2)),
        lambda: tf.transpose(rgb, (1, 0, 2))[:, ::-1],
        lambda: tf.transpose(rgb, (1, 0, 2))[::-1, ::-1],
        lambda: tf.transpose(rgb, (1, 0, 2))[::-1],
    ]
    return tf.switch_case(orientation(data) - 1, turned)


def orientation(data):
    """The Exif orientation (int32, 1 to 8) of a JPEG's bytes; 1 where there is none."""
    head = tf.io.decode_raw(tf.strings.substr(data, 0, HEAD), tf.uint8)
    head = tf.pad(tf.cast(head, tf.int32), [[0, 64]])
    mark = tf.constant([*b"Exif\0\0"])
    count = tf.shape(head)[0] - len(mark)
    here = tf.stack([head[i : count + i] == mark[i] for i in range(len(mark))])
    places = tf.where(tf.reduce_all(here, 0))[:, 0]
    start = tf.where(tf.size(places) > 0, tf.reduce_min(places), 0)
    tiff = head[tf.cast(start, tf.int32) + len(mark) :]
    little = tiff[0] == ord("I")
    found = tf.where(tf.size(places) > 0, _tag(tiff, little), 1)
    return tf.where((found >= 1) & (found <= 8), found, 1)


def _tag(tiff, little):
    """The value of the tag 0x0112 in the first directory, or 1."""
    tiff = tf.pad(tiff, [[0, 1024 * 12]])

    def number(places, size):
        digits = tf.gather(tiff, places[..., None] + tf.range(size))
        weights = 256 ** tf.range(size)
        weights = tf.where(little, weights, weights[::-1])
        return tf.reduce_sum(digits * weights, -1)

    most = tf.shape(tiff)[0] - 1024 * 12
    directory = tf.clip_by_value(number(tf.constant(4), 4), 0, most - 2)
    entries = directory + 2 + 12 * tf.range(tf.minimum(number(directory, 2), 1000))
    is_it = number(entries, 2) == 0x0112
    values = tf.boolean_mask(number(entries + 8, 2), is_it)
    return tf.where(tf.size(values) > 0, tf.reduce_sum(values[:1]), 1)
