"""word_map: a known turn is found again; each map by hand."""

import numpy as np
import pytest

import zoo
from zoo.families.word_map import centred, fitted


def vectors(count, features=4, seed=0):
    return np.random.default_rng(seed).normal(size=(count, features))


def turn(features=4):
    return np.linalg.qr(vectors(features, features, 1))[0]


def test_a_turn_is_found_again():
    english = vectors(30)
    other = english[::-1] @ turn().T  # turned, and its words in another order
    pairs = np.stack([np.arange(20), 29 - np.arange(20)], 1)
    model = zoo.build("word_map", vocab_size=60, embed_dim=4)
    model.get_layer("vectors").adapt({"vectors": [english, other], "pairs": [pairs]})
    z = model({"tokens": np.arange(60, dtype="int32")})["vectors"].numpy()
    np.testing.assert_allclose(z[:30], centred(english), atol=1e-5)
    np.testing.assert_allclose(z[30:], z[:30][::-1], atol=1e-4)


def test_a_turn_keeps_angles_and_a_linear_map_fits_better():
    x, y = vectors(50), vectors(50, seed=2)
    orthogonal, linear = (fitted(x, y, kind) for kind in ("orthogonal", "linear"))
    np.testing.assert_allclose(orthogonal @ orthogonal.T, np.eye(4), atol=1e-9)
    np.testing.assert_allclose(x.T @ (x @ linear - y), 0, atol=1e-9)  # the normal equations
    assert np.linalg.norm(x @ linear - y) < np.linalg.norm(x @ orthogonal - y)


def test_no_turn_is_nearer_than_the_one_that_is_found():
    x, y = vectors(50), vectors(50, seed=2)
    best = np.linalg.norm(x @ fitted(x, y, "orthogonal") - y)
    for seed in range(20):
        other = np.linalg.qr(vectors(4, 4, seed))[0]
        assert np.linalg.norm(x @ other - y) > best


def test_centred_by_hand():
    # of length 1: (1, 0) and (0, 1); their mean is (0.5, 0.5)
    half = np.sqrt(0.5)
    np.testing.assert_allclose(centred([[2, 0], [0, 3]]), [[half, -half], [-half, half]], rtol=1e-6)


def test_a_wrong_kind_is_named():
    with pytest.raises(ValueError, match="kind='bent': choose orthogonal or linear"):
        zoo.build("word_map", kind="bent")
