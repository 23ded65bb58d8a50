"""Elastic and affine distortions of small grey pictures, as TensorFlow ops on a batch.

Each output pixel looks up where it came from: a random affine map plus a
smooth random field, read by one bilinear interpolation.

Reference: Simard, Steinkraus & Platt (2003), Best Practices for Convolutional
Neural Networks Applied to Visual Document Analysis, ICDAR.
"""

import math

import tensorflow as tf


def distort(
    images,
    seed,
    rotation=15.0,
    scale=0.15,
    shear=0.15,
    shift=2.0,
    elastic=0.6,
    pen=0.5,
    untouched=0.0,
):
    """(batch, height, width, 1) float32 in [0, 1] -> the same shape, distorted.

    seed: int32 pair; the same seed gives the same distortion.
    rotation: degrees; scale, shear: relative; shift: pixels: each the largest in use.
    elastic: standard deviation of the smooth field, in pixels.
    pen: how far strokes may be thickened or thinned towards one pixel more or less.
    untouched: share of the pictures that are left as they are: interpolation blurs, and the
        pictures that a net will be asked to read are sharp.
    """
    seeds = tf.unstack(tf.random.experimental.stateless_split(seed, 4))
    originals, images = images, _thickness(images, seeds[0], pen)
    n, height, width = tf.shape(images)[0], images.shape[1], images.shape[2]
    affine = _affine(n, seeds[1], math.radians(rotation), scale, shear)
    offset = tf.random.stateless_uniform((n, 1, 1, 2), seeds[3], -shift, shift)
    y, x = tf.meshgrid(tf.range(height), tf.range(width), indexing="ij")
    middle = tf.constant([(height - 1) / 2, (width - 1) / 2])
    grid = tf.cast(tf.stack([y, x], -1), tf.float32) - middle
    source = tf.einsum("nij,hwj->nhwi", affine, grid) + middle + offset
    field = tf.random.stateless_normal((n, 6, 6, 2), seeds[2], stddev=elastic)
    source += tf.image.resize(field, (height, width), "bicubic")
    draw = tf.random.stateless_uniform((n, 1, 1, 1), seed)
    return tf.where(draw < untouched, originals, _sample(images, source))


def _affine(n, seed, rotation, scale, shear):
    u = tf.random.stateless_uniform((5, n), seed, -1.0, 1.0)
    angle, sy, sx = rotation * u[0], 1 + scale * u[1], 1 + scale * u[2]
    c, s, k = tf.cos(angle), tf.sin(angle), shear * u[3]
    rows = [[sy * c, -sx * s], [sy * (s + k * c), sx * (c - k * s)]]
    return tf.transpose(tf.stack([tf.stack(row) for row in rows]), (2, 0, 1))


def _thickness(images, seed, pen):
    amount = tf.random.stateless_uniform((tf.shape(images)[0], 1, 1, 1), seed, -pen, pen)
    thick = tf.nn.max_pool2d(images, 3, 1, "SAME")
    thin = -tf.nn.max_pool2d(-images, 2, 1, "SAME")
    return tf.where(
        amount > 0, images + amount * (thick - images), images - amount * (thin - images)
    )


def _sample(images, source):
    """Bilinear interpolation of `images` at `source` (…, (y, x)); zero outside."""
    _, height, width, _ = images.shape
    padded = tf.pad(images[..., 0], ((0, 0), (1, 1), (1, 1)))
    limit = tf.constant([height + 0.999, width + 0.999])
    source = tf.clip_by_value(source + 1.0, 0.0, limit)
    corner = tf.floor(source)
    fy, fx = tf.unstack(source - corner, axis=-1)
    y, x = tf.unstack(tf.cast(corner, tf.int32), axis=-1)
    stride = width + 2
    flat = tf.reshape(padded, (tf.shape(images)[0], -1))

    def pixel(dy, dx):
        index = tf.reshape((y + dy) * stride + x + dx, (tf.shape(images)[0], -1))
        return tf.reshape(tf.gather(flat, index, batch_dims=1), tf.shape(y))

    top = (1 - fx) * pixel(0, 0) + fx * pixel(0, 1)
    bottom = (1 - fx) * pixel(1, 0) + fx * pixel(1, 1)
    return ((1 - fy) * top + fy * bottom)[..., None]
