"""n-grams: how often has this token followed these n - 1 tokens?

    p(w | h) = weight(h) p(w | h without its first token) + extra(h, w)        p(w | -) = 1/V

smoothing="add_k" looks at the longest context alone (N counts how often):

    extra(h, w) = N(h w) / (N(h) + k V)        weight(h) = k V / (N(h) + k V), of 1/V

smoothing="kneser_ney" takes D off each count and gives it to the shorter contexts, in which a
token counts as often as there are different tokens before it, not as often as it stands:

    extra(h, w) = (N(h w) - D) / N(h)          weight(h) = D (different tokens after h) / N(h)

The weights are counted by `adapt`, not trained.  D = n1 / (n1 + 2 n2), where n1 and n2 say how
many n-grams are seen once and twice (Ney, Essen & Kneser 1994).

Reference: Kneser & Ney (1995), Improved Backing-off for M-gram Language Modeling, ICASSP, in
the interpolated form of Chen & Goodman (1998); n-grams of words are Shannon's (1948).
"""

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from zoo.layers.context import Context
from zoo.registry import register

SMOOTHINGS = ("kneser_ney", "add_k")
NONE = 2**62  # as a context's code: stands behind all that exist


@keras.saving.register_keras_serializable(package="zoo")
class NGram(layers.Layer):
    """(batch, time, order - 1) tokens, the newest last -> (batch, time, vocab) log p, float32.

    What is counted lies sorted by context: `keys`, the contexts' codes; `weight` of each;
    `starts`, where its part of `token` and `extra` begins.

    contexts, entries: how many of both there is room for; `tally` says how many a text has.
    """

    def __init__(self, vocab_size, contexts, entries, smoothing="kneser_ney", k=0.01, **kwargs):
        super().__init__(**{**kwargs, "dtype": "float32"})
        self.vocab_size, self.contexts, self.entries = vocab_size, contexts, entries
        self.smoothing, self.k = smoothing, k

    def build(self, input_shape):
        def counted(name, size, dtype, value=0):
            constant = keras.initializers.Constant(value)
            return self.add_weight(
                (size,), constant, dtype=dtype, trainable=False, autocast=False, name=name
            )

        self.keys = counted("keys", self.contexts, "int64", NONE)
        self.starts = counted("starts", self.contexts + 1, "int32")
        self.weight = counted("weight", self.contexts, "float32")
        self.token = counted("token", self.entries, "int32")
        self.extra = counted("extra", self.entries, "float32")
        self.order = input_shape[-1] + 1
        _check_codes(self.vocab_size, self.order)

    def adapt(self, ids):
        """Count the text `ids`, a one-dimensional array of tokens."""
        found = tally(ids, self.order, self.vocab_size, self.smoothing, self.k)
        contexts, entries = len(found["keys"]), len(found["token"])
        if contexts > self.contexts or entries > self.entries:
            raise ValueError(
                f"the text has {contexts} contexts and {entries} n-grams, more than there is "
                f"room for: build with contexts={contexts}, entries={entries}"
            )
        for name, values in found.items():
            weight = getattr(self, name)
            rest = np.full(weight.shape[0] - len(values), NONE if name == "keys" else 0)
            weight.assign(np.concatenate([values, rest]).astype(weight.dtype))

    def call(self, contexts):
        flat = tf.cast(tf.reshape(contexts, (-1, contexts.shape[-1])), tf.int64)
        # without a context it's the same for all, and all tokens may follow
        p = self._longer(
            tf.fill((1, self.vocab_size), 1 / self.vocab_size), tf.zeros((1,), tf.int64)
        )
        p = tf.repeat(p, tf.shape(flat)[0], axis=0)
        for code in codes(flat, self.vocab_size)[1:]:
            p = self._longer(p, code)
        shape = tf.concat([tf.shape(contexts)[:-1], [self.vocab_size]], 0)
        return tf.ensure_shape(
            tf.reshape(tf.math.log(p), shape), (*contexts.shape[:-1], self.vocab_size)
        )

    def _longer(self, p, code):
        """p of the contexts one token shorter -> p of those with this code."""
        place = tf.minimum(tf.searchsorted(self.keys.value, code), self.contexts - 1)
        seen = tf.gather(self.keys.value, place) == code
        weight = tf.where(seen, tf.gather(self.weight.value, place), 1.0)
        start = tf.gather(self.starts.value, place)
        end = tf.where(seen, tf.gather(self.starts.value, place + 1), start)
        entry = tf.ragged.range(start, end)
        where = tf.stack(
            [tf.cast(entry.value_rowids(), tf.int32), tf.gather(self.token.value, entry.values)], 1
        )
        extra = tf.gather(self.extra.value, entry.values)
        return tf.tensor_scatter_nd_add(p * weight[:, None], where, extra)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], self.vocab_size)

    def get_config(self):
        own = ("vocab_size", "contexts", "entries", "smoothing", "k")
        return {**super().get_config(), **{name: getattr(self, name) for name in own}}


