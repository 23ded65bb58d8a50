"""visual_semantic: the score and the ranking loss by hand, what pads counts nothing."""

import numpy as np
import pytest
import tensorflow as tf

import zoo
from tests.checks import check_layer
from zoo.families.visual_semantic import CELLS, Cosines, Regions, Scores, Sentence
from zoo.losses import Ranking

SIZES = {"vocab_size": 9, "regions": 4, "channels": 5, "embed_dim": 6, "units": 8}
REGIONS = np.random.default_rng(0).normal(size=(2, 4, 5)).astype("float32")
WORDS = np.int32([[1, 4, 5, 2, 0], [1, 6, 7, 8, 2]])


def outputs(model, regions=REGIONS, words=WORDS):
    return model({"regions": regions, "words": words})


def test_score_by_hand():
    v = np.float32([[[1, 0], [0, 2]], [[3, 1], [-1, -1]]])  # two pictures of two regions
    s = np.float32([[[9, 9], [1, 0], [0, 1], [9, 9]], [[9, 9], [2, 1], [9, 9], [9, 9]]])
    words = np.int32([[1, 4, 5, 2], [1, 6, 3, 2]])  # START, END and the unknown word do not count
    # picture 0: word (1, 0) fits 1 and 0, (0, 1) fits 0 and 2; (2, 1) fits 2 and 2
    # picture 1: word (1, 0) fits 3 and -1, (0, 1) fits 1 and -1; (2, 1) fits 7 and -3
    np.testing.assert_allclose(Scores()(v, s, words), [[1 + 2, 2], [3 + 1, 7]])


def test_cosine_by_hand():
    layer = Cosines(2)
    layer.build((None, 2, 2), (None, 3, 2), (None, 3))
    eye, zero = np.eye(2, dtype="float32"), np.zeros(2, "float32")
    layer.set_weights([eye, zero, eye, zero])
    v = np.float32([[[1, -5], [0, 4]]])  # the largest of each: (1, 4)
    s = np.float32([[[7, 7], [3, 0], [0, 4]]])  # START, and two words: (3, 4)
    expected = (1 * 3 + 4 * 4) / (np.sqrt(17) * 5)
    np.testing.assert_allclose(layer(v, s, np.int32([[1, 4, 5]])), [[expected]], rtol=1e-6)


def test_ranking_by_hand():
    """Two pictures, of which 0 has the sentences 0 and 1, and picture 1 the sentences 2 and 3."""
    scores = np.float32([[3, 1, 2.5, 0], [0, 1.5, 4, 0.5]])
    # sentence 0 (3): sentences of picture 1 have 2.5 and 0, the other picture 0
    # sentence 1 (1): 2.5 and 0, and 1.5;  sentence 2 (4): 0 and 1.5, and 2.5
    # sentence 3 (0.5): 0 and 1.5, and 0
    costs = [0.5 + 0 + 0, 2.5 + 0 + 1.5, 0, 0.5 + 2 + 0.5]
    loss = Ranking(1.0, reduction="none")(np.zeros((2, 1)), scores)
    np.testing.assert_allclose(loss, costs)
    hardest = [0.5, 2.5 + 1.5, 0, 2 + 0.5]
    loss = Ranking(1.0, hardest=True, reduction="none")(np.zeros((2, 1)), scores)
    np.testing.assert_allclose(loss, hardest)


def test_ranking_of_pairs_is_the_papers():
    scores = np.random.default_rng(0).normal(size=(5, 5)).astype("float32")
    expected = sum(
        max(0, scores[k, j] - scores[k, k] + 1) + max(0, scores[j, k] - scores[k, k] + 1)
        for k in range(5)
        for j in range(5)
        if j != k
    )
    got = Ranking(1.0, reduction="sum")(np.zeros((5, 1)), scores)
    np.testing.assert_allclose(got, expected, rtol=1e-5)


@pytest.mark.parametrize("cell", CELLS)
def test_a_word_is_read_among_those_before_and_after(cell):
    layer = Sentence(9, 8, cell, 6)
    said = layer(WORDS)
    for changed in (1, 3):
        other = WORDS.copy()
        other[1, changed] = 4
        assert np.abs(layer(other)[1, 2] - said[1, 2]).max() > 1e-5
        np.testing.assert_allclose(layer(other)[0], said[0], atol=1e-6)


def test_padding_and_order_of_regions_change_nothing(seeded):
    model = zoo.build("visual_semantic", **SIZES)
    told = outputs(model)
    longer = outputs(model, words=np.pad(WORDS, ((0, 0), (0, 3))))
    turned = outputs(model, regions=REGIONS[:, ::-1])
    for name in ("scores", "cosines"):
        np.testing.assert_allclose(longer[name], told[name], atol=1e-5)
        np.testing.assert_allclose(turned[name], told[name], atol=1e-5)


def test_one_picture_and_many_sentences():
    model = zoo.build("visual_semantic", **SIZES)
    told, one = outputs(model), outputs(model, regions=REGIONS[1:])
    assert one["scores"].shape == (1, 2)
    np.testing.assert_allclose(one["scores"][0], told["scores"][1], atol=1e-5)


def test_layers(seeded):
    check_layer(lambda: Regions(8), REGIONS)
    check_layer(lambda: Sentence(9, 8, "elman", 6), WORDS)
    assert Regions(8)(REGIONS).shape == (2, 5, 8)  # the whole picture first


def test_the_whole_picture_is_the_mean_of_its_parts():
    layer = Regions(5)
    layer.build((None, 4, 5))
    layer.set_weights([np.eye(5, dtype="float32"), np.zeros(5, "float32")])
    mean = REGIONS.mean(1)
    expected = mean / np.linalg.norm(mean, axis=1, keepdims=True)
    np.testing.assert_allclose(layer(REGIONS)[:, 0], expected, rtol=1e-5)


def test_it_learns_which_belong_together(seeded):
    model = zoo.build("visual_semantic", **SIZES)
    model.compile("adam", {"scores": Ranking(1.0), "cosines": Ranking(0.2)})
    model.optimizer.learning_rate = 0.02
    zeros = tf.zeros((2, 1))
    batch = tf.data.Dataset.from_tensors(
        ({"regions": REGIONS, "words": WORDS}, {"scores": zeros, "cosines": zeros})
    )
    model.fit(batch.repeat(40), shuffle=False, verbose=0)
    for scores in outputs(model).values():
        assert np.argmax(scores, 0).tolist() == np.argmax(scores, 1).tolist() == [0, 1]


def test_an_unknown_cell():
    with pytest.raises(ValueError, match="cell"):
        zoo.build("visual_semantic", cell="lstn")
