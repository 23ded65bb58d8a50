"""What a captioner is served as: a photograph's bytes in, what it shows out.

    serving_default   image -> caption, score, captions, scores     the beam's best, best first
    attend            image -> caption, words, attention            where it looked at each word

Score is the sum of the words' log probabilities over length^0.7.  Attention is (n, words, rows,
columns), over a grid on the picture; zeros where the network has none.  Pictures are squashed to
a square, as those of its training were.
"""

import keras
import tensorflow as tf

from zoo import beam, photo

WIDTH = 5
LONGEST = 22


class Half:
    """A model whose weights are kept as float16, half the size, and computed with as float32."""

    def __init__(self, models):
        weights = [weight for model in models for weight in model.weights]
        self._kept = [(w, tf.Variable(tf.cast(w.value, tf.float16), False)) for w in weights]

    def __call__(self):
        """A scope in which the model's weights are those."""
        mapping = [(weight, tf.cast(half, weight.dtype)) for weight, half in self._kept]
        return keras.StatelessScope(state_mapping=mapping)


def signatures(model, encoder, words):
    """The served functions of a captioner; words: a `zoo.captions.Words`."""
    side = encoder.input["image"].shape[1]
    rows = encoder.output["regions"].shape[1]
    teller = model.get_layer("teller")
    see = keras.Model(encoder.input, encoder.output["regions"])
    half = Half([see, teller])

    def prepared(data):
        rgb = tf.image.resize(photo.decode(data), (side, side), antialias=True)
        return tf.ensure_shape(rgb, (side, side, 3))

    def tell(image):
        pixels = tf.map_fn(prepared, image, fn_output_signature=tf.float32)
        pixels = tf.ensure_shape(pixels, (None, side, side, 3))
        with half():
            regions = see({"image": pixels}, training=False)
            regions = tf.reshape(regions, (-1, rows * rows, regions.shape[-1]))
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
        grid = tf.reshape(looked, (-1, LONGEST, rows, rows))
        return {"caption": words.text(told), "words": each, "attention": grid}

    return {"serving_default": serving_default, "attend": attend}