@register
def ngram(vocab_size=66, order=4, smoothing="kneser_ney", k=0.01, contexts=100, entries=400):
    """`tokens`, `state` -> `logits` (log p), `state`: the last `order` - 1 tokens."""
    if smoothing not in SMOOTHINGS:
        raise ValueError(f"smoothing={smoothing!r}: choose {' or '.join(SMOOTHINGS)}")
    if order < 2:
        raise ValueError(f"order={order}: expected 2, which looks at one token, or more")
    tokens = keras.Input((None,), dtype="int32", name="tokens")
    state = keras.Input((order - 1,), dtype="float32", name="state")
    context, after = Context(order - 1, name="context")(tokens, state)
    counted = NGram(vocab_size, contexts, entries, smoothing, k, name="ngram")
    return keras.Model(
        {"tokens": tokens, "state": state},
        {"logits": counted(context), "state": after},
        name="ngram",
    )


def codes(contexts, vocab_size):
    """(…, width) int64 tokens -> a list: the codes of the last 0, 1, … `width` of them."""
    code = 0 * contexts[..., 0]
    found = [code]
    for i in range(contexts.shape[-1]):
        code = code + (contexts[..., -1 - i] + 1) * (vocab_size + 1) ** i
        found.append(code)
    return found


def tally(ids, order, vocab_size, smoothing="kneser_ney", k=0.01):
    """Count a text: the arrays that `NGram.adapt` keeps, as a dict.

    Before the text stand unknown tokens, number 0.
    """
    _check_codes(vocab_size, order)
    ids = np.asarray(ids, "int64")
    padded = np.concatenate([np.zeros(order - 1, "int64"), ids])
    contexts = np.lib.stride_tricks.sliding_window_view(padded[:-1], order - 1)
    code = codes(contexts, vocab_size)[-1]
    code, token, count = _distinct(code, ids, vocab_size)
    if smoothing == "add_k":
        return _arrays([_add_k(code, token, count, k, vocab_size)])
    levels = [_kneser_ney(code, token, count)]
    for width in range(order - 2, -1, -1):
        # each n-gram once: what is counted now is how many different tokens come before
        code, token, count = _distinct(code % (vocab_size + 1) ** width, token, vocab_size)
        levels.append(_kneser_ney(code, token, count))
    return _arrays(levels)


def _check_codes(vocab_size, order):
    if (vocab_size + 1) ** (order - 1) > NONE:
        raise ValueError(
            f"order={order} with {vocab_size} tokens: the contexts can't be told apart by 62 bits"
        )


def _distinct(code, token, vocab_size):
    """The different (code, token) pairs, sorted, and how often each stands."""
    if code.max() < NONE // vocab_size:  # both fit into one number, which is sorted much faster
        pairs, count = np.unique(code * vocab_size + token, return_counts=True)
        return *np.divmod(pairs, vocab_size), count
    order = np.lexsort((token, code))
    code, token = code[order], token[order]
    new = np.append(True, (np.diff(code) != 0) | (np.diff(token) != 0))
    places = np.flatnonzero(new)
    return code[places], token[places], np.diff(np.append(places, len(code)))


def _add_k(code, token, count, k, vocab_size):
    keys, starts, total = _contexts(code, count)
    total = total + k * vocab_size
    return keys, starts, k * vocab_size / total, token, count / np.repeat(total, np.diff(starts))


def _kneser_ney(code, token, count):
    keys, starts, total = _contexts(code, count)
    once, twice = np.sum(count == 1), np.sum(count == 2)
    discount = once / (once + 2 * twice) if once and twice else 0.5
    different = np.diff(starts)
    extra = (count - discount) / np.repeat(total, different)
    return keys, starts, discount * different / total, token, extra


def _contexts(code, count):
    """The different contexts, where the pairs of each begin, and the sum of their counts."""
    keys, starts = np.unique(code, return_index=True)
    return keys, np.append(starts, len(code)), np.add.reduceat(count, starts)


def _arrays(levels):
    """Contexts of all lengths together, sorted by their codes."""
    keys, starts, weight, token, extra = zip(*levels, strict=True)
    entries = [len(part) for part in token]
    offsets = np.cumsum([0, *entries[:-1]])
    begin = np.concatenate([s[:-1] + o for s, o in zip(starts, offsets, strict=True)])
    length = np.concatenate([np.diff(s) for s in starts])
    keys, weight = np.concatenate(keys), np.concatenate(weight)
    order = np.argsort(keys)
    starts = np.append(0, np.cumsum(length[order]))
    # where each sorted context's entries lie now
    moved = np.repeat(begin[order] - starts[:-1], length[order]) + np.arange(starts[-1])
    token, extra = np.concatenate(token)[moved], np.concatenate(extra)[moved]
    return {"keys": keys[order], "starts": starts, "weight": weight[order],
            "token": token, "extra": extra}  # fmt: skip
