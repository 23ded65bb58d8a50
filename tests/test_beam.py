"""Beam search against all captions there are, of a teller whose words follow a table."""

import itertools

import numpy as np
import pytest
import tensorflow as tf

from zoo import beam
from zoo.captions import END, PAD, START

VOCAB, LONGEST = 7, 4


class Table:
    """A teller: the next word depends on the last one, and on the picture's number."""

    vocab_size = VOCAB

    def __init__(self, seed):
        self.logits = np.random.default_rng(seed).normal(size=(2, VOCAB, VOCAB)).astype("float32")

    def begin(self, regions):
        return tf.cast(regions[:, 0], tf.float32), ()

    def step(self, words, state, memory):
        which = tf.cast(state[:, 0], tf.int32)
        return tf.gather_nd(self.logits, tf.stack([which, words], 1)), state, None

    def best(self, picture, penalty):
        """Every caption with its score, best first."""
        logits = self.logits[picture].copy()
        logits[:, list(beam.NEVER)] = -np.inf
        logp = logits - np.log(np.exp(logits).sum(-1, keepdims=True))
        found = {}
        for length in range(1, LONGEST + 1):
            for words in itertools.product((END, *range(4, VOCAB)), repeat=length):
                ended = words[-1] == END
                if END in words[:-1] or (length < LONGEST and not ended):
                    continue
                path = [START, *words]
                total = sum(logp[a, b] for a, b in itertools.pairwise(path))
                found[words] = total / length**penalty
        return sorted(found.items(), key=lambda pair: -pair[1])


REGIONS = tf.constant([[[0.0]], [[1.0]]])


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("penalty", [0.0, 0.7])
def test_a_beam_of_all_finds_the_best(seed, penalty):
    teller = Table(seed)
    words, scores, looked = beam.search(teller, REGIONS, 100, LONGEST, penalty)
    assert looked.shape == (2, 100, LONGEST, 1)
    for picture in (0, 1):
        expected = teller.best(picture, penalty)[:5]
        for rank, (caption, score) in enumerate(expected):
            row = [*caption, *[PAD] * (LONGEST - len(caption))]
            assert words[picture, rank].numpy().tolist() == row
            assert float(scores[picture, rank]) == pytest.approx(score, abs=1e-5)


def test_width_1_is_greedy():
    teller = Table(0)
    words, _, _ = beam.search(teller, REGIONS, 1, LONGEST)
    last = START
    for word in words[0, 0].numpy():
        logits = teller.logits[0, last].copy()
        logits[list(beam.NEVER)] = -np.inf
        assert word == logits.argmax()
        last = word
        if word == END:
            break


def test_rows_do_not_depend_on_each_other():
    teller = Table(1)
    both, _, _ = beam.search(teller, REGIONS, 3, LONGEST)
    alone, _, _ = beam.search(teller, REGIONS[1:], 3, LONGEST)
    np.testing.assert_array_equal(both[1:], alone)


def test_a_picture_may_have_a_narrower_beam_of_its_own():
    teller = Table(2)
    mixed, scores, _ = beam.search(teller, REGIONS, 5, LONGEST, own=tf.constant([1, 3]))
    for picture, width in enumerate([1, 3]):
        alone, expected, _ = beam.search(teller, REGIONS[picture, None], width, LONGEST)
        np.testing.assert_array_equal(mixed[picture, :width], alone[0])
        np.testing.assert_allclose(scores[picture, :width], expected[0], atol=1e-5)
    assert not mixed[0, 1:].numpy().any()
