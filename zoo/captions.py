"""Words of captions: lower case, letters and digits only, as numbers.

PAD 0, START 1, END 2, UNKNOWN 3, then the words, the most frequent first
"""

import re

import numpy as np
import tensorflow as tf

from zoo.words import Lexicon

SPECIAL = ("<pad>", "<start>", "<end>", "<unknown>")
PAD, START, END, UNKNOWN = range(4)


def plain(text):
    """The words of a caption (str): lower case, what is neither letter nor digit left out."""
    return re.sub(r"[^a-z0-9 ]", "", text.lower().replace("-", " ")).split()


class Words:
    """A vocabulary; `words` begin with SPECIAL."""

    def __init__(self, words):
        if tuple(words[:4]) != SPECIAL or len(set(words)) != len(words):
            raise ValueError(f"words: expected different ones that begin with {SPECIAL}")
        self.words = list(words)
        self._number = {word: i for i, word in enumerate(words)}
        self._lexicon = None

    @classmethod
    def of(cls, counts, min_count):
        """The words that stand `min_count` times or more in a Counter."""
        kept = [word for word, n in counts.items() if n >= min_count]
        return cls([*SPECIAL, *sorted(kept, key=lambda word: (-counts[word], word))])

    def __len__(self):
        return len(self.words)

    def numbers(self, caption, longest):
        """A caption (str) -> (longest + 1,) int32: START, its words, END, PAD; cut to fit."""
        found = [self._number.get(word, UNKNOWN) for word in plain(caption)][: longest - 1]
        row = np.zeros(longest + 1, "int32")
        row[: len(found) + 2] = [START, *found, END]
        return row

    def read(self, sentences, longest):
        """`numbers` inside the graph, and the words themselves.

        (n,) strings -> (n, time + 2) int32, as long as the longest; (n, time) strings, "" after
        the last word.  Of a sentence the first `longest` words are read.
        """
        if self._lexicon is None:
            with tf.init_scope():  # it holds a variable, which no graph may make
                self._lexicon = Lexicon(self.words)
        plain = tf.strings.regex_replace(tf.strings.lower(sentences), r"[-\s]", " ")
        parts = tf.strings.split(tf.strings.regex_replace(plain, "[^a-z0-9 ]", ""))[:, :longest]
        number, known = self._lexicon.find(parts.flat_values)
        found = parts.with_flat_values(tf.where(known, number, UNKNOWN))
        start = tf.fill((tf.shape(sentences)[0], 1), START)
        numbers = tf.concat([start, found, tf.zeros_like(start) + END], 1)
        return numbers.to_tensor(), parts.to_tensor()

    def text(self, numbers):
        """(…, time) int32 -> (…,) strings of the words before END."""
        shown = tf.constant(["", "", "", "?", *self.words[4:]])
        joined = tf.strings.reduce_join(tf.gather(shown, numbers), axis=-1, separator=" ")
        return tf.strings.strip(joined)
