"""Rows of words that follow one another, for CBOW and skip-gram.

Words are numbered by how often they stand, from 0; what stands less than `min_count` times is
left out, as is in each epoch a word of share f with probability 1 - sqrt(sample / f), so that
"the" does not fill every window (Mikolov, Sutskever et al. 2013).  What is left is cut into rows
of `row` words; the rows of a stretch of two million words come in random order.  Rows run over
the ends of sentences and articles, and windows end at a row's ends.

Each position's window reaches 1 to `window` words to both sides, at random, as in word2vec: near
words count more.  Words to be told from the right one are drawn by count^0.75, `drawn` for as
many positions as a row has.  The last words of the text, 1 % or 100,000, are for validation.
"""

import mmap

import numpy as np
import tensorflow as tf

from train.data.huffman import huffman
from train.data.pipeline import Data
from train.data.questions import questions, validation
from train.data.wordfiles import GAP, numbered
from zoo.layers.foretell import LOSSES

CHUNK = 1 << 21
HELD_OUT = 100_000
AT_ONCE = 16
CELLS = 1 << 22  # of the table that words are drawn from: of 16 MB
POWER = 0.75


def word_rows(
    batch_size,
    seed,
    text="simplewiki",
    loss="negative_sampling",
    window=5,
    row=64,
    drawn=32,
    sample=1e-4,
    min_count=5,
    max_vocab=100_000,
    lines=False,
):
    """A text as `pipeline.Data`: {"tokens", "reach", …} (batch, row) -> {"nats": zeros}.

    text, lines: see `train.data.wordfiles`; loss: one of `zoo.layers.foretell.LOSSES`; sample: 0
    keeps every word; max_vocab: how many different words are kept, at most.
    Raises OSError when the text can't be had, ValueError when it is too short or a setting is off.
    """
    _check(loss, window, row, drawn)
    ids, words, counts = numbered(text, lines)
    order = np.argsort(-counts, kind="stable")[:max_vocab]
    order = order[counts[order] >= min_count]
    if len(order) < 2:
        raise ValueError(
            f"text={text}: {len(order)} words stand {min_count} times or more: give a longer text, "
            "or a smaller min_count"
        )
    rows = Rows(ids, order, counts, seed, row, window, drawn if loss == LOSSES[1] else 0, sample)
    if lines:
        rows.leave(words.index(GAP))
    ways = huffman(counts[order]) if loss == LOSSES[2] else None
    batches = _Batches(rows, ways, batch_size)
    steps = rows.count() // batch_size
    at_once = max(min(AT_ONCE, steps // 8), 1)
    steps -= steps % at_once
    held_out = rows.held_out()
    few = min(batch_size, len(held_out["tokens"]))
    if not steps or not few:
        raise ValueError(
            f"text={text}: {len(ids):,} words give less than one batch of {batch_size} rows of "
            f"{row} words: give a longer text, or a smaller batch_size or row"
        )
    return Data(
        lambda start: batches.epochs(start, steps),
        steps,
        batches.once(held_out, few),
        questions,
        sizes={"vocab_size": len(order), "window": window, "loss": loss},
        assets={"words": [words[i] for i in order]},
        held_out=validation,
        unit="words",
        amount=len(rows.ids),
        at_once=at_once,
    )


def _check(loss, window, row, drawn):
    if loss not in LOSSES:
        raise ValueError(f"loss={loss!r}: choose {', '.join(LOSSES)}")
    if not 1 <= window < row:
        raise ValueError(f"window={window}: expected 1 to less than a row's {row} words")
    if drawn < 1:
        raise ValueError(f"drawn={drawn}: expected 1 word or more for each row")


class Rows:
    """The numbers of a text as rows, the same for the same seed and epoch.

    ids: (n,) the text; order: those that count, the most frequent first; counts: of each.
    """

    def __init__(self, ids, order, counts, seed, row, window, drawn, sample):
        edge = len(ids) - min(len(ids) // 100, HELD_OUT)
        self.ids, self.last = ids[:edge], ids[edge:]
        self.counts, self.total, self.gap = counts, len(ids), None
        self.rank = np.zeros(len(counts), "int32")
        self.rank[order] = np.arange(len(order))
        kept = counts[order].astype("float64")
        share = kept / kept.sum()
        self.keep = np.zeros(len(counts), "float32")
        self.keep[order] = np.minimum(1, np.sqrt(sample / share)) if sample else 1
        # how many stay in an epoch, as a mean over draws
        self.expected = float(kept @ self.keep[order]) * edge / len(ids)
        noise = np.cumsum(kept**POWER)
        cells = (np.arange(CELLS) + 0.5) / CELLS
        self.noise = np.searchsorted(noise / noise[-1], cells).astype("int32")
        self.seed, self.row, self.window, self.drawn = seed, row, window, drawn

    def leave(self, gap):
        """Make the word of number `gap` a place between sentences where no word is.

        It is never thinned nor drawn, foretells nothing and, by skip-gram, is not foretold.
        """
        self.gap = self.rank[gap]
        self.expected += float(self.counts[gap] * (1 - self.keep[gap])) * len(self.ids) / self.total
        self.keep[gap] = 1
        others = self.noise[self.noise != self.rank[gap]]
        self.noise = others[np.arange(CELLS) * len(others) // CELLS]

    def count(self):
        """Rows of one epoch: those that are there in all but one epoch of thousands."""
        return max(int(self.expected - 4 * self.expected**0.5) // self.row, 0)

    def epoch(self, number):
        """Yield dicts of arrays: the rows of one stretch of text after the other."""
        left = np.zeros(0, "int32")
        for start in range(0, len(self.ids), CHUNK):
            rng = np.random.default_rng((self.seed, number, start))
            kept = self._thinned(self.ids[start : start + CHUNK], rng)
            _forget(self.ids)
            left = np.concatenate([left, kept])
            tokens, left = self._cut(left)
            yield self._with_draws(tokens[rng.permutation(len(tokens))], rng)

    def held_out(self):
        """The rows for validation."""
        rng = np.random.default_rng((self.seed, 2**31))
        return self._with_draws(self._cut(self._thinned(self.last, rng))[0], rng)

    def _thinned(self, ids, rng):
        return self.rank[ids[rng.random(len(ids), "float32") < self.keep[ids]]]

    def _cut(self, tokens):
        whole = len(tokens) // self.row * self.row
        return tokens[:whole].reshape(-1, self.row), tokens[whole:]

    def _with_draws(self, tokens, rng):
        rows = {"tokens": tokens}
        rows["reach"] = rng.integers(1, self.window + 1, tokens.shape, "int32")
        if self.gap is not None:
            rows["reach"][tokens == self.gap] = -1
        if self.drawn:
            draws = rng.integers(0, CELLS, (len(tokens), self.drawn), "int32")
            rows["drawn"] = self.noise[draws]
        return rows


def _forget(ids):
    """Let go of what was read of numbers mapped from disk, lest the whole text be in memory."""
    if isinstance(ids, np.memmap):
        ids._mmap.madvise(mmap.MADV_DONTNEED)


class _Batches:
    """Rows as tf.data; ways: what `huffman` gave, for the hierarchical softmax."""

    def __init__(self, rows, ways, size):
        self.rows, self.ways, self.size = rows, ways, size
        self.widths = {"tokens": rows.row, "reach": rows.row}
        if rows.drawn:
            self.widths["drawn"] = rows.drawn

    def epochs(self, start, steps):
        """Endless batches from epoch `start` on."""
        one = {
            name: tf.TensorSpec((None, self.size, width), tf.int32)
            for name, width in self.widths.items()
        }
        # many batches a time, for each call of Python costs as much as a tenth of a step
        many = tf.data.Dataset.from_generator(lambda: self._run(start, steps), output_signature=one)
        raw = many.prefetch(1).flat_map(tf.data.Dataset.from_tensor_slices)
        return raw.map(self._finished).prefetch(2 * AT_ONCE)

    def once(self, rows, size):
        """Finite batches of given rows."""
        return tf.data.Dataset.from_tensor_slices(rows).batch(size).map(self._finished)

    def _run(self, epoch, steps):
        while True:
            given, left = self._all(epoch), steps
            while left:
                some = next(given)
                some = {name: value[:left] for name, value in some.items()}
                left -= len(some["tokens"])
                yield some
            epoch += 1

    def _all(self, epoch):
        """Batches of one epoch, (n, size, …) at a time; it begins again should words be too few."""
        left = None
        while True:
            for rows in self.rows.epoch(epoch):
                if left is not None:
                    rows = {name: np.concatenate([left[name], rows[name]]) for name in rows}
                whole = len(rows["tokens"]) // self.size * self.size
                shape = (-1, self.size)
                yield {n: v[:whole].reshape(*shape, v.shape[1]) for n, v in rows.items()}
                left = {name: value[whole:] for name, value in rows.items()}

    def _finished(self, inputs):
        tokens = inputs["tokens"]
        if self.ways is not None:
            nodes, turns = (tf.constant(way) for way in self.ways)
            inputs = {
                **inputs,
                "nodes": tf.gather(nodes, tokens),
                "turns": tf.gather(turns, tokens),
            }
        return inputs, {"nats": tf.zeros_like(tokens, tf.float32)}
