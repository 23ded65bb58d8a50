"""The perceptron: Rosenblatt's rule by hand, Novikoff's bound, XOR's cycle, scikit-learn's steps.

tests/data/sklearn_perceptron.json holds the weights (w, then b) of scikit-learn 1.7.2 after each
of 60 examples, three passes over 20, and was made by `python tests/data/sklearn_perceptron.py`
where that is installed.
"""

import json
from pathlib import Path

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import optimizers

import zoo
from tests.checks import check_layer
from train.data import pipeline
from zoo.families.perceptron import KEEP, SignUnit, walk
from zoo.losses import Mistakes

GOLDEN = Path(__file__).parents[1] / "data" / "sklearn_perceptron.json"
CORNERS = np.float32([[-1, -1], [-1, 1], [1, -1], [1, 1]])
XOR = np.float32([-1, 1, 1, -1])


@pytest.mark.parametrize("keep", KEEP)
def test_layer_contract(keep, seeded):
    check_layer(lambda: SignUnit(2, keep), CORNERS)


def taught(x, y, keep="last", batch_size=1, rate=0.5, epochs=1):
    """A perceptron after `fit` over x and y in order."""
    model = zoo.build("perceptron", features=x.shape[1], keep=keep)
    model.compile(optimizer=optimizers.SGD(rate), loss={"y": Mistakes()})
    y = y.reshape(-1, 1)
    model.fit({"x": x}, {"y": y}, batch_size, epochs, verbose=0, shuffle=False)
    return model


def answering(model):
    w, b = model.get_layer("sign").answering()
    return [*np.array(w)[:, 0], *np.array(b)]


def test_a_mistake_by_hand():
    """z = 0, so ŷ = 1; y = -1, so both change by η (-2) times x, and 1."""
    model = taught(np.float32([[3, 4]]), np.float32([-1]), rate=0.25)
    assert answering(model) == [-1.5, -2, -0.5]
    assert int(model.optimizer.iterations.numpy()) == 1


def test_a_right_answer_changes_nothing():
    assert answering(taught(np.float32([[3, 4]]), np.float32([1]))) == [0, 0, 0]


def test_a_batch_sums_the_changes_of_its_mistakes():
    """All z are 0; the first and the last of XOR's corners are wrong, and cancel but for b."""
    assert answering(taught(CORNERS, XOR, batch_size=4)) == [0, 0, -2]


def test_a_second_batch_goes_by_the_weights_after_the_first():
    """After two corners w = 1, 1 and b = -1; then z = -1 and 1, both wrong."""
    assert answering(taught(CORNERS, XOR, batch_size=2)) == [1, -1, -1]


@pytest.mark.parametrize("eta", ["1.0", "0.25"])
def test_step_for_step_as_scikit_learn(eta):
    """Its change at a mistake is eta y x, ours η (y - ŷ) x = 2 η y x: so η is half of eta.

    It also counts z = 0 as a mistake for either class; no z here is 0 but that of the first
    example, whose class is -1, which is a mistake for both.
    """
    golden = json.loads(GOLDEN.read_text(encoding="utf-8"))
    x, y = np.float32(golden["x"]), np.float32(golden["y"])
    seen = walk(x, y, rate=float(eta) / 2, passes=3)
    np.testing.assert_array_equal(seen.path[1:], golden["weights"][eta])
    model = taught(x, y, rate=float(eta) / 2, epochs=3)
    np.testing.assert_array_equal(answering(model), golden["weights"][eta][-1])


@settings(max_examples=30, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    features=st.integers(1, 6),
    examples=st.integers(2, 30),
    margin=st.floats(0.2, 1.0),
    rate=st.sampled_from([0.01, 0.5, 3.0]),
)
def test_novikoffs_bound(seed, features, examples, margin, rate):
    """Examples at least `margin` from a random hyperplane; each with the 1 that b multiplies."""
    rng = np.random.default_rng(seed)
    normal = rng.normal(size=features + 1)
    normal /= np.linalg.norm(normal)
    longer = np.c_[rng.normal(size=(50 * examples, features)), np.ones(50 * examples)]
    distance = longer @ normal
    chosen = np.flatnonzero(np.abs(distance) >= margin)[:examples]
    if not len(chosen):
        return
    gamma = np.abs(distance[chosen]).min()
    radius = np.linalg.norm(longer[chosen], axis=1).max()
    seen = walk(longer[chosen, :-1], np.sign(distance[chosen]), rate, passes=2000)
    assert seen.converged
    assert seen.mistakes <= (radius / gamma) ** 2
    z = seen.path[-1] @ longer[chosen].T
    assert ((z >= 0) == (distance[chosen] > 0)).all()


