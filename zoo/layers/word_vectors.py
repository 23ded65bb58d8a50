"""Tables of word vectors, and three ways to say how well a vector h foretells words.

    softmax             E = -log p(o)         p(j) = exp u_j / sum of exp u      u_j = v'_j h
    negative sampling   E = -log s(u_o) - (negative / K) sum over K drawn words k of log s(-u_k)
    hierarchical        E = -sum over the nodes n on the way to o of log s(turn_n v'_n h)

with s the logistic function.  Negative sampling means `negative` words drawn for each position;
here K words are drawn for a group of positions and each counts as negative / K of one, so that
their part of the work is a matrix product.  A group has as many positions as a row, or as `joined`
rows, whose drawn words it gets: the more it has, the less it matters which they are.  Positions are
dealt out to groups in turn, so that a group's come from different rows: those of one row are about
one thing, and would push what is drawn for them all one way.  A drawn word that happens to be the
right one counts as any other, as in Levy & Goldberg's analysis (2014).

Each loss asks `who` is foretold: None, the word of the position itself (CBOW), or a matrix
(batch, time, time) that says how much position i foretells the word at j (skip-gram).  All
compute in float32 under every precision policy; tables are looked up, never cast or read whole,
so their gradients are sparse.
"""

import keras
import tensorflow as tf
from keras import layers


@keras.saving.register_keras_serializable(package="zoo")
class WordVectors(layers.Layer):
    """The table w: (…) int32 words -> (…, embed_dim), float32."""

    def __init__(self, vocab_size, embed_dim, **kwargs):
        super().__init__(**{**kwargs, "dtype": "float32"})
        self.vocab_size, self.embed_dim = vocab_size, embed_dim

    def build(self, input_shape=None):
        self.w = table(self, "w", self.vocab_size, self.embed_dim)

    def call(self, words):
        return tf.gather(self.w.value, words)

    def compute_output_shape(self, input_shape):
        return (*input_shape, self.embed_dim)

    def get_config(self):
        own = {"vocab_size": self.vocab_size, "embed_dim": self.embed_dim}
        return {**super().get_config(), **own}


def table(layer, name, rows, features):
    """A weight as word2vec starts it: uniform within half of 1 / features."""
    start = keras.initializers.RandomUniform(-0.5 / features, 0.5 / features)
    return layer.add_weight((rows, features), start, name=name)


class _Loss(layers.Layer):
    """What the three losses share: the output table v' of `rows` vectors, `nats` as output."""

    def __init__(self, rows, **kwargs):
        super().__init__(**{**kwargs, "dtype": "float32"})
        self.rows = rows

    def build(self, h_shape, *_, **__):
        self.v = table(self, "v", self.rows, h_shape[-1])

    def compute_output_shape(self, h_shape, *_, **__):
        return h_shape[:-1]

    def compute_output_spec(self, h, *_, **__):
        return keras.KerasTensor(h.shape[:-1], self.compute_dtype)

    def get_config(self):
        return {**super().get_config(), "rows": self.rows}


@keras.saving.register_keras_serializable(package="zoo")
class Softmax(_Loss):
    """h (batch, time, features), words (batch, time), who -> nats (batch, time), exact."""

    def call(self, h, words, who=None):
        u = tf.einsum("btf,vf->btv", h, self.v.value)
        rest = tf.reduce_logsumexp(u, -1)
        if who is None:
            return rest - tf.gather(u, words, axis=2, batch_dims=2)
        right = tf.gather(u, words, axis=2, batch_dims=1)  # [b, i, j]: of the word at j, seen by i
        return tf.reduce_sum(who * (rest[..., None] - right), -1)


@keras.saving.register_keras_serializable(package="zoo")
class NegativeSampling(_Loss):
    """h (batch, time, features), words (batch, time), drawn (batch, K), who -> nats.

    negative: drawn words that a position is set against, in sum.
    joined: rows that make a group, where the batch divides by it; else each row makes one.
    """

    def __init__(self, rows, negative=5, joined=1, **kwargs):
        super().__init__(rows, **kwargs)
        self.negative, self.joined = negative, joined

    def call(self, h, words, drawn, who=None):
        batch, time = tf.shape(h)[0], tf.shape(h)[1]
        groups = tf.where(batch % self.joined == 0, batch // self.joined, batch)
        drawn = tf.reshape(drawn, (groups, -1))
        right, wrong = tf.gather(self.v.value, words), tf.gather(self.v.value, drawn)
        dealt = tf.transpose(tf.reshape(h, (-1, groups, h.shape[-1])), (1, 0, 2))
        u = tf.matmul(dealt, wrong, transpose_b=True)
        share = self.negative / tf.cast(tf.shape(drawn)[1], tf.float32)
        wrong = share * tf.reduce_sum(tf.nn.softplus(u), -1)
        wrong = tf.reshape(tf.transpose(wrong), (batch, time))  # back from groups to rows
        if who is None:
            return tf.nn.softplus(-tf.reduce_sum(h * right, -1)) + wrong
        right = tf.nn.softplus(-tf.matmul(h, right, transpose_b=True))
        return tf.reduce_sum(who * right, -1) + tf.reduce_sum(who, -1) * wrong

    def get_config(self):
        return {**super().get_config(), "negative": self.negative, "joined": self.joined}


@keras.saving.register_keras_serializable(package="zoo")
class Hierarchical(_Loss):
    """h (batch, time, features), nodes and turns (batch, time, depth), who -> nats.

    nodes: the inner nodes on the way from the root to each position's word; turns: +1 for left,
    -1 for right, 0 behind the end of a shorter way.  `train.data.huffman` makes both.
    """

    def call(self, h, nodes, turns, who=None):
        on_way = tf.gather(self.v.value, nodes)
        turns = tf.cast(turns, tf.float32)
        if who is None:
            u = tf.linalg.matvec(on_way, h)
            return tf.reduce_sum(tf.abs(turns) * tf.nn.softplus(-turns * u), -1)
        u = tf.einsum("bif,bjdf->bijd", h, on_way)
        nats = tf.abs(turns)[:, None] * tf.nn.softplus(-turns[:, None] * u)
        return tf.reduce_sum(who * tf.reduce_sum(nats, -1), -1)
