"""Pictures and sentences in one space: parts of a picture lie near the words that tell of them.

    v_i = W_m r_i / |r_i| + b_m                   region i of the picture; v_0 is the whole of it
    e_t = relu(W_e x_t + b_e)                     x_t: the vector of word t
    hf_t = cell(e_t, hf_{t-1})    hb_t = cell(e_t, hb_{t+1})         a bidirectional network
    s_t = relu(W_d (hf_t + hb_t) + b_d)           the word, as its neighbours make it meant
    S_kl = sum over t of max over i of v_i . s_t  how well sentence l fits picture k

Each word looks for the region that it fits best.  Beside it stand one vector a picture and one a
sentence, for searching among many by their cosine:

    p = W_p max_i v_i       q = W_q max_t s_t       C_kl = p_k . q_l / (|p_k| |q_l|)

Both are taught by a margin (`zoo.losses.Ranking`): a pair that belongs together is to fit better,
by 1, than its picture with another's sentence and its sentence with another's picture.

Reference: Karpathy & Fei-Fei (2015), Deep Visual-Semantic Alignments for Generating Image
Descriptions, CVPR, equations 2 to 9; single vectors are Kiros, Salakhutdinov & Zemel (2014),
Unifying Visual-Semantic Embeddings with Multimodal Neural Language Models.
"""

import keras
import tensorflow as tf
from keras import layers

from zoo.registry import builder, found, register

# cell -> the network that it is from, and the name of its layer
CELLS = {"lstm": ("lstm_lm", "LSTM"), "gru": ("gru_lm", "GRU"), "elman": ("elman", "ElmanRNN")}
FIRST_WORD = 4  # before it stand what pads, begins and ends a sentence, and the unknown word


@keras.saving.register_keras_serializable(package="zoo")
class Regions(layers.Layer):
    """(batch, regions, channels) -> (batch, 1 + regions, units): v, the whole picture first."""

    def __init__(self, units, dropout=0.0, **kwargs):
        super().__init__(**kwargs)
        self.units, self.dropout = units, dropout
        self.place = layers.Dense(units, name="place")
        self.drop = layers.Dropout(dropout)

    def build(self, shape):
        self.place.build(shape)

    def call(self, regions, training=False):
        whole = tf.reduce_mean(regions, 1, keepdims=True)
        r = tf.math.l2_normalize(tf.concat([whole, regions], 1), -1)
        return self.place(self.drop(r, training=training))

    def compute_output_shape(self, shape):
        return (shape[0], None if shape[1] is None else shape[1] + 1, self.units)

    def get_config(self):
        return {**super().get_config(), "units": self.units, "dropout": self.dropout}


@keras.saving.register_keras_serializable(package="zoo")
class Sentence(layers.Layer):
    """(batch, time) numbers of words -> (batch, time, units): s, each word among the others."""

    def __init__(self, vocab_size, units, cell="lstm", embed_dim=256, dropout=0.0, **kwargs):
        super().__init__(**kwargs)
        self.vocab_size, self.units, self.cell = vocab_size, units, cell
        self.embed_dim, self.dropout = embed_dim, dropout
        family, name = CELLS[found(cell, CELLS, "cell")]
        builder(family)  # its file makes the layer known to Keras
        layer = keras.saving.get_registered_object(f"zoo>{name}")
        self.embed = layers.Embedding(vocab_size, embed_dim, name="embed")
        self.enter = layers.Dense(units, "relu", name="enter")
        self.forward, self.backward = layer(units, name="forward"), layer(units, name="backward")
        self.place = layers.Dense(units, "relu", name="place")
        self.drop_in, self.drop_out = layers.Dropout(dropout), layers.Dropout(dropout)

    def build(self, shape):
        self.embed.build(shape)
        self.enter.build((None, None, self.embed_dim))
        self.forward.build((None, None, self.units))
        self.backward.build((None, None, self.units))
        self.place.build((None, None, self.units))

    def call(self, words, training=False):
        length = tf.reduce_sum(tf.cast(words > 0, tf.int32), 1)  # padding stands on the right
        e = self.enter(self.drop_in(self.embed(words), training=training))
        back = self.backward(tf.reverse_sequence(e, length, 1), training=training)
        h = self.forward(e, training=training) + tf.reverse_sequence(back, length, 1)
        return self.place(self.drop_out(h, training=training))

    def compute_output_shape(self, shape):
        return (*shape, self.units)

    def get_config(self):
        own = ("vocab_size", "units", "cell", "embed_dim", "dropout")
        return {**super().get_config(), **{name: getattr(self, name) for name in own}}


@keras.saving.register_keras_serializable(package="zoo")
class Scores(layers.Layer):
    """v (n, regions, units), s (m, time, units), words (m, time) -> S (n, m), float32."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.autocast = False  # words stay whole numbers, and the sums float32

    def call(self, v, s, words):
        real = tf.where(words >= FIRST_WORD)  # half of the places are padding: left out
        fits = tf.matmul(tf.gather_nd(s, real), v, transpose_b=True)  # (n, real words, regions)
        best = tf.transpose(tf.cast(tf.reduce_max(fits, -1), tf.float32))
        return tf.transpose(tf.math.unsorted_segment_sum(best, real[:, 0], tf.shape(words)[0]))

    def compute_output_spec(self, v, s, words):
        return keras.KerasTensor((v.shape[0], s.shape[0]), "float32")


@keras.saving.register_keras_serializable(package="zoo")
class Cosines(layers.Layer):
    """v (n, regions, units), s (m, time, units), words (m, time) -> C (n, m), float32.

    `picture` gives p, `sentence` gives q, (n or m, units), each of length 1.
    """

    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.of_picture = layers.Dense(units, name="of_picture")
        self.of_sentence = layers.Dense(units, name="of_sentence")

    def build(self, v_shape, s_shape, words_shape):
        self.of_picture.build((None, v_shape[-1]))
        self.of_sentence.build((None, s_shape[-1]))

    def call(self, v, s, words):
        return tf.matmul(self.picture(v), self.sentence(s, words), transpose_b=True)

    def picture(self, v):
        return _unit(self.of_picture(tf.reduce_max(v, 1)))

    def sentence(self, s, words):
        real = tf.cast(words >= FIRST_WORD, s.dtype)[..., None]
        return _unit(self.of_sentence(tf.reduce_max(s * real, 1)))  # s is never negative

    def compute_output_spec(self, v, s, words):
        return keras.KerasTensor((v.shape[0], s.shape[0]), "float32")

    def get_config(self):
        return {**super().get_config(), "units": self.units}


def _unit(x):
    return tf.math.l2_normalize(tf.cast(x, tf.float32), -1)


@register
def visual_semantic(
    vocab_size=100, regions=49, channels=1280, cell="gru", embed_dim=64, units=64, dropout=0.0
):
    """`regions` (n, regions, channels), `words` (m, time) -> `scores` and `cosines`, both (n, m).

    Vectors of pictures, sentences, regions and words have `units` numbers.
    """
    seen = keras.Input((regions, channels), name="regions")
    words = keras.Input((None,), dtype="int32", name="words")
    v = Regions(units, dropout, name="v")(seen)
    s = Sentence(vocab_size, units, cell, embed_dim, dropout, name="s")(words)
    cosines = Cosines(units, name="cosines")(v, s, words)
    outputs = {"scores": Scores(name="scores")(v, s, words), "cosines": cosines}
    return keras.Model({"regions": seen, "words": words}, outputs, name="visual_semantic")
