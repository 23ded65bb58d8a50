"""What a captioner is served as: a photograph's bytes in, what it shows out.

    serving_default   image -> caption, score, captions, scores     the beam's best, best first
    attend            image -> caption, words, attention            where it looked at each word

Score is the sum of the words' log probabilities over length^0.7.  Attention is (n, words, rows,
columns), over a grid on the picture; zeros where the network has none.  Pictures are squashed to
a square, as those of its training were.
"""

import tensorflow as tf

from zoo import beam
from zoo.eyes import Half

WIDTH = 5
LONGEST = 22


def signatures(model, eyes, words):
    """The served functions of a captioner; eyes: `zoo.eyes.Eyes`; words: `zoo.captions.Words`."""
    teller = model.get_layer("teller")
    half = Half(teller.weights)

    def tell(image):
        regions = eyes(image)
        with half():
            return beam.search(teller, regions, WIDTH, LONGEST)

    image = tf.TensorSpec((None,), tf.string, "image")

    @tf.function(input_signature=[image])
    def serving_default(image):
        told, scores, _ = tell(image)
        texts = words.text(told)
        return {"caption": texts[:, 0], "score": scores[:, 0], "captions": texts, "scores": scores}

    @tf.function(input_signature=[image])
    def attend(image):
        told, _, looked = tell(image)
        told, looked = told[:, 0], looked[:, 0]
        each = words.text(told[..., None])
        grid = tf.reshape(looked, (-1, LONGEST, *eyes.grid))
        return {"caption": words.text(told), "words": each, "attention": grid}

    return {"serving_default": serving_default, "attend": attend}
