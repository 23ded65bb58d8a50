"""A network that tells what it sees: a recurrent language model begun with a picture.

    x[-1] = W_i v                     v: the picture's regions, averaged
    x[t]  = W_e s[t]                  s: START, the words
    h[t]  = cell(x[t], h[t-1])
    p(next word) = softmax(V h[t])

The picture is shown once, before the first word: the network has to keep in its state what it
wants to tell.  Words end with END.

Reference: Vinyals, Toshev, Bengio & Erhan (2015), Show and Tell: A Neural Image Caption
Generator, CVPR; Karpathy & Fei-Fei (2015), Deep Visual-Semantic Alignments for Generating Image
Descriptions, CVPR.
"""

import keras
import tensorflow as tf
from keras import layers

from zoo.registry import builder, found, register

# cell -> the network that it is from, and the name of its layer
CELLS = {"lstm": ("lstm_lm", "LSTM"), "gru": ("gru_lm", "GRU"), "elman": ("elman", "ElmanRNN")}


@keras.saving.register_keras_serializable(package="zoo")
class Teller(layers.Layer):
    """(batch, regions, channels), (batch, time) word numbers -> logits (batch, time, vocab).

    `begin` and `step` do the same word by word; `zoo/beam.py` tells captions with them.
    """

    def __init__(self, vocab_size, cell="lstm", embed_dim=256, units=256, dropout=0.0, **kwargs):
        super().__init__(**kwargs)
        self.vocab_size, self.cell = vocab_size, cell
        self.embed_dim, self.units, self.dropout = embed_dim, units, dropout
        self.look = layers.Dense(embed_dim, name="look")
        self.embed = layers.Embedding(vocab_size, embed_dim, name="embed")
        self.hidden = _cell(cell)(units, return_state=True, name="hidden")
        self.drop_in, self.drop_out = layers.Dropout(dropout), layers.Dropout(dropout)
        # float32 under every precision policy: a softmax over half precision loses digits
        self.logits = layers.Dense(vocab_size, dtype="float32", name="logits")

    def build(self, regions_shape, words_shape):
        self.look.build((None, regions_shape[-1]))
        self.embed.build((None, None))
        self.hidden.build((None, None, self.embed_dim))
        self.logits.build((None, None, self.units))

    def call(self, regions, words, training=False):
        seen = self.look(tf.reduce_mean(regions, 1))[:, None]
        x = tf.concat([seen, self.embed(words)], 1)
        h, _ = self.hidden(self.drop_in(x, training=training), training=training)
        return self.logits(self.drop_out(h[:, 1:], training=training))

    def begin(self, regions):
        """What `step` goes on from: the state after the picture, and nothing to look back at."""
        seen = self.look(tf.reduce_mean(regions, 1))[:, None]
        return self.hidden(seen)[1], ()

    def step(self, words, state, memory):
        """(batch,) words and the state -> logits (batch, vocab), the state, attention or None."""
        h, state = self.hidden(self.embed(words[:, None]), state)
        return self.logits(h[:, 0]), state, None

    def compute_output_shape(self, regions_shape, words_shape):
        return (*words_shape, self.vocab_size)

    def compute_output_spec(self, regions, words, training=False):
        return keras.KerasTensor((*words.shape, self.vocab_size), "float32")

    def get_config(self):
        own = ("vocab_size", "cell", "embed_dim", "units", "dropout")
        return {**super().get_config(), **{name: getattr(self, name) for name in own}}


def _cell(cell):
    family, name = CELLS[found(cell, CELLS, "cell")]
    builder(family)  # its file makes the layer known to Keras
    return keras.saving.get_registered_object(f"zoo>{name}")


@register
def captioner(
    vocab_size=100, regions=49, channels=1280, cell="lstm", embed_dim=64, units=64, dropout=0.0
):
    """`regions` (batch, regions, channels), `words` (batch, time) -> `logits` after each word."""
    seen = keras.Input((regions, channels), name="regions")
    words = keras.Input((None,), dtype="int32", name="words")
    teller = Teller(vocab_size, cell, embed_dim, units, dropout, name="teller")
    model_inputs = {"regions": seen, "words": words}
    return keras.Model(model_inputs, {"logits": teller(seen, words)}, name="captioner")
