"""The experiments on deep nets, small: what must hold at any size, and the two stages for real."""

import numpy as np
import pytest

from benchmarks.deep import dropout, optimizers, pretraining, vanishing
from benchmarks.deep.digits import flat, spread
from train import recipe


@pytest.fixture(scope="module")
def digits():
    return tuple(part[:200] for part in flat("train", "sample"))


def test_gradients_vanish_through_logistic_layers_and_not_through_tanh(digits, seeded):
    logistic, tanh = (vanishing.norms(a, *digits, seed=0) for a in ("logistic", "tanh"))
    assert len(logistic) == vanishing.LAYERS
    assert logistic[0] < 1e-4 * logistic[-1]
    assert all(np.diff(logistic)[2:] > 0)
    assert tanh[0] > 0.1 * tanh[-1]


def test_without_dropout_the_digits_are_learned_by_heart(digits, seeded):
    first, second, loss = dropout.errors(0.0, digits, digits, seed=0, epochs=12)
    assert first == second < 5
    assert 0 < loss < 1


RATES = {"SGD": 0.1, "momentum": 0.03, "RMSProp": 1e-3, "Adam": 1e-3}


@pytest.mark.parametrize("kind", optimizers.KINDS)
def test_every_optimizer_lowers_the_loss(kind, digits, seeded):
    losses = optimizers.losses(kind, RATES[kind], digits, seed=0, epochs=4)
    assert losses[-1] < losses[0]


def test_pretraining_and_the_same_budget_without(seeded):
    errors = pretraining.errors(0, "sample", epochs=1, base_epochs=5)
    assert all(0 < error < 100 for error in errors)


def test_fewer_digits_have_fewer_steps_a_layer():
    base = recipe.load("stacked_autoencoder_base").with_settings(["data=sample"])
    # 23 batches of 128 of 3,000 digits, 10 epochs, 5 layers
    assert pretraining._shorter(base, 10).sizes["steps_a_layer"] == 46
    assert base.sizes["steps_a_layer"] == 4 * (55_000 // 128)


def test_spread_is_median_and_range():
    assert spread([3.0, 1.0, 2.0]) == "2 (1 to 3)"
