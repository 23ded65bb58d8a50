"""The captioners' benchmark: its sides are the same network and do the same work."""

import keras
import pytest

from benchmarks import captions

SMALL = ["--vocab-size", "20", "--units", "8", "--regions", "4", "--channels", "5"]


@pytest.mark.parametrize("cell", ["lstm", "elman"])
def test_both_sides_train_networks_of_one_size(cell):
    options = captions._options(SMALL)
    ours, stock = captions._ours(cell, options), captions.stock(cell, options)
    assert ours.count_params() == stock.count_params()


def test_a_side_learns():
    options = captions._options(SMALL)
    for network in (captions._ours, captions.stock):
        learn = captions._trainer(network("lstm", options), 8, 4, 5, 6, 20)
        first = learn()
        assert [learn() for _ in range(30)][-1] < first


def test_both_sides_tell_the_same_captions():
    options = captions._options(["--vocab-size", "20", "--units", "8", "--side", "64"])
    images = [captions.jpeg(0), captions.jpeg(1)]
    keras.utils.set_random_seed(0)
    told = captions._served(options)(images, 1)
    keras.utils.set_random_seed(0)
    words = captions._plain(options)(images)
    assert words.shape == (2, 23)
    assert [len(caption.split()) for caption in told] == [22, 22]
