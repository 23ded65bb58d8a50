"""Digits as MNIST made them: any picture of one digit -> 28x28, and the served signatures.

MNIST's digits were scaled to fit a 20x20 box, aspect kept, and placed in 28x28 with
their centre of mass in the middle.  The same is done here, in the graph.  A mouse also
draws lines much thinner or thicker than a pen's on a form, so strokes outside MNIST's
own range of widths are thickened or thinned to its edge.  A digit that comes straight
out of MNIST passes through unchanged, but for pixels fainter than a tenth of its ink.

Reference: LeCun, Bottou, Bengio & Haffner (1998), section III.A.
"""

import keras
import tensorflow as tf

from zoo import image as picture

BOX, SIDE = 20, 28
FINE = 80  # strokes are measured and changed with the digit scaled to this box
STROKES = (6.0, 20.0)  # `FINE` pixels: what 95 of 100 of MNIST's strokes lie between
CONTRAST = 0.12  # less than this between darkest and lightest is an empty canvas


def normalize(data):
    """PNG or JPEG bytes (a string scalar) -> (28, 28) float32, ink 1 on 0.

    Raises InvalidArgumentError for bytes that are no picture and for an empty canvas.
    """
    ink = picture.ink(picture.decode(data))
    peak = tf.reduce_max(ink)
    ink = picture.checked(
        ink,
        peak >= CONTRAST,
        "image: expected a digit, got an empty canvas: no part stands out from the background",
    )
    digit = picture.crop(ink / peak, 0.1)
    return _place(picture.fit_box(_adjust_strokes(digit), BOX))


def stroke_width(mask):
    """Mean width in pixels of the strokes in a boolean (height, width) drawing.

    A stroke of width w and length l covers A = w l and has an outline of P = 2 (w + l).
    """
    mask = tf.cast(tf.pad(mask, [[3, 3], [3, 3]]), tf.float32)
    # an outline's length is how much a softened mask rises and falls, whatever the direction
    soft = tf.nn.avg_pool2d(mask[None, ..., None], 3, 1, "SAME")[0, ..., 0]
    dy, dx = soft[2:, 1:-1] - soft[:-2, 1:-1], soft[1:-1, 2:] - soft[1:-1, :-2]
    outline = tf.reduce_sum(tf.sqrt(dy**2 + dx**2)) / 2
    area = tf.reduce_sum(mask)
    return (outline / 2 - tf.sqrt(tf.maximum(outline**2 / 4 - 4 * area, 0.0))) / 2


def _adjust_strokes(digit):
    fine = picture.fit_box(digit, FINE)
    fine /= tf.reduce_max(fine)
    width = stroke_width(fine > 0.5)
    change = (tf.clip_by_value(width, *STROKES) - width) / 2  # on either side
    rounds = tf.cast(tf.round(change), tf.int32)

    def changed():
        margin = tf.maximum(rounds, 1)
        grown = _grow(tf.pad(fine, [[margin, margin], [margin, margin]]), rounds)
        return picture.crop(grown, 0.1)

    return tf.cond(rounds == 0, lambda: digit, changed)


def _grow(grey, rounds):
    """Thicken by `rounds` pixels on either side, or thin if negative."""
    sign = tf.cast(tf.sign(rounds), tf.float32)
    x = sign * grey[None, ..., None]
    for i in tf.range(tf.abs(rounds)):
        tf.autograph.experimental.set_loop_options(
            shape_invariants=[(x, tf.TensorShape([1, None, None, 1]))]
        )
        if i % 3 == 0:  # a square now and then between crosses comes near to a disc
            x = tf.nn.max_pool2d(x, 3, 1, "SAME")
        else:
            across = tf.nn.max_pool2d(x, [1, 3], 1, "SAME")
            x = tf.maximum(across, tf.nn.max_pool2d(x, [3, 1], 1, "SAME"))
    return sign * x[0, ..., 0]


def _place(grey):
    """Put a digit of at most 20x20 into 28x28, its centre of mass in the middle."""
    shape = tf.shape(grey)
    grey = tf.clip_by_value(grey, 0.0, 1.0)
    total = tf.reduce_sum(grey)
    y = tf.reduce_sum(grey * tf.range(shape[0], dtype=tf.float32)[:, None]) / total
    x = tf.reduce_sum(grey * tf.range(shape[1], dtype=tf.float32)) / total
    offset = tf.cast(tf.round(SIDE / 2 - tf.stack([y, x])), tf.int32)
    offset = tf.clip_by_value(offset, 0, SIDE - shape)
    rest = SIDE - shape - offset
    return tf.ensure_shape(tf.pad(grey, tf.stack([offset, rest], 1)), (SIDE, SIDE))


def signatures(model):
    """The served functions of a digit model: `serving_default`, `pixels`, `features`."""
    first = next(layer for layer in model.layers if layer.name in ("c1", "conv1_relu"))
    look = keras.Model(model.input, first.output)

    def normalized(image):
        spec = tf.TensorSpec((SIDE, SIDE), tf.float32)
        return tf.map_fn(normalize, image, fn_output_signature=spec)

    def answer(pixels):
        logits = model({"image": pixels[..., None]}, training=False)["logits"]
        probabilities = tf.nn.softmax(logits)
        return {"digit": tf.argmax(probabilities, -1), "probabilities": probabilities}

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="image")])
    def serving_default(image):
        return answer(normalized(image))

    @tf.function(input_signature=[tf.TensorSpec([None, SIDE, SIDE], tf.float32, name="pixels")])
    def pixels(pixels):
        return answer(pixels)

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="image")])
    def features(image):
        seen = normalized(image)
        maps = look({"image": seen[..., None]}, training=False)
        return {"normalized": seen, "feature_maps": maps}

    return {"serving_default": serving_default, "pixels": pixels, "features": features}
