"""What word vectors are served as: analogies, neighbours, vectors.

Signatures of any table of words and vectors:

    serving_default  a, b, c -> words, scores, known, closest
    neighbors        word -> words, scores, known, closest
    embed            word -> vector, known
    vocabulary       rank -> word

`serving_default` finds the `ANSWERS` words nearest, by cosine, to a - b + c of their unit vectors:
biggest - big + small, Paris - France + Italy.  The words asked are never the answer.  A word is
read in lower case and without accents.  Where one is unknown, the answers are empty, `known` says
which, and `closest` gives known words of the fewest letters changed, the more frequent first.

The vectors are kept as unit vectors in 8 bits with a scale each, a quarter of float32: cosines
change by about 0.001.
"""

import unicodedata

import numpy as np
import tensorflow as tf

from zoo.image import checked

ANSWERS = 10
SPELLINGS = 5
LONGEST = 40  # letters of a word that are compared
ROWS = 512  # questions in one call


class Lexicon:
    """Words, the most frequent first, as TensorFlow ops on strings.

    plain: (…) strings -> the spelling that is looked up.
    """

    def __init__(self, words, plain=None):
        self.words, self.plain = list(words), plain or _plain
        hashes = _hash(self.words).numpy()
        if len(set(hashes)) != len(hashes):
            raise ValueError("a word stands twice, or two have the same 62-bit hash: leave one out")
        order = np.argsort(hashes).astype("int32")
        # A constant would be written into the graph once for each place that reads it.
        self._order = tf.Variable(order, trainable=False, name="order")
        self._hashes = tf.Variable(hashes[order], trainable=False, name="hashes")
        self._names = tf.Variable(self.words, trainable=False, name="words")

    def find(self, words):
        """(…) strings -> their numbers, int32, and whether they are known; 0 where not."""
        hashes, asked = self._hashes.read_value(), _hash(self.plain(words))
        place = tf.searchsorted(hashes, tf.reshape(asked, [-1]))
        place = tf.reshape(tf.minimum(place, len(self.words) - 1), tf.shape(words))
        known = tf.gather(hashes, place) == asked
        return tf.where(known, tf.gather(self._order, place), 0), known

    def names(self, numbers):
        """(…) int32 -> the words; "" for a number that none has."""
        inside = (numbers >= 0) & (numbers < len(self.words))
        return tf.where(inside, tf.gather(self._names, tf.where(inside, numbers, 0)), "")

    def closest(self, words, known):
        """(n, width) strings -> (n, width, SPELLINGS): known words spelt like the unknown ones."""
        flat = tf.reshape(tf.where(known, "", self.plain(words)), [-1])
        none = tf.fill((SPELLINGS,), "")
        found = tf.map_fn(
            lambda word: tf.cond(word == "", lambda: none, lambda: self._spelt_like(word)), flat
        )
        return tf.reshape(found, tf.concat([tf.shape(words), [SPELLINGS]], 0))

    def _spelt_like(self, word):
        size = len(self.words)
        letters = tf.strings.bytes_split(tf.strings.substr(word, 0, LONGEST))
        asked = tf.RaggedTensor.from_uniform_row_length(
            tf.tile(letters, [size]), tf.cast(tf.size(letters), tf.int64), nrows=size
        )
        there = tf.strings.bytes_split(self._names.read_value()).to_sparse()
        steps = tf.edit_distance(asked.to_sparse(), there, normalize=False)
        cost = tf.cast(steps, tf.float64) + tf.range(size, dtype=tf.float64) / size
        best = tf.math.top_k(-cost, min(SPELLINGS, size)).indices
        return tf.pad(self.names(best), [[0, SPELLINGS - min(SPELLINGS, size)]])


