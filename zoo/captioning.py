"""What a captioner is served as: a photograph's bytes in, what it shows out.

    serving_default   image -> caption, score, captions, scores     the beam's best, best first
    beam              image, width -> caption, score                the best of a narrower beam
    attend            image -> caption, words, attention            where it looked at each word

Score is the sum of the words' log probabilities over length^0.7.  Attention is (n, words, rows,
columns), over a grid on the picture; zeros where the network has none.  Pictures are squashed to
a square, as those of its training were.
"""

import tensorflow as tf

from zoo import beam as beams
from zoo.eyes import Half
from zoo.image import checked

WIDTH = 5
LONGEST = 22
PENALTY = 0.7


def signatures(model, eyes, words):
    """The served functions of a captioner; eyes: `zoo.eyes.Eyes`; words: `zoo.captions.Words`."""
    teller = model.get_layer("teller")
    half = Half(teller.weights)

    def tell(image, width=None):
        regions = eyes(image)
        with half():
            return beams.search(teller, regions, WIDTH, LONGEST, PENALTY, width)

    image = tf.TensorSpec((None,), tf.string, "image")

    @tf.function(input_signature=[image])
    def serving_default(image):
        told, scores, _ = tell(image)
        texts = words.text(told)
        return {"caption": texts[:, 0], "score": scores[:, 0], "captions": texts, "scores": scores}

    @tf.function(input_signature=[image, tf.TensorSpec((None,), tf.int32, "width")])
    def beam(image, width):
        fits = tf.reduce_all((width >= 1) & (width <= WIDTH))
        width = checked(width, fits, f"width: expected 1 (greedy) to {WIDTH}, got {{}}", (width,))
        told, scores, _ = tell(image, width)
        return {"caption": words.text(told[:, 0]), "score": scores[:, 0]}

    @tf.function(input_signature=[image])
    def attend(image):
        told, _, looked = tell(image)
        told, looked = told[:, 0], looked[:, 0]
        each = words.text(told[..., None])
        grid = tf.reshape(looked, (-1, LONGEST, *eyes.grid))
        return {"caption": words.text(told), "words": each, "attention": grid}

    return {"serving_default": serving_default, "beam": beam, "attend": attend}
