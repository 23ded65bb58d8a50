"""Writing token by token, inside the graph: `step(tokens, state) -> logits, state`.

    p(i) ~ exp(logits[i] / temperature), over the top_k likeliest i

The random numbers are SplitMix64 of (seed, position), in whole-number arithmetic: the same
everywhere.  So a row's text depends on its own seed and logits alone, not on the rows beside it or
the server; a processor of another kind may round logits otherwise, and then draw another letter.

Reference: Steele, Lea & Flood (2014), Fast Splittable Pseudorandom Number Generators, OOPSLA.
"""

import tensorflow as tf

GOLDEN = 0x9E3779B97F4A7C15
COLDEST = 1e-4  # a temperature of zero is this: the likeliest token


def uniform(seed, position):
    """int64 seeds and positions that broadcast -> float32 in (0, 1), the same everywhere."""
    golden = tf.constant(GOLDEN, tf.uint64)
    start = _mix(tf.bitcast(seed, tf.uint64) + golden)
    numbers = _mix(start + tf.bitcast(position, tf.uint64) * golden)
    bits = tf.bitwise.right_shift(numbers, tf.constant(41, tf.uint64))  # 23 are left
    return (tf.cast(tf.bitcast(bits, tf.int64), tf.float32) + 0.5) / 2.0**23


def _mix(z):
    """The finalizer of SplitMix64."""
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB), (31, 1)):
        z = tf.bitwise.bitwise_xor(z, tf.bitwise.right_shift(z, tf.constant(shift, tf.uint64)))
        z *= tf.constant(factor, tf.uint64)
    return z


def draw(logits, u, temperature, top_k):
    """(batch, vocab) logits -> (batch,) int32: where u falls in the cumulative distribution.

    u, temperature, top_k: (batch,); top_k of 0 allows every token.
    """
    size = logits.shape[-1]
    logits, order = tf.math.top_k(logits, size)
    top_k = tf.where(top_k > 0, top_k, size)
    logits = tf.where(tf.range(size) < top_k[:, None], logits, -float("inf"))
    p = tf.nn.softmax(logits / tf.maximum(temperature, COLDEST)[:, None])
    rank = tf.reduce_sum(tf.cast(tf.cumsum(p, axis=-1) < u[:, None], tf.int32), -1)
    # the sum can end just below 1, and u lie above it
    rank = tf.minimum(rank, tf.reduce_sum(tf.cast(p > 0, tf.int32), -1) - 1)
    return tf.gather(order, rank, batch_dims=1)


def sample(step, token, state, length, temperature, top_k, seed, position):
    """Go on from `token`, the last one read, and the `state` before it was read.

    step: (batch, 1) int32 tokens and the state -> (batch, 1, vocab) logits and the next state.
    length: (batch,) tokens to write; temperature, top_k, seed: (batch,), see `draw`.
    position: (batch,) int64, how many tokens were drawn with this seed before.
    Gives (batch, longest) tokens, -1 after a row's end; the last token; the last state.
    """
    longest = tf.maximum(tf.reduce_max(length), 1)  # an array of no tokens has no shape
    u = uniform(seed[:, None], position[:, None] + tf.range(tf.cast(longest, tf.int64)))

    def body(t, token, state, written):
        goes_on = t < length
        logits, after = step(token[:, None], state)
        drawn = draw(logits[:, 0], u[:, t], temperature, top_k)
        written = written.write(t, tf.where(goes_on, drawn, -1))
        return t + 1, tf.where(goes_on, drawn, token), keep(goes_on, after, state), written

    written = tf.TensorArray(tf.int32, longest, element_shape=(None,))
    start = (0, token, state, written)
    _, token, state, written = tf.while_loop(lambda t, *_: t < longest, body, start)
    return tf.transpose(written.stack()), token, state


def read(step, tokens, lengths, state):
    """Read rows (batch, time) of which the first `lengths` count, at least one of each row.

    Gives each row's last token and the state before it: what `sample` goes on from.
    """

    def body(t, state):
        _, after = step(tokens[:, t, None], state)
        return t + 1, keep(t < lengths - 1, after, state)

    _, state = tf.while_loop(lambda t, _: t < tf.reduce_max(lengths) - 1, body, (0, state))
    return tf.gather(tokens, lengths - 1, batch_dims=1), state


def keep(rows, new, old):
    """`new` in the rows where the condition `rows` (batch,) holds, `old` in the others."""
    return tf.where(tf.reshape(rows, (-1,) + (1,) * (new.shape.rank - 1)), new, old)