class Space:
    """A lexicon, or its words, and the vector of each, (n, features)."""

    def __init__(self, words, vectors):
        lexicon = words if isinstance(words, Lexicon) else None
        words = lexicon.words if lexicon else words
        vectors = np.asarray(vectors, "float32")
        if vectors.ndim != 2 or len(vectors) != len(words) or not len(words):
            raise ValueError(
                f"expected a vector for each of {len(words)} words, got an array of shape "
                f"{vectors.shape}"
            )
        if not np.isfinite(vectors).all():
            raise ValueError("a vector holds a number that is not finite")
        self.lexicon = lexicon or Lexicon(words)
        largest = np.maximum(np.abs(vectors).max(1, keepdims=True), 1e-30)
        whole = np.rint(vectors / largest * 127)
        length = np.maximum(np.linalg.norm(whole, axis=1), 1e-9)
        self.features = vectors.shape[1]
        self.table = tf.Variable(whole.astype("int8"), trainable=False, name="vectors")
        self.scale = tf.Variable((1 / length).astype("float32"), trainable=False, name="scale")
        size = np.linalg.norm(vectors, axis=1).astype("float32")
        self.length = tf.Variable(size, trainable=False, name="length")

    def unit(self, numbers):
        """(…) int32 -> (…, features) unit vectors."""
        rows = tf.cast(tf.gather(self.table, numbers), tf.float32)
        return rows * tf.gather(self.scale, numbers)[..., None]

    def nearest(self, direction, asked):
        """(n, features), and (n, width) numbers never to be given -> words, cosines (n, ANSWERS).

        Rows of fewer answers, for a small vocabulary, end with "" and 0.
        """
        direction = tf.math.l2_normalize(direction, -1)
        cosine = tf.matmul(direction, tf.cast(self.table, tf.float32), transpose_b=True)
        cosine = cosine * self.scale
        rows = tf.broadcast_to(tf.range(tf.shape(asked)[0])[:, None], tf.shape(asked))
        places = tf.reshape(tf.stack([rows, asked], -1), (-1, 2))
        never = tf.fill(tf.shape(places)[:1], -2.0)
        cosine = tf.tensor_scatter_nd_update(cosine, places, never)
        count = min(ANSWERS, len(self.lexicon.words))
        scores, best = tf.math.top_k(cosine, count)
        best = tf.where(scores > -1.5, best, -1)
        pad = [[0, 0], [0, ANSWERS - count]]
        return tf.pad(self.lexicon.names(best), pad), tf.pad(tf.maximum(scores, -1.0), pad)

    def answer(self, words, signs):
        """(n, width) strings and the sign of each -> what `serving_default` gives."""
        rows = tf.shape(words)[0]
        message = f"expected at most {ROWS} questions in a call, got {{}}: send fewer at a time"
        words = checked(words, rows <= ROWS, message, (rows,))
        numbers, known = self.lexicon.find(words)
        direction = tf.reduce_sum(self.unit(numbers) * tf.constant(signs)[:, None], 1)
        found, scores = self.nearest(direction, numbers)
        all_known = tf.reduce_all(known, 1, keepdims=True)
        return {
            "words": tf.where(all_known & (found != ""), found, ""),
            "scores": tf.where(all_known & (found != ""), scores, 0.0),
            "known": known,
            "closest": self.lexicon.closest(words, known),
        }


def signatures(words, vectors):
    """The served functions of words, the most frequent first, and their vectors (n, features)."""
    space = Space(words, vectors)

    def spec(name, dtype=tf.string):
        return tf.TensorSpec((None,), dtype, name)

    @tf.function(input_signature=[spec("a"), spec("b"), spec("c")])
    def serving_default(a, b, c):
        sizes = tf.shape(a)[0], tf.shape(b)[0], tf.shape(c)[0]
        same = (sizes[0] == sizes[1]) & (sizes[1] == sizes[2])
        message = "a, b, c: expected as many words in each, got {}, {} and {}"
        a = checked(a, same, message, sizes)
        return space.answer(tf.stack([a, b, c], 1), (1.0, -1.0, 1.0))

    @tf.function(input_signature=[spec("word")])
    def neighbors(word):
        answer = space.answer(word[:, None], (1.0,))
        return {**answer, "known": answer["known"][:, 0], "closest": answer["closest"][:, 0]}

    @tf.function(input_signature=[spec("word")])
    def embed(word):
        numbers, known = space.lexicon.find(word)
        length = tf.where(known, tf.gather(space.length, numbers), 0.0)
        return {"vector": space.unit(numbers) * length[:, None], "known": known}

    @tf.function(input_signature=[spec("rank", tf.int32)])
    def vocabulary(rank):
        return {"word": space.lexicon.names(rank)}

    return {
        "serving_default": serving_default,
        "neighbors": neighbors,
        "embed": embed,
        "vocabulary": vocabulary,
    }


def warmup(signatures=None):
    """A question for each signature, its words known or not."""
    a, b, c = (np.array([word.encode()]) for word in ("king", "man", "woman"))
    return [
        ("serving_default", {"a": a, "b": b, "c": c}),
        ("neighbors", {"word": a}),
        ("embed", {"word": a}),
        ("vocabulary", {"rank": np.int32([0])}),
    ]


def _hash(words):
    return tf.strings.to_hash_bucket_fast(words, 2**62)


def _plain(words):
    """(…) UTF-8 strings, lower-cased, without accents and the white space around."""
    flat = tf.strings.strip(tf.reshape(words, [-1]))
    letters = tf.strings.unicode_decode(flat, "UTF-8")
    codes = letters.flat_values
    base = tf.gather(_PLAIN, tf.minimum(codes, len(_PLAIN) - 1))
    letters = letters.with_flat_values(tf.where(codes < len(_PLAIN), base, codes))
    return tf.reshape(tf.strings.unicode_encode(letters, "UTF-8"), tf.shape(words))


def _plain_code(code):
    plain = unicodedata.normalize("NFKD", chr(code).lower())[:1]
    return ord(plain) if plain.isascii() else code


_PLAIN = np.array([_plain_code(code) for code in range(0x1F00)], "int32")
