"""A captioner that looks again before every word, at the part of the picture it needs.

    a_i     = relu(W_a v_i)                            a region as the network sees it
    e_i     = w . tanh(U a_i + R h[t-1])               how well it fits what is to be told
    alpha   = softmax(e)
    z       = sigmoid(B h[t-1]) sum_i alpha_i a_i      the context, through a gate
    h[t], c[t] = LSTM([W_e s[t], z], h[t-1], c[t-1])
    p(next word) = softmax(V tanh(L_h h[t] + L_z z + W_e s[t]))

Trained with the doubly stochastic penalty (1 - sum_t alpha_i[t])^2, so that no region is left
unseen.

Reference: Xu et al. (2015), Show, Attend and Tell: Neural Image Caption Generation with Visual
Attention, ICML (soft attention).
"""

import keras
import tensorflow as tf
from keras import layers

from zoo.registry import register


@keras.saving.register_keras_serializable(package="zoo")
class AttentionTeller(layers.Layer):
    """(batch, regions, channels), (batch, time) word numbers -> logits (batch, time, vocab).

    `begin` and `step` do the same word by word, as those of `captioner`.
    """

    def __init__(
        self,
        vocab_size,
        embed_dim=256,
        units=256,
        attend_units=128,
        dropout=0.0,
        penalty=0.0,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.vocab_size, self.embed_dim, self.units = vocab_size, embed_dim, units
        self.attend_units, self.dropout, self.penalty = attend_units, dropout, penalty
        self.see = layers.Dense(units, "relu", name="see")
        self.key = layers.Dense(attend_units, name="key")
        self.first = layers.Dense(2 * units, "tanh", name="first")
        self.embed = layers.Embedding(vocab_size, embed_dim, name="embed")
        self.drop_seen = layers.SpatialDropout1D(dropout)  # the same channels in every region
        self.drop_in, self.drop_out = layers.Dropout(dropout), layers.Dropout(dropout)
        self.deep = layers.Dense(embed_dim, name="deep")
        self.logits = layers.Dense(vocab_size, dtype="float32", name="logits")

    def build(self, regions_shape, words_shape):
        def weight(name, *shape, initializer="glorot_uniform"):
            return self.add_weight(shape=shape, initializer=initializer, name=name)

        n = self.units
        self.see.build((None, None, regions_shape[-1]))
        self.key.build((None, None, n))
        self.first.build((None, n))
        self.embed.build((None, None))
        self.deep.build((None, None, 2 * n))
        self.logits.build((None, None, self.embed_dim))
        self.w_e = weight("w_e", self.embed_dim, 4 * n)
        self.w_z = weight("w_z", n, 4 * n)
        # the products of h: the LSTM's four gates, the query, the gate of the context
        self.u = weight("u", n, 5 * n + self.attend_units)
        self.b = weight("b", 4 * n, initializer="zeros")
        self.score = weight("score", self.attend_units, 1)

    def call(self, regions, words, training=False):
        state, memory = self._begin(regions, training)
        e = self.drop_in(self.embed(words), training=training)
        h, z, alpha = self._unfold(self._drive(e), state, memory, self._recurrent(e.dtype))
        if training and self.penalty:
            counts = tf.cast(words > 0, alpha.dtype)[..., None]
            left = 1 - tf.reduce_sum(alpha * counts, 1)
            self.add_loss(self.penalty * tf.reduce_mean(tf.cast(left, tf.float32) ** 2))
        return self._logits(h, z, e, training)

    def _logits(self, h, z, e, training=False):
        deep = tf.tanh(self.deep(tf.concat([h, z], -1)) + e)
        return self.logits(self.drop_out(deep, training=training))

    def _begin(self, regions, training=False):
        seen = self.drop_seen(self.see(regions), training=training)
        state = tf.reshape(self.first(tf.reduce_mean(seen, 1)), (-1, 2, self.units))
        return state, (seen, self.key(seen))

    def begin(self, regions):
        """What `step` goes on from: the state before the first word, and the regions."""
        return self._begin(regions)

    def step(self, words, state, memory):
        """(batch,) words, the state -> logits (batch, vocab), the state, attention (batch, n)."""
        e = self.embed(words)
        recurrent = self._recurrent(e.dtype)
        h, c, z, alpha = self._one(self._drive(e), state[:, 0], state[:, 1], *memory, *recurrent)
        return self._logits(h, z, e), tf.stack([h, c], 1), alpha

    def _drive(self, e):
        flat = tf.matmul(tf.reshape(e, (-1, self.embed_dim)), tf.cast(self.w_e, e.dtype))
        drive = tf.nn.bias_add(flat, tf.cast(self.b, e.dtype))
        return tf.reshape(drive, tf.concat([tf.shape(e)[:-1], [4 * self.units]], 0))

    def _recurrent(self, dtype):
        """The weights that every step needs; cast here, once for all steps."""
        return [tf.cast(weight, dtype) for weight in (self.u, self.score, self.w_z)]

    def _one(self, drive, h, c, seen, key, u, score, w_z):
        n = self.units
        recurrent, query, gate = tf.split(tf.matmul(h, u), [4 * n, self.attend_units, n], -1)
        fit = tf.tanh(key + query[:, None])
        alpha = tf.nn.softmax(tf.squeeze(tf.matmul(fit, score), -1))
        z = tf.sigmoid(gate) * tf.squeeze(tf.matmul(alpha[:, None], seen), 1)
        i, f, candidate, o = tf.split(drive + recurrent + tf.matmul(z, w_z), 4, -1)
        c = tf.sigmoid(f + 1) * c + tf.sigmoid(i) * tf.tanh(candidate)
        return tf.sigmoid(o) * tf.tanh(c), c, z, alpha

    def _unfold(self, drive, state, memory, recurrent):
        time = tf.shape(drive)[1]
        drive = tf.TensorArray(drive.dtype, time).unstack(tf.transpose(drive, (1, 0, 2)))
        arrays = [tf.TensorArray(drive.dtype, time) for _ in range(3)]

        def body(t, h, c, *arrays):
            h, c, z, alpha = self._one(drive.read(t), h, c, *memory, *recurrent)
            values = zip(arrays, (h, z, alpha), strict=True)
            return t + 1, h, c, *(array.write(t, value) for array, value in values)

        start = (0, state[:, 0], state[:, 1], *arrays)
        out = tf.while_loop(lambda t, *_: t < time, body, start)
        return [tf.transpose(array.stack(), (1, 0, 2)) for array in out[3:]]

    def compute_output_shape(self, regions_shape, words_shape):
        return (*words_shape, self.vocab_size)

    def compute_output_spec(self, regions, words, training=False):
        return keras.KerasTensor((*words.shape, self.vocab_size), "float32")

    def get_config(self):
        own = ("vocab_size", "embed_dim", "units", "attend_units", "dropout", "penalty")
        return {**super().get_config(), **{name: getattr(self, name) for name in own}}


@register
def attention_captioner(
    vocab_size=100,
    regions=49,
    channels=1280,
    embed_dim=64,
    units=64,
    attend_units=64,
    dropout=0.0,
    penalty=0.0,
):
    """`regions` (batch, regions, channels), `words` (batch, time) -> `logits` after each word."""
    seen = keras.Input((regions, channels), name="regions")
    words = keras.Input((None,), dtype="int32", name="words")
    sizes = (vocab_size, embed_dim, units, attend_units, dropout, penalty)
    logits = AttentionTeller(*sizes, name="teller")(seen, words)
    inputs = {"regions": seen, "words": words}
    return keras.Model(inputs, {"logits": logits}, name="attention_captioner")
