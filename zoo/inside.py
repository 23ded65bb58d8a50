"""What goes on inside a language model as it reads: its hidden units, and what it expects.

    after the character or word x[t]:     a[u, t], the activation of hidden unit u
    before it:                            p(x[t] | what stands before), and the likeliest tokens

The hidden units of a network are the `units` of its recurrent layers, one layer after the
other: h, or tanh(c) in a layer that has a cell c (LSTM).  They are numbered from 0.

A unit that tells something to the eye is one that swings widely and slowly, inside and outside
of a quotation, say.  Units are ranked by how far one step's activation foretells the next, their
autocovariance at a lag of 1:

    mean(a[t] a[t-1]) - mean(a[t])^2

Reference: Karpathy, Johnson & Fei-Fei (2016), Visualizing and Understanding Recurrent Networks,
ICLR workshop; https://karpathy.github.io/2015/05/21/rnn-effectiveness/.
"""

import tensorflow as tf

from zoo.image import checked
from zoo.layers.recurrent import Recurrent
from zoo.text import split

LONGEST = 4_000  # tokens of one text
LIKELIEST = 8
TELLING = 16  # units named, at most


def hidden_units(model):
    """How many hidden units `model` has, and a function of its state (n, ...) -> (n, units).

    A network without recurrent layers has none.
    """
    layers = [layer for layer in model.layers if isinstance(layer, Recurrent)]

    def units(state):
        found, part = [tf.zeros((tf.shape(state)[0], 0))], 0
        for layer in layers:
            part += layer.parts
            last = state[:, part - 1]
            found.append(tf.tanh(last) if layer.parts > 1 else last)
        return tf.concat(found, 1)

    return sum(layer.units for layer in layers), units


def look(reader, texts, unit):
    """Read `texts`, (n,) strings, and watch hidden unit `unit`, (n,) int32, of each.

    reader: a `zoo.language.Reader`.  Gives a dict; rows are filled up to the longest text:

        tokens          (n, time) strings: the text in pieces, filled up with ""
        activation      (n, time): of the unit, after it has read the token
        nats            (n, time): -log p of the token
        likeliest       (n, time, 8) strings: what was expected in its place, likeliest first
        probabilities   (n, time, 8): of those
        units           (n,) int32: how many hidden units the network has
        telling         (n, 16 at most) int32: the units to look at, best first

    Without hidden units activation is zero and telling is empty.
    Raises InvalidArgumentError for a text of more than 4,000 tokens, and for a unit out of range.
    """
    count, units = hidden_units(reader.model)
    tokens, lengths = reader.encode(texts)
    longest = tf.reduce_max(lengths) - 1
    message = f"text: expected at most {LONGEST} tokens, got {{}}: send a part of it"
    tokens = checked(tokens, longest <= LONGEST, message, (longest,))
    message = f"unit: expected 0 to {max(count - 1, 0)}, got {{}}"
    unit = checked(unit, tf.reduce_all((unit >= 0) & (unit < max(count, 1))), message, (unit,))

    steps, sums = _read(reader, units, tokens, lengths, count, unit)
    there = tf.range(longest) < lengths[:, None] - 1
    nats, p, places, activation = (_by_row(step.stack()) for step in steps)
    expected = tf.gather(tf.constant(reader.vocabulary.tokens), places[:, :-1])
    return {
        "tokens": split(texts, reader.vocabulary.level).to_tensor(""),
        "activation": tf.where(there, activation[:, 1:], 0),
        "nats": tf.where(there, nats[:, :-1], 0),
        "likeliest": tf.where(there[..., None], expected, ""),
        "probabilities": tf.where(there[..., None], p[:, :-1], 0),
        "units": tf.fill(tf.shape(texts), count),
        "telling": _telling(*sums, lengths - 1, count),
    }


def _read(reader, units, tokens, lengths, count, unit):
    """Go through the tokens: TensorArrays over time, and the sums of a and of a[t] a[t-1]."""
    rows, time = tf.unstack(tf.shape(tokens))
    best = min(LIKELIEST, len(reader.vocabulary))
    shapes = (tf.float32, (None,)), (tf.float32, (None, best)), (tf.int32, (None, best))
    shapes += ((tf.float32, (None,)),)
    steps = tuple(tf.TensorArray(dtype, time, element_shape=shape) for dtype, shape in shapes)

    def body(t, state, before, total, product, steps):
        logits, state = reader.step(tokens[:, t, None], state)
        log_p = tf.nn.log_softmax(logits[:, 0])
        came = tokens[:, tf.minimum(t + 1, time - 1)]
        best_log_p, places = tf.math.top_k(log_p, best)
        after = units(state)
        watched = tf.gather(after, unit, batch_dims=1) if count else tf.zeros((rows,))
        values = -tf.gather(log_p, came, batch_dims=1), tf.exp(best_log_p), places, watched
        steps = tuple(step.write(t, value) for step, value in zip(steps, values, strict=True))
        counts = tf.cast((t > 0) & (t < lengths), tf.float32)[:, None]
        after *= counts  # so that the first token, which is not of the text, adds nothing
        return t + 1, state, after, total + after, product + after * before, steps

    zero = tf.zeros((rows, count))
    start = (0, reader.fresh(rows), zero, zero, zero, steps)
    *_, total, product, steps = tf.while_loop(lambda t, *_: t < time, body, start)
    return steps, (total, product)


def _by_row(values):
    return tf.transpose(values, (1, 0, *range(2, values.shape.rank)))


def _telling(total, product, lengths, count):
    steps = tf.cast(tf.maximum(lengths, 1), tf.float32)[:, None]
    pairs = tf.cast(tf.maximum(lengths - 1, 1), tf.float32)[:, None]
    return tf.math.top_k(product / pairs - (total / steps) ** 2, min(TELLING, count)).indices