def test_xor_never_converges_and_its_weights_cycle():
    seen = walk(CORNERS, XOR, rate=0.5)
    assert not seen.converged
    assert seen.cycle is not None
    np.testing.assert_array_equal(seen.cycle[0], seen.cycle[-1])
    # by hand: each corner in turn is answered wrongly, and the four changes cancel
    expected = [[0, 0, 0], [1, 1, -1], [0, 2, 0], [1, 1, 1], [0, 0, 0]]
    np.testing.assert_array_equal(seen.cycle, expected)


@settings(max_examples=10, deadline=None)
@given(order=st.permutations(range(4)), rate=st.sampled_from([0.5, 1.0, 2.0]))
def test_xor_cycles_in_every_order(order, rate):
    seen = walk(CORNERS[list(order)], XOR[list(order)], rate)
    assert not seen.converged
    assert seen.cycle is not None


def test_units_learn_apart():
    both = SignUnit(2)
    both.build(CORNERS.shape)
    y = np.stack([XOR, CORNERS[:, 0]], 1)
    for _ in range(3):
        both.learn(CORNERS[1:], y[1:], 0.5)
    for column in range(2):
        one = SignUnit(1)
        one.build(CORNERS.shape)
        for _ in range(3):
            one.learn(CORNERS[1:], y[1:, column : column + 1], 0.5)
        np.testing.assert_array_equal(one.w[:, 0], both.w[:, column])
        assert float(one.b[0]) == float(both.b[column])


def test_walk_says_when_it_was_too_short():
    seen = walk(CORNERS, np.float32([-1, -1, -1, 1]), passes=1)
    assert (seen.converged, seen.cycle) == (False, None)
    assert walk(CORNERS, np.float32([-1, -1, -1, 1])).converged


def test_averaged_is_the_mean_of_the_path():
    path = walk(CORNERS, XOR, 0.5, passes=1).path
    model = taught(CORNERS, XOR, keep="averaged")
    np.testing.assert_allclose(answering(model), path[1:].mean(0), rtol=1e-6)


def test_pocket_keeps_the_weights_of_the_longest_run():
    """Five examples in a row are right, then a wrong label spoils the last weights."""
    x = np.float32([[1], [-1], [2], [-2], [3], [-3], [4], [5]])
    y = np.float32([1, -1, 1, -1, 1, -1, 1, -1])
    path = walk(x, y, 0.5, passes=1).path
    model = taught(x, y, keep="pocket")
    # the second example is the first mistake; all up to the seventh are right after it
    np.testing.assert_array_equal(answering(model), path[2])
    assert (path[-1] != path[2]).any()
    unit = model.get_layer("sign")
    assert unit.longest.numpy().tolist() == [5]
    assert unit.run.numpy().tolist() == [0]


def test_of_two_equal_runs_the_pocket_keeps_the_first():
    x, y = np.float32([[1], [1], [-1], [-1]]), np.float32([-1, -1, -1, -1])
    path = walk(x, y, 0.5, passes=1).path
    # a mistake, a right answer, a mistake, a right answer: two runs of one
    assert (path[2] != path[3]).any()
    np.testing.assert_array_equal(answering(taught(x, y, keep="pocket")), path[2])


@pytest.mark.parametrize("keep", KEEP)
def test_it_learns_within_the_loop_of_keras(keep):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(200, 2)).astype("float32")
    y = np.sign(x @ [2, -1] + 0.3)[:, None]
    train, steps = pipeline.epochs({"x": x}, {"y": y.astype("float32")}, 4, seed=0)
    model = zoo.build("perceptron", keep=keep)
    model.compile(optimizer=optimizers.SGD(0.1), loss={"y": Mistakes()})
    history = model.fit(train(0), steps_per_epoch=steps, epochs=8, verbose=0, shuffle=False).history
    assert history["loss"][-1] < 0.06
    assert model.evaluate({"x": x}, {"y": y}, verbose=0) < 0.06


def test_a_saved_perceptron_goes_on_learning(tmp_path):
    model = taught(CORNERS, XOR, keep="averaged")
    model.save(tmp_path / "p.keras")
    loaded = keras.saving.load_model(tmp_path / "p.keras")
    for each in (model, loaded):
        each.fit({"x": CORNERS}, {"y": XOR[:, None]}, 1, 2, verbose=0, shuffle=False)
    assert answering(loaded) == answering(model)


def test_wrong_keep_is_named():
    with pytest.raises(ValueError, match="keep='best': choose from last, averaged, pocket"):
        zoo.build("perceptron", keep="best")


def test_sample_weights_are_refused():
    model = taught(CORNERS, XOR)
    with pytest.raises(ValueError, match="a rule has no place for sample weights"):
        model.train_on_batch({"x": CORNERS}, {"y": XOR[:, None]}, sample_weight=np.ones(4))
