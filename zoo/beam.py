"""Beam search inside the graph: the `width` likeliest captions, told word by word.

    score = sum_t log p(word t | words before, picture) / length^penalty

A caption that has ended stays in the beam and is not told further.  With width 1 it is greedy.

Reference: Graves (2012), Sequence Transduction with Recurrent Neural Networks (beam search);
Wu et al. (2016), Google's Neural Machine Translation System, eq. 14, simplified (length).
"""

import tensorflow as tf

from zoo.captions import END, PAD, START, UNKNOWN

NEVER = (PAD, START, UNKNOWN)
LEAST = -1e9


def search(teller, regions, width, longest, penalty=0.7, own=None):
    """The captions of pictures.

    teller: a layer with `begin` and `step`, as those of `zoo/families/captioner.py`.
    regions: (n, regions, channels).
    own: (n,) int32, the width of each picture's beam where it is less; the other places are empty.
    Gives words (n, width, longest) int32 with PAD after END, best first; scores (n, width)
    float32; attention (n, width, longest, regions) float32, zeros where the teller has none.
    """
    n, places = tf.shape(regions)[0], tf.shape(regions)[1]
    state, memory = teller.begin(regions)
    state, memory = tf.nest.map_structure(lambda x: tf.repeat(x, width, 0), (state, memory))
    # At first all beams are alike: only one of them counts.
    total = tf.tile([[0.0] + [LEAST] * (width - 1)], (n, 1))
    words = tf.zeros((n, width, longest), tf.int32)
    looked = tf.zeros((n, width, longest, places))
    last = tf.fill((n, width), START)
    never = tf.reduce_sum(tf.one_hot(NEVER, teller.vocab_size), 0) * LEAST
    alive = tf.sequence_mask(tf.fill((n,), width) if own is None else own, width)
    last = tf.where(alive, last, PAD)

    def going(t, last, *_):
        return (t < longest) & tf.reduce_any((last != END) & (last != PAD))

    def body(t, last, total, words, looked, state):
        logits, state, attention = teller.step(tf.reshape(last, (-1,)), state, memory)
        logp = tf.nn.log_softmax(tf.cast(logits, tf.float32) + never)
        logp = tf.reshape(logp, (n, width, -1))
        ended = (last == END) | (last == PAD)
        only_pad = tf.one_hot(PAD, teller.vocab_size, 0.0, 10 * LEAST)
        logp = tf.where(ended[..., None], only_pad, logp)
        length = tf.reduce_sum(tf.cast(words > 0, tf.float32), -1) + 1
        length = tf.where(ended, length - 1, length)
        sums = total[..., None] + logp
        ranks = tf.reshape(sums / length[..., None] ** penalty, (n, -1))
        _, chosen = tf.math.top_k(ranks, width)
        before, last = chosen // teller.vocab_size, chosen % teller.vocab_size
        last = tf.where(alive, last, PAD)
        total = tf.gather(tf.reshape(sums, (n, -1)), chosen, batch_dims=1)
        total = tf.where(alive, total, LEAST)
        here = tf.one_hot(t, longest, dtype=tf.int32)
        words = tf.gather(words, before, batch_dims=1) + here * last[..., None]
        words = tf.where(alive[..., None], words, PAD)
        if attention is None:
            attention = tf.zeros((n * width, places))
        attention = tf.reshape(tf.cast(attention, tf.float32), (n, width, 1, places))
        looked += tf.cast(here, tf.float32)[:, None] * attention
        looked = tf.gather(looked, before, batch_dims=1)
        rows = tf.reshape(before + width * tf.range(n)[:, None], (-1,))
        return t + 1, last, total, words, looked, tf.gather(state, rows)

    start = (0, last, total, words, looked, state)
    _, _, total, words, looked, _ = tf.while_loop(going, body, start)
    length = tf.reduce_sum(tf.cast(words > 0, tf.float32), -1)
    scores, order = tf.math.top_k(total / tf.maximum(length, 1) ** penalty, width)
    words, looked = (tf.gather(x, order, batch_dims=1) for x in (words, looked))
    return words, scores, looked
