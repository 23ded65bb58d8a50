"""Threshold units: the gates, and every Boolean function of up to four inputs."""

import itertools

import numpy as np
import pytest

import zoo
from tests.checks import check_layer
from zoo.families.mcculloch_pitts import GATES, ThresholdUnits, bits, normal_form

TRUTH = {"and": [0, 0, 0, 1], "or": [0, 1, 1, 1], "nand": [1, 1, 1, 0], "not": [1, 0]}


def test_layer_contract(seeded):
    check_layer(lambda: ThresholdUnits([[1, -1], [2, 3], [0, 1]], [1, 2, 0]), np.float32(bits(2)))


@pytest.mark.parametrize("gate", GATES)
def test_gates_by_their_truth_tables(gate):
    model = zoo.build("mcculloch_pitts", function=gate)
    x = bits(model.input["x"].shape[1]).astype("float32")
    np.testing.assert_array_equal(model({"x": x})["y"][:, 0], TRUTH[gate])


def test_truth_tables_are_in_counting_order():
    assert bits(3).tolist() == [list(row) for row in itertools.product((0, 1), repeat=3)]


def test_xor_by_hand():
    (w, t), (v, s) = normal_form([0, 1, 1, 0])
    assert w.tolist() == [[-1, 1], [1, -1]]  # "not a, and b"; "a, and not b"
    assert t.tolist() == [1, 1]
    assert v.tolist() == [[1, 1]]
    assert s.tolist() == [1]


def tables(n):
    """(2**2**n, 2**n): every Boolean function of n inputs."""
    return bits(2**n).astype("int8")


@pytest.mark.parametrize("n", [1, 2, 3])
def test_every_function_of_up_to_three_inputs(n):
    """By the layers themselves: 4, 16 and 256 networks."""
    x = bits(n).astype("float32")
    for table in tables(n):
        hidden, output = (ThresholdUnits(*part) for part in normal_form(table))
        np.testing.assert_array_equal(output(hidden(x))[:, 0], table)


def test_every_function_of_four_inputs():
    """All 65,536 networks, by the equation in the module's docstring."""
    x = bits(4)
    for table in tables(4):
        (w, t), (v, s) = normal_form(table)
        hidden = x @ w.T >= t
        assert np.array_equal((hidden @ v.T >= s)[:, 0], table), table


def test_a_hidden_unit_is_silenced_by_any_inhibitory_input():
    """As in the paper, where inhibition is absolute."""
    x = bits(4)
    for table in tables(4)[::97]:
        w, t = normal_form(table)[0]
        inhibited = x @ (w.T < 0) > 0
        assert not (inhibited & (x @ w.T >= t)).any()


def test_nothing_is_trainable():
    model = zoo.build("mcculloch_pitts")
    assert not model.trainable_weights
    assert model.count_params() == 2 * 2 + 2 + 2 + 1


@pytest.mark.parametrize("wrong", ["011", "0120", "xor", "", "0"])
def test_a_wrong_table_is_named(wrong):
    with pytest.raises(ValueError, match=f"'{wrong}' is no truth table: give 2, 4, 8"):
        zoo.build("mcculloch_pitts", function=wrong)


def test_weights_that_do_not_fit_are_named():
    with pytest.raises(ValueError, match=r"weights of shape \(1, 3\) for 1 thresholds and 2"):
        ThresholdUnits([[1, 1, 1]], [1])(np.float32(bits(2)))
