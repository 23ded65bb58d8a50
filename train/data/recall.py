"""Recalling a symbol after many steps: what recurrent networks find hard, made in code.

    c - - - - ?     the answer is c: which of the symbols stood where, `steps` steps before the cue

A sequence is one of `symbols` symbols, `steps - 1` distractors, each one of `distractors` others
drawn at random, and a cue, which is the same in all.  Guessing is right once in `symbols` times.

In training the symbol may also stand nearer to the cue, with distractors before it: the logarithm
of the distance is drawn evenly between those of `nearest` and `steps`, so that a net can learn to
keep a symbol for a few steps, then for twice as many, and so on.  Validation and test ask for the
whole distance.

The task is experiment 2 of Hochreiter & Schmidhuber (1997), Long Short-Term Memory, Neural
Computation 9(8), with more than two symbols to keep.
"""

import math

import tensorflow as tf

from train.data.pipeline import Data

HELD_OUT = 2000
# the three splits' seeds differ in their last number, which in training is the batch's
VALIDATION, TEST = -1, -2


def recall(batch_size, seed, steps=20, nearest=1, symbols=8, distractors=8, batches=50):
    """`pipeline.Data`: {"x": one-hot (batch, steps + 1, codes)} -> {"y": the symbol, int32}.

    codes: symbols, then distractors, then the cue; steps: the distance from symbol to cue.
    nearest: the smallest distance in training; batches: those of one epoch, each made anew.
    Raises ValueError for sizes that leave nothing to recall.
    """
    _check(steps, nearest, symbols, distractors)

    def batch(rows, number, nearest):
        keys = tf.random.experimental.stateless_split([seed, number], 3)
        symbol = tf.random.stateless_uniform((rows,), keys[0], 0, symbols, tf.int32)
        power = tf.random.stateless_uniform((rows,), keys[1], 0, math.log((steps + 1) / nearest))
        distance = tf.minimum(tf.cast(nearest * tf.exp(power), tf.int32), steps)
        noise = tf.random.stateless_uniform((rows, steps), keys[2], 0, distractors, tf.int32)
        here = tf.range(steps) == (steps - distance)[:, None]
        codes = tf.where(here, symbol[:, None], symbols + noise)
        cue = tf.fill((rows, 1), symbols + distractors)
        codes = tf.concat([codes, cue], 1)
        return {"x": tf.one_hot(codes, symbols + distractors + 1)}, {"y": symbol}

    def train(start):
        numbers = tf.data.Dataset.range(start * batches, 2**31).map(lambda n: tf.cast(n, tf.int32))
        return numbers.map(lambda n: batch(batch_size, n, nearest)).prefetch(2)

    def held_out(number):
        whole = tf.data.Dataset.from_tensor_slices(batch(HELD_OUT, number, steps))
        return whole.batch(500).prefetch(2)

    return Data(
        train,
        batches,
        held_out(VALIDATION),
        lambda: held_out(TEST),
        sizes={"inputs": symbols + distractors + 1, "outputs": symbols},
    )


def _check(steps, nearest, symbols, distractors):
    if symbols < 2 or distractors < 1:
        raise ValueError(
            f"symbols={symbols}, distractors={distractors}: "
            "choose at least 2 symbols to tell apart and 1 distractor"
        )
    if not 1 <= nearest <= steps:
        raise ValueError(f"nearest={nearest}, steps={steps}: choose 1 <= nearest <= steps")
