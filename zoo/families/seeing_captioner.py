"""An attention captioner together with its encoder, so that the encoder learns from captions too.

    image -> encoder -> regions -> attention captioner -> words

The encoder's batch normalisation stays as it is: a few photographs at a time would spoil its
statistics.  One fits the captioner first, on a frozen encoder (`attention_captioner`), and
this for a few epochs after it.

Reference: Vinyals, Toshev, Bengio & Erhan (2017), Show and Tell: Lessons Learned from the 2015
MSCOCO Image Captioning Challenge, IEEE Transactions on Pattern Analysis and Machine Intelligence
39(4), section 5.
"""

import keras
import tensorflow as tf
from keras import layers

from zoo.registry import build, register


@keras.saving.register_keras_serializable(package="zoo")
class ForEach(layers.Layer):
    """(n, …) of pictures and (n * c, …) of captions -> (n * c, …), a picture for each caption."""

    def call(self, pictures, captions):
        each = tf.shape(captions)[0] // tf.shape(pictures)[0]
        return tf.repeat(pictures, each, 0)

    def compute_output_shape(self, pictures_shape, captions_shape):
        return (captions_shape[0], *pictures_shape[1:])


@register
def seeing_captioner(
    encoder="efficientnet_lite0",
    side=224,
    vocab_size=100,
    embed_dim=64,
    units=64,
    attend_units=64,
    dropout=0.0,
    penalty=0.0,
):
    """`image` (n, side, side, 3), `words` (n * c, time) -> `logits`: c captions of each in turn."""
    whole = build(encoder, side=side)
    eyes = keras.Model(whole.input, {"regions": whole.output["regions"]}, name="eyes")
    for layer in eyes.layers:
        layer.trainable = not isinstance(layer, layers.BatchNormalization)
    image = keras.Input((side, side, 3), name="image")
    words = keras.Input((None,), dtype="int32", name="words")
    seen = eyes({"image": image})["regions"]
    regions = layers.Reshape((-1, seen.shape[-1]), name="flat")(seen)
    captioner = build(
        "attention_captioner",
        vocab_size=vocab_size,
        regions=regions.shape[1],
        channels=regions.shape[2],
        embed_dim=embed_dim,
        units=units,
        attend_units=attend_units,
        dropout=dropout,
        penalty=penalty,
    )
    logits = captioner.get_layer("teller")(ForEach(name="each")(regions, words), words)
    inputs = {"image": image, "words": words}
    return keras.Model(inputs, {"logits": logits}, name="seeing_captioner")
