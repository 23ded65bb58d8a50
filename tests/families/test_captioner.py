"""captioner: what it says after each word, in one go and step by step."""

import numpy as np
import pytest
import tensorflow as tf

import zoo
from zoo.families import captioner as module

SIZES = {"vocab_size": 7, "regions": 4, "channels": 5, "embed_dim": 6, "units": 8}
REGIONS = np.random.default_rng(0).normal(size=(2, 4, 5)).astype("float32")
WORDS = np.int32([[1, 4, 5], [1, 6, 2]])


@pytest.mark.parametrize("cell", module.CELLS)
def test_word_by_word_as_in_one_go(cell):
    model = zoo.build("captioner", **SIZES, cell=cell)
    logits = model({"regions": REGIONS, "words": WORDS})["logits"]
    teller = model.get_layer("teller")
    state, memory = teller.begin(tf.constant(REGIONS))
    for t in range(3):
        each, state, attention = teller.step(tf.constant(WORDS[:, t]), state, memory)
        np.testing.assert_allclose(each, logits[:, t], atol=1e-5)
    assert attention is None


def test_the_picture_is_averaged_and_seen_once():
    model = zoo.build("captioner", **SIZES)
    logits = model({"regions": REGIONS, "words": WORDS})["logits"]
    turned = model({"regions": REGIONS[:, ::-1], "words": WORDS})["logits"]
    np.testing.assert_allclose(turned, logits, atol=1e-5)
    other = model({"regions": REGIONS + 1, "words": WORDS})["logits"]
    assert np.abs(other - logits).max() > 1e-3


def test_parameters_by_hand():
    model = zoo.build("captioner", **SIZES)
    look, embed, logits = 5 * 6 + 6, 7 * 6, 8 * 7 + 7
    lstm = 4 * 8 * (6 + 8 + 1)
    assert model.count_params() == look + embed + lstm + logits


def test_an_unknown_cell():
    with pytest.raises(ValueError, match="cell"):
        zoo.build("captioner", cell="lstn")
