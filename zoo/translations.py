"""What vectors of several languages in one space are served as.

    serving_default  word, language, to -> words, scores, known, closest
    embed            word, language -> vector, known
    vocabulary       rank, language -> word

`serving_default` gives the `ANSWERS` words of the language `to` nearest to a word of `language`;
with `to` the same language, its neighbours.  A word is read in lower case, accents count.  Scores
are cosines, but the order is that of

    CSLS(x, y) = 2 cos(x, y) - r(x) - r(y)        r: mean cosine with the 10 nearest of the other

so that a word that lies near to everything (a hub) is not everybody's translation; r(x) is the same
for all answers and left out.

Reference: Conneau, Lample, Ranzato, Denoyer & Jégou (2018), Word Translation Without Parallel Data,
ICLR.
"""

import numpy as np
import tensorflow as tf

from zoo.image import checked
from zoo.words import ANSWERS, ROWS, Lexicon, Space

NEAREST = 10
MARK = ":"  # a word is kept as "de:haus"


class Translations:
    """Words of each language, {"en": ["the", …], …}, and their unit vectors in that order."""

    def __init__(self, words, vectors):
        self.languages = list(words)
        self.names = tf.constant(self.languages)
        marked = [f"{name}{MARK}{word}" for name, each in words.items() for word in each]
        self.space = Space(Lexicon(marked, _lower), vectors)
        sizes = [len(each) for each in words.values()]
        self.starts = tf.constant(np.cumsum([0, *sizes]), tf.int32)
        self.of = tf.constant(np.repeat(np.arange(len(sizes)), sizes), tf.int32)
        parts = np.split(np.asarray(vectors, "float32"), np.cumsum(sizes)[:-1])
        self.hub = tf.constant(np.concatenate([hubness(part, parts) for part in parts], 1))

    def number(self, language):
        """(n,) names -> (n,) places among the languages."""
        same = language[:, None] == self.names
        known = ", ".join(self.languages)
        message = f"language and to: expected one of {known}"
        language = checked(language, tf.reduce_all(tf.reduce_any(same, 1)), message, ())
        return tf.argmax(tf.cast(language[:, None] == self.names, tf.int32), 1, tf.int32)

    def find(self, word, language):
        return self.space.lexicon.find(tf.strings.join([language, tf.strings.strip(word)], MARK))

    def answer(self, word, language, to):
        rows = tf.shape(word)[0]
        same = (tf.shape(language)[0] == rows) & (tf.shape(to)[0] == rows) & (rows <= ROWS)
        message = f"expected as many of word, language and to, {ROWS} at most, got {{}}, {{}}, {{}}"
        word = checked(word, same, message, (rows, tf.shape(language)[0], tf.shape(to)[0]))
        source, target = self.number(language), self.number(to)
        place, known = self.find(word, language)
        cosine = tf.matmul(self.space.unit(place), self._all(), transpose_b=True)
        order = 2 * cosine - tf.gather(self.hub, source)
        there = (self.of == target[:, None]) & (tf.range(len(self.of)) != place[:, None])
        none = tf.zeros((rows, ANSWERS), tf.bool)  # so that there are ten, of few words too
        there = tf.concat([there & known[:, None], none], 1)
        cosine, order = (tf.pad(each, [[0, 0], [0, ANSWERS]]) for each in (cosine, order))
        _, best = tf.math.top_k(tf.where(there, order, -9.0), ANSWERS)
        there = tf.gather(there, best, batch_dims=1)
        words = tf.where(there, self.plain(best), "")
        scores = tf.where(there, tf.gather(cosine, best, batch_dims=1), 0.0)
        marked = tf.strings.join([language, word], MARK)[:, None]
        closest = _unmarked(self.space.lexicon.closest(marked, known[:, None])[:, 0])
        return {"words": words, "scores": scores, "known": known, "closest": closest}

    def _all(self):
        return tf.cast(self.space.table, tf.float32) * self.space.scale[:, None]

    def plain(self, numbers):
        return _unmarked(self.space.lexicon.names(numbers))


def hubness(rows, parts):
    """Unit vectors (n, features) -> (languages, n): mean cosine with the nearest of each part."""
    found = []
    for part in parts:
        nearest = -np.partition(-(rows @ part.T), min(NEAREST, len(part)) - 1, 1)[:, :NEAREST]
        found.append(nearest.mean(1))
    return np.stack(found)


def signatures(words, vectors):
    """The served functions; words: by language; vectors: of all of them, (n, features)."""
    served = Translations(words, vectors)

    def spec(name, dtype=tf.string):
        return tf.TensorSpec((None,), dtype, name)

    @tf.function(input_signature=[spec("word"), spec("language"), spec("to")])
    def serving_default(word, language, to):
        return served.answer(word, language, to)

    @tf.function(input_signature=[spec("word"), spec("language")])
    def embed(word, language):
        served.number(language)
        numbers, known = served.find(word, language)
        vector = served.space.unit(numbers) * tf.cast(known, tf.float32)[:, None]
        return {"vector": vector, "known": known}

    @tf.function(input_signature=[spec("rank", tf.int32), spec("language")])
    def vocabulary(rank, language):
        which = served.number(language)
        place = tf.gather(served.starts, which) + rank
        inside = (rank >= 0) & (place < tf.gather(served.starts, which + 1))
        return {"word": served.plain(tf.where(inside, place, -1))}

    return {"serving_default": serving_default, "embed": embed, "vocabulary": vocabulary}


def warmup(signatures=None):
    """A question for each signature."""
    word, language, to = (np.array([text.encode()]) for text in ("dog", "en", "de"))
    return [
        ("serving_default", {"word": word, "language": language, "to": to}),
        ("embed", {"word": word, "language": language}),
        ("vocabulary", {"rank": np.int32([0]), "language": language}),
    ]


def _lower(words):
    return tf.strings.lower(tf.strings.strip(words), encoding="utf-8")


def _unmarked(names):
    return tf.strings.regex_replace(names, f"^[^{MARK}]*{MARK}", "")
