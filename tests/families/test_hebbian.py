"""Hebb's and Oja's rules: steps by hand, and Oja's limit against NumPy's eigenvector."""

import numpy as np
import pytest
from keras import optimizers

import zoo
from zoo.families.hebbian import RULES, HebbianUnits


def unit(w, rule):
    layer = HebbianUnits(1, rule)
    layer.build((None, len(w)))
    layer.set_weights([np.float32(w)[:, None]])
    return layer


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        # w = (1, 2), x = (3, -1): y = 1; Hebb adds 0.1 x, Oja 0.1 (x - w)
        ("hebb", [1.3, 1.9]),
        ("oja", [1.2, 1.7]),
    ],
)
def test_a_step_by_hand(rule, expected):
    layer = unit([1, 2], rule)
    y, reconstruction = layer(np.float32([[3, -1]]))
    assert y.numpy().tolist() == [[1]]
    assert reconstruction.numpy().tolist() == [[1, 2]]
    layer.learn(np.float32([[3, -1]]), 0.1)
    np.testing.assert_allclose(layer.w[:, 0], expected, rtol=1e-6)


@pytest.mark.parametrize("rule", RULES)
def test_a_batch_averages_the_changes(rule):
    x = np.float32([[3, -1], [0, 1]])
    whole = unit([1, 2], rule)
    whole.learn(x, 0.1)
    changes = []
    for row in x:
        one = unit([1, 2], rule)
        one.learn(row[None], 0.1)
        changes.append(one.w.numpy() - [[1], [2]])
    np.testing.assert_allclose(whole.w - np.float32([[1], [2]]), np.mean(changes, 0), rtol=1e-5)


def cloud(seed, features=4):
    rng = np.random.default_rng(seed)
    mixed = rng.normal(size=(2000, features)) * np.arange(1, features + 1)
    turned, _ = np.linalg.qr(rng.normal(size=(features, features)))
    x = mixed @ turned
    return (x - x.mean(0)).astype("float32")


def fitted(x, rule, rate, epochs):
    model = zoo.build("hebbian", features=x.shape[1], rule=rule)
    # the shared loop hands over an empty dict of metrics too
    model.compile(optimizers.SGD(rate), loss={"reconstruction": "mse"}, metrics={})
    history = model.fit({"x": x}, {"reconstruction": x}, 100, epochs, verbose=0).history["loss"]
    return model.get_layer("units").w.numpy()[:, 0], history


@pytest.mark.parametrize("seed", range(2))
def test_oja_converges_to_the_first_principal_component(seed, seeded):
    x = cloud(seed)
    w, losses = fitted(x, "oja", 0.02, 8)
    _, vectors = np.linalg.eigh(np.cov(x.T))
    assert abs(w @ vectors[:, -1]) == pytest.approx(1, abs=0.01)
    assert np.linalg.norm(w) == pytest.approx(1, abs=0.01)
    assert losses[-1] < 0.8 * losses[0]


def test_hebb_turns_the_same_way_but_grows_without_bound(seeded):
    x = cloud(0)
    w, _ = fitted(x, "hebb", 0.01, 4)
    _, vectors = np.linalg.eigh(np.cov(x.T))
    length = np.linalg.norm(w)
    assert length > 100
    assert abs(w @ vectors[:, -1]) / length > 0.98


def test_labels_are_not_learned_from(seeded):
    x = cloud(0)
    start = zoo.build("hebbian", features=4)
    ends = []
    for target in (x, 2 * x + 1):  # not -x, whose step is the same
        model = zoo.build("hebbian", features=4)
        model.set_weights(start.get_weights())
        model.compile(optimizer=optimizers.SGD(0.01), loss={"reconstruction": "mse"})
        model.fit({"x": x}, {"reconstruction": target}, 100, 1, verbose=0, shuffle=False)
        ends.append(model.get_layer("units").w.numpy())
    np.testing.assert_array_equal(*ends)


def test_a_wrong_rule_is_named():
    with pytest.raises(ValueError, match="rule='anti': choose hebb or oja"):
        zoo.build("hebbian", rule="anti")
