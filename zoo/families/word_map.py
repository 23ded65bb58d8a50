"""Words of several languages in one space, by a map between vectors learned apart.

    z = x M        M of each language, x the word's vector in its own, of length 1 and mean 0

so that z of a word lies near the vector of its translation y in the first language.  From pairs
(x, y) of a dictionary

    "linear"        M = the least squares of |x M - y|
    "orthogonal"    M = U V'  with  X' Y = U S V'        turned and mirrored, but not bent

Languages differ in words more than in how these stand to one another, so a turn goes far; it keeps
all angles within a language.

Reference: Mikolov, Le & Sutskever (2013), Exploiting Similarities among Languages for Machine
Translation, arXiv 1309.4168, for the linear map; the orthogonal one is Xing, Wang, Liu & Lin
(2015), Normalized Word Embedding and Orthogonal Transform for Bilingual Word Translation, NAACL, by
Schönemann (1966), A Generalized Solution of the Orthogonal Procrustes Problem, Psychometrika 31.
"""

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from zoo.registry import register

KINDS = ("orthogonal", "linear")


@keras.saving.register_keras_serializable(package="zoo")
class WordMap(layers.Layer):
    """(batch,) int32 words -> (batch, embed_dim) float32, in the first language's space.

    Words of all languages are numbered on; `language` says whose each is.  `adapt` sets it all.
    """

    def __init__(self, vocab_size, embed_dim, languages, kind="orthogonal", **kwargs):
        super().__init__(**{**kwargs, "dtype": "float32"})
        self.vocab_size, self.embed_dim, self.languages = vocab_size, embed_dim, languages
        self.kind = kind

    def build(self, input_shape=None):
        size = self.embed_dim
        self.w = self.add_weight((self.vocab_size, size), "random_normal", name="w")
        self.maps = self.add_weight((self.languages, size, size), _same, name="maps")
        self.language = self.add_weight(
            (self.vocab_size,), "zeros", dtype="int32", trainable=False, autocast=False, name="of"
        )

    def adapt(self, given):
        """Take the vectors of each language as they are, and learn the maps.

        given: "vectors", a list of (n, embed_dim) arrays, one for each language; "pairs", a list of
            (m, 2) arrays: numbers of a word and of its translation in the first language.
        """
        tables = [centred(vectors) for vectors in given["vectors"]]
        maps = [
            fitted(table[pairs[:, 0]], tables[0][pairs[:, 1]], self.kind)
            for table, pairs in zip(tables[1:], given["pairs"], strict=True)
        ]
        self.w.assign(np.concatenate(tables))
        self.maps.assign(np.stack([np.eye(self.embed_dim), *maps]))
        self.language.assign(np.repeat(np.arange(len(tables)), [len(t) for t in tables]))

    def call(self, words):
        x = tf.gather(self.w.value, words)
        m = tf.gather(self.maps.value, tf.gather(self.language.value, words))
        return tf.linalg.matvec(m, x, transpose_a=True)

    def compute_output_shape(self, input_shape):
        return (*input_shape, self.embed_dim)

    def get_config(self):
        own = ("vocab_size", "embed_dim", "languages", "kind")
        return {**super().get_config(), **{name: getattr(self, name) for name in own}}


@register
def word_map(vocab_size=64, embed_dim=16, languages=2, kind="orthogonal"):
    """`tokens` (batch,) -> `vectors` (batch, embed_dim) in the first language's space."""
    if kind not in KINDS:
        raise ValueError(f"kind={kind!r}: choose {' or '.join(KINDS)}")
    tokens = keras.Input((), dtype="int32", name="tokens")
    vectors = WordMap(vocab_size, embed_dim, languages, kind, name="vectors")(tokens)
    return keras.Model({"tokens": tokens}, {"vectors": vectors}, name="word_map")


def centred(vectors):
    """(n, features) -> unit vectors whose mean is taken off, made unit vectors again."""
    vectors = _unit(np.asarray(vectors, "float64"))
    return _unit(vectors - vectors.mean(0)).astype("float32")


def fitted(x, y, kind):
    """The map M (features, features) with x M near to y, both (n, features)."""
    if kind == "linear":
        return np.linalg.lstsq(x, y, rcond=None)[0]
    u, _, v = np.linalg.svd(x.T @ y)
    return u @ v


def _unit(vectors):
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)


def _same(shape, dtype=None):
    return tf.eye(shape[-1], batch_shape=shape[:1], dtype=dtype)
