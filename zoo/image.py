"""Pictures as TensorFlow ops: from a file's bytes to what a network sees.

Training and export use these same functions, inside the exported graph, so that a
served model cannot prepare a picture otherwise than it was trained.
"""

import tensorflow as tf

PNG, JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"
MEGAPIXELS = 50


def decode(data):
    """PNG or JPEG bytes (a string scalar) -> RGBA (height, width, 4), float32 in [0, 1].

    Raises InvalidArgumentError when the bytes are neither, are cut short, or hold more than
    50 megapixels, which is read off the header before anything is unpacked.
    """
    head = tf.io.decode_raw(tf.strings.substr(data, 0, 24), tf.uint8)
    head = tf.pad(head, [[0, 24]])[:24]  # so that a shorter file can be looked at as well
    is_png, is_jpeg = _begins(head, PNG), _begins(head, JPEG)
    length, start = tf.strings.length(data), tf.strings.substr(data, 0, 8)
    data = checked(
        data,
        is_png | is_jpeg,
        "image: expected the bytes of a PNG or JPEG file, got {} bytes that begin with {}",
        (length, start),
    )
    size = tf.cond(is_png, lambda: _png_size(head), lambda: tf.image.extract_jpeg_shape(data)[:2])
    size = tf.cast(size, tf.int64)
    data = checked(
        data,
        size[0] * size[1] <= MEGAPIXELS * 1_000_000,
        f"image: expected at most {MEGAPIXELS} megapixels, got {{}} by {{}} pixels: scale it down",
        (size[1], size[0]),
    )
    pixels = tf.cond(
        is_png,
        lambda: tf.io.decode_png(data, channels=4),
        lambda: _opaque(tf.io.decode_jpeg(data, channels=3)),
    )
    return tf.cast(tf.ensure_shape(pixels, (None, None, 4)), tf.float32) / 255


def checked(value, condition, message, values=()):
    """`value`, or INVALID_ARGUMENT with `message` unless `condition` holds.

    Only what is computed from the returned tensor waits for the check.
    """
    stop = tf.debugging.Assert(condition, [tf.strings.format(message, values)])
    with tf.control_dependencies([stop]):
        return tf.identity(value)


def ink(rgba):
    """(height, width, 4) -> (height, width): distance from the background, in [0, 1].

    The background is the middle colour of the picture's edge, so dark on light, light on
    dark and coloured pens read alike.  What is transparent takes whichever of black and
    white the drawing is not.  What differs no more than the edge itself does is paper, not ink.
    """
    rgb, alpha = rgba[..., :3], rgba[..., 3:]
    shade = tf.reduce_sum(rgb * alpha) / tf.maximum(3 * tf.reduce_sum(alpha), 1e-6)
    rgb = rgb * alpha + tf.where(shade > 0.5, 0.0, 1.0) * (1 - alpha)
    edge = tf.concat([rgb[0], rgb[-1], rgb[:, 0], rgb[:, -1]], 0)
    background = tf.sort(edge, axis=0)[tf.shape(edge)[0] // 2]
    distance = tf.reduce_max(tf.abs(rgb - background), -1)
    grain = tf.sort(tf.reduce_max(tf.abs(edge - background), -1))
    grain = 1.5 * grain[tf.shape(grain)[0] * 9 // 10]
    return tf.where(distance > grain, distance, 0.0)


def crop(grey, floor):
    """The smallest part of (height, width) that holds every pixel above `floor`."""
    bright = grey > floor
    rows = tf.where(tf.reduce_any(bright, 1))[:, 0]
    columns = tf.where(tf.reduce_any(bright, 0))[:, 0]
    return grey[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def fit_box(grey, side):
    """Scale (height, width), aspect kept, so that the longer side has `side` pixels."""
    shape = tf.shape(grey)
    scale = side / tf.reduce_max(shape)
    size = tf.maximum(tf.cast(tf.round(tf.cast(shape, tf.float64) * scale), tf.int32), 1)
    scaled = tf.image.resize(grey[..., None], size, antialias=True)[..., 0]
    return tf.ensure_shape(scaled, (None, None))


def _begins(head, magic):
    return tf.reduce_all(head[: len(magic)] == tf.constant(list(magic), tf.uint8))


def _png_size(head):
    """Height and width, big-endian in the header chunk that a PNG begins with."""
    digits = tf.reshape(tf.cast(head[16:24], tf.int32), (2, 4))
    width, height = tf.unstack(tf.reduce_sum(digits * [1 << 24, 1 << 16, 1 << 8, 1], 1))
    return tf.stack([height, width])


def _opaque(rgb):
    return tf.concat([rgb, 255 * tf.ones_like(rgb[..., :1])], -1)
