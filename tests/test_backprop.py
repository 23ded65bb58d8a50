"""Backpropagation traced: a worked example's figures, and TensorFlow's gradients."""

import itertools
import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from zoo.backprop import EXAMPLES, step

FIRST = EXAMPLES["two inputs, one output"]
SECOND = EXAMPLES["λ and Ω to α and β"]


def test_the_worked_example_forwards():
    seen = FIRST.step()
    np.testing.assert_allclose(seen.nets[0], [0.755, 0.68])
    np.testing.assert_allclose(seen.outputs[1], [0.68, 0.6637], atol=5e-4)
    np.testing.assert_allclose(seen.outputs[2], [0.69], atol=5e-4)
    np.testing.assert_allclose(seen.error, [-0.19], atol=5e-4)
    np.testing.assert_allclose(seen.deltas[1], [-0.0406], atol=1e-4)


def test_the_worked_example_with_updated_output_weights():
    """Its figures, to the rounding of one who worked on with rounded figures.

    0.592866 is printed as 0.5928; and the printed weights give the printed error.
    """
    seen = FIRST.step("updated")
    np.testing.assert_allclose(seen.weights[1][:, 0], [0.272392, 0.87305], atol=1e-4)
    np.testing.assert_allclose(seen.deltas[0], [-2.406e-3, -7.916e-3], atol=2e-5)
    np.testing.assert_allclose(seen.weights[0].T, [[0.09916, 0.7978], [0.3972, 0.5928]], atol=1e-4)
    np.testing.assert_allclose(seen.error_after, [-0.18205], atol=5e-5)
    printed = ([[0.09916, 0.3972], [0.7978, 0.5928]], [[0.272392], [0.87305]])
    error = step(FIRST.inputs, printed, FIRST.target).error
    np.testing.assert_allclose(error, [-0.18205], atol=6e-6)


def test_the_gradient_of_the_worked_example_differs_in_the_hidden_weights_alone():
    true, printed = FIRST.step(), FIRST.step("updated")
    np.testing.assert_array_equal(true.weights[1], printed.weights[1])
    ratio = true.deltas[0] / printed.deltas[0]
    np.testing.assert_allclose(ratio, [0.3 / 0.272392, 0.9 / 0.87305], rtol=1e-3)


def test_the_two_orders_differ_by_the_square_of_the_rate():
    def gap(rate):
        steps = [step(FIRST.inputs, FIRST.weights, FIRST.target, rate, order=order)
                 for order in ("gradient", "updated")]  # fmt: skip
        return np.abs(steps[0].weights[0] - steps[1].weights[0]).max()

    assert gap(0.02) / gap(0.01) == pytest.approx(4)


def test_the_second_network_by_its_equations():
    """Units by name: δα = α (1 - α) (t - α); δA = A (1 - A) (δα wAα + δβ wAβ); w + η δ o."""
    seen = SECOND.step()
    a, b, c = seen.outputs[1]
    alpha, beta = seen.outputs[2]
    (wla, wlb, wlc), _ = SECOND.weights[0]
    (waa, wab), (wba, wbb), (wca, wcb) = SECOND.weights[1]
    da, db = alpha * (1 - alpha) * (1 - alpha), beta * (1 - beta) * (0 - beta)
    np.testing.assert_allclose(seen.deltas[1], [da, db])
    hidden = [a * (1 - a) * (da * waa + db * wab), b * (1 - b) * (da * wba + db * wbb)]
    hidden.append(c * (1 - c) * (da * wca + db * wcb))
    np.testing.assert_allclose(seen.deltas[0], hidden)
    np.testing.assert_allclose(seen.weights[0][0], np.add([wla, wlb, wlc], 0.6 * np.array(hidden)))
    np.testing.assert_allclose(seen.weights[1][2], [wca + da * c, wcb + db * c])
    assert [len(layer) for layer in SECOND.names] == [2, 3, 2]


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    sizes=st.lists(st.integers(1, 5), min_size=2, max_size=5),
    biased=st.booleans(),
    rate=st.floats(0.01, 10),
)
def test_every_change_is_tensorflows_gradient(seed, sizes, biased, rate):
    rng = np.random.default_rng(seed)
    shapes = list(itertools.pairwise(sizes))
    weights = [tf.Variable(rng.normal(size=shape)) for shape in shapes]
    biases = [tf.Variable(rng.normal(size=n)) for n in sizes[1:]] if biased else None
    inputs, target = rng.normal(size=sizes[0]), rng.random(sizes[-1])
    with tf.GradientTape() as tape:
        o = tf.constant(inputs)[None]
        for number, w in enumerate(weights):
            o = tf.sigmoid(o @ w + (biases[number] if biased else 0.0))
        loss = tf.reduce_sum((target - o) ** 2) / 2
    expected = tape.gradient(loss, [*weights, *(biases or [])])
    given_biases = [b.numpy() for b in biases] if biased else None
    seen = step(inputs, [w.numpy() for w in weights], target, rate, given_biases)
    changes = [*seen.weight_changes, *(seen.bias_changes or ())]
    for change, gradient in zip(changes, expected, strict=True):
        np.testing.assert_allclose(change, -rate * gradient, rtol=0, atol=1e-6)
    assert seen.loss == pytest.approx(float(loss))
    for new, old, change in zip(seen.weights, weights, seen.weight_changes, strict=True):
        np.testing.assert_allclose(new, old + change)
    again = step(inputs, seen.weights, target, rate, seen.biases)
    np.testing.assert_allclose(again.error, seen.error_after)
    assert seen.loss_after == pytest.approx(again.loss)


def test_far_from_zero_nothing_overflows():
    seen = step([1000.0], [[[1000.0, -1000.0]], [[1.0], [1.0]]], [0.5])
    assert seen.outputs[1].tolist() == [1, 0]
    assert np.isfinite(seen.weights[0]).all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"weights": [[[1.0, 2.0]]]}, r"weights\[0\] has shape \(1, 2\); .* needs \(2, 2\)"),
        ({"target": [1.0, 2.0]}, r"target has shape \(2,\); the last layer needs \(1,\)"),
        ({"inputs": []}, r"inputs is \[\]: give a list of numbers"),
        ({"inputs": [1.0, float("nan")]}, r"inputs is \[1.0, nan\]: give a list of numbers"),
        ({"weights": []}, "weights are empty"),
        ({"biases": [[0.0]]}, "1 biases for 2 layers"),
        ({"biases": [[0.0], [0.0]]}, r"biases\[0\] has shape \(1,\); its layer needs \(2,\)"),
        ({"order": "lecture"}, "order='lecture': choose gradient or updated"),
    ],
)
def test_what_does_not_fit_is_named(change, message):
    network = {"inputs": FIRST.inputs, "weights": FIRST.weights, "target": FIRST.target}
    with pytest.raises(ValueError, match=message):
        step(**{**network, **change})


def test_it_loads_no_tensorflow():
    code = "import sys, zoo.backprop; print(*{'tensorflow', 'keras'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
