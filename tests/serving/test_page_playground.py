"""The Playground tab in a real browser: what learns there, and how it looks."""

import itertools

import pytest

from tests.serving.browser import TOO_WIDE
from tests.serving.playground import enter, hidden, network, number, press, train_until


@pytest.fixture
def page(bare_visit, bare_url):
    return enter(bare_visit, bare_url)


def test_two_hidden_layers_learn_the_spiral(page):
    press(page, "Spiral")
    for name in ("Feature sin x₁", "Feature sin x₂"):
        press(page, name)
    hidden(page, 8, 6)
    page.select_option("#pg-rate", "0.1")
    assert number(page, "test") > 0.4
    loss = "document.querySelector('.pg-test b').textContent"
    train_until(page, f"() => Number({loss}) < 0.15")
    epoch = number(page, "epoch")
    page.wait_for_timeout(300)
    assert number(page, "epoch") == epoch > 1  # Pause holds it
    assert number(page, "wrong") < 20
    assert page.locator(".pg-curve-test").get_attribute("d").count("L") >= min(epoch, 200)
    press(page, "Restart")
    assert number(page, "epoch") == 0
    assert number(page, "test") > 0.4


def test_a_sign_unit_settles_on_clouds_and_never_on_xor(page):
    page.select_option("#pg-activation", "sign")
    assert "no way to tell a hidden unit" in page.locator(".pg-note").text_content()
    fixed = network(page)
    press(page, "Step")
    taught = network(page)
    assert taught[:2] == fixed[:2]
    assert taught[2] != fixed[2]
    hidden(page)
    press(page, "Gaussian")
    note = "() => document.querySelector('.pg-note').textContent"
    train_until(page, f"() => ({note})().startsWith('Settled')")
    settled = network(page)
    press(page, "Step", 3)
    assert network(page) == settled
    assert number(page, "trained") == 0
    press(page, "XOR")
    epoch = "document.querySelector('.pg-epoch b').textContent"
    train_until(page, f"() => Number({epoch}) >= 60")
    seen = []
    for _ in range(10):
        press(page, "Step")
        assert page.locator(".pg-note", has_text="Not settled: ").count() == 1
        seen.append(network(page)[0]["kernel"])
    assert all(a != b for a, b in itertools.pairwise(seen))


def test_amounts_are_learned_by_a_linear_output(page):
    press(page, "Hills")
    assert page.locator("#pg-activation [value=sign]").is_disabled()
    hidden(page, 8, 6)
    page.select_option("#pg-rate", "0.1")
    assert network(page)[-1]["activation"] == "linear"
    start = number(page, "test")
    assert page.locator(".pg-wrong b").text_content() == "–"
    loss = "document.querySelector('.pg-test b').textContent"
    train_until(page, f"most => Number({loss}) < most", arg=start / 2)
    press(page, "Circle")
    page.select_option("#pg-activation", "sign")
    press(page, "Plane")
    assert page.locator("#pg-activation").input_value() == "tanh"


def test_the_seed_decides_and_visitors_share_nothing(bare_visit, bare_url):
    one, other = enter(bare_visit, bare_url), enter(bare_visit, bare_url)
    press(one, "Step", 3)
    assert number(other, "epoch") == 0
    assert network(one) != network(other)
    press(other, "Step", 3)
    assert network(one) == network(other)
    other.locator("#pg-seed").fill("2")
    other.locator("#pg-seed").press("Enter")
    press(other, "Step", 3)
    assert network(one) != network(other)


def test_weights_that_run_away_are_explained(page):
    page.select_option("#pg-activation", "relu")
    page.select_option("#pg-rate", "3")
    page.select_option("#pg-penalty", "l2")
    page.evaluate("window.neuralzooPlayground.network.layers[0].kernel.fill(1e308)")
    press(page, "Step")
    page.locator(".pg-note", has_text="choose a lower learning rate").wait_for()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_shows_everything_in_its_width(bare_visit, bare_url, scheme):
    phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
    page = enter(bare_visit, bare_url, **phone, color_scheme=scheme)
    press(page, "Add a hidden layer", 4)
    for layer in range(1, 7):
        press(page, f"One unit more in layer {layer}", 4)
    press(page, "Unit 1 of layer 2")  # its weights
    page.get_by_text("Activations and their gradients").click()
    page.get_by_text("Show me the code").click()
    assert page.locator(".pg-node").count() >= 7 + 6 * 5 + 1
    assert page.locator("body *").evaluate_all(TOO_WIDE) == []
