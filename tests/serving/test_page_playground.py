"""The Playground tab in a real browser; its network against Keras; the Keras code it shows."""

import itertools
import time

import httpx
import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from tests.serving import browser
from tests.serving.browser import open_page
from train.data import toy
from zoo.activations import activation_layer

NOWHERE = "http://127.0.0.1:9"  # the tab asks no model
# Gradio measures its tabs on a hidden copy, which may be as wide as it likes.
TOO_WIDE = browser.TOO_WIDE.replace(
    "box.width &&", "!e.closest('.visually-hidden') && box.width &&"
)
PLAIN = """network => network.layers.map(l => ({
  units: l.units, inputs: l.inputs, activation: l.activation,
  kernel: [...l.kernel], bias: [...l.bias]}))"""


@pytest.fixture(scope="module")
def url():
    with browser.server(backend=NOWHERE) as url:
        while "gradio" not in httpx.get(f"{url}/ui/", timeout=60).text:  # its doors open later
            time.sleep(0.2)
        yield url


@pytest.fixture(scope="module")
def chromium():
    with browser.browser() as chromium:
        yield chromium


@pytest.fixture
def visit(chromium, url):
    with browser.visits(chromium, url) as visit:
        yield visit


def enter(visit, url, **options):
    page = visit(**{"viewport": {"width": 1280, "height": 900}} | options)
    page.set_default_timeout(60_000)
    open_page(page, url, "playground")
    page.locator(".pg-node").first.wait_for()
    return page


@pytest.fixture
def page(visit, url):
    return enter(visit, url)


def press(page, name, times=1):
    for _ in range(times):
        page.get_by_role("button", name=name, exact=True).click()


def hidden(page, *widths):
    """Give the network these hidden layers."""
    while page.get_by_label("Remove the last hidden layer").is_enabled():
        press(page, "Remove the last hidden layer")
    for number, width in enumerate(widths, 1):
        press(page, "Add a hidden layer")
        now = int(page.locator(".pg-width b").nth(number - 1).text_content())
        way = "more" if width > now else "less"
        press(page, f"One unit {way} in layer {number}", abs(width - now))


def network(page):
    return page.evaluate(f"({PLAIN})(window.neuralzooPlayground.network)")


def number(page, name):
    return float(page.locator(f".pg-{name} b").text_content().rstrip("%").replace(",", ""))


def train_until(page, script, arg=None):
    page.select_option("#pg-pace", "20")
    press(page, "Train")
    page.wait_for_function(script, arg=arg)
    press(page, "Pause")


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


def keras_gradients(shape, batch, penalty, rate):
    """Gradients of the same network, in float64, by TensorFlow."""
    x = h = keras.Input((shape[0]["inputs"],), dtype="float64")
    regularizer = {"l1": keras.regularizers.L1(rate), "l2": keras.regularizers.L2(rate / 2)}
    for layer in shape:
        dense = layers.Dense(
            len(layer["bias"]), dtype="float64", kernel_regularizer=regularizer[penalty]
        )
        h = activation_layer(layer["activation"], 2, dtype="float64")(dense(h))
        width = len(layer["bias"])
        dense.set_weights([np.reshape(layer["kernel"], (-1, width)), np.array(layer["bias"])])
    model = keras.Model(x, h)
    with tf.GradientTape() as tape:
        error = model(batch[:, :2])[:, 0] - batch[:, 2]
        loss = tf.reduce_mean(tf.square(error)) / 2 + tf.add_n(model.losses)
    return [np.ravel(gradient) for gradient in tape.gradient(loss, model.trainable_weights)]


@pytest.fixture(scope="module")
def shared(chromium, url):
    """One page for tests that set all they need."""
    with browser.visits(chromium, url) as visit:
        yield enter(visit, url)


@pytest.mark.parametrize(
    ("activation", "penalty"),
    [
        ("logistic", "l2"),
        ("tanh", "l1"),
        ("relu", "l2"),
        ("leaky_relu", "l1"),
        ("elu", "l2"),
        ("softplus", "l1"),
        ("maxout", "l2"),
    ],
)
def test_one_step_is_that_of_keras(seeded, shared, activation, penalty):
    shared.select_option("#pg-activation", activation)
    hidden(shared, 5, 3)
    press(shared, "Step")  # so that biases are not zero
    batch = np.random.default_rng(0).uniform(-3, 3, (12, 3))
    batch[:, 2] = np.where(batch[:, 2] > 0, 1, -1)
    ours = shared.evaluate(
        """([rows, penalty]) => {
          const { gradients, network } = window.neuralzooPlayground;
          const batch = { x: Float64Array.from(rows.flatMap(r => r.slice(0, 2))),
                          y: Float64Array.from(rows, r => r[2]) };
          const found = gradients(network, batch, penalty);
          return found.flatMap(g => [[...g.kernel], [...g.bias]]);
        }""",
        [batch.tolist(), {"kind": penalty, "rate": 0.03}],
    )
    theirs = keras_gradients(network(shared), batch, penalty, 0.03)
    assert len(ours) == len(theirs) == 6
    for mine, other in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(mine, other, atol=1e-6)
        assert np.abs(other).max() > 1e-4


@pytest.mark.parametrize(
    ("kind", "activation", "widths", "dense", "name"),
    [
        ("Circle", "tanh", (3, 5), [3, 5, 1], "tanh"),
        ("XOR", "logistic", (2,), [2, 1], "sigmoid"),
        ("Gaussian", "leaky_relu", (4,), [4, 1], "leaky_relu"),
        ("Spiral", "maxout", (3, 2), [6, 4, 1], "linear"),
        ("XOR", "sign", (), [1], "sign"),
        ("Gaussian", "sign", (4,), [4, 1], "sign"),
    ],
)
def test_the_code_that_is_shown_runs(seeded, shared, kind, activation, widths, dense, name):
    press(shared, kind)
    shared.select_option("#pg-activation", activation)
    hidden(shared, *widths)
    if activation != "sign":
        shared.select_option("#pg-penalty", "l2")
    code = shared.locator(".pg-code pre").text_content()
    assert "EPOCHS = 500, 0, 100" in code
    spoken = {}
    exec(code.replace("EPOCHS = 500, 0, 100", "EPOCHS = 500, 0, 1"), spoken)
    found = [layer for layer in spoken["model"].layers if isinstance(layer, layers.Dense)]
    assert [layer.units for layer in found] == dense
    assert {layer.activation.__name__ for layer in found[:-1]} <= {name}
    assert found[-1].activation.__name__ == ("sign" if activation == "sign" else "tanh")
    sizes = [
        size for layer in network(shared) for size in map(len, (layer["kernel"], layer["bias"]))
    ]
    assert [w.size for layer in found for w in layer.get_weights()] == sizes
    assert spoken["features"].shape == (500, 2)
    penalties = [layer.kernel_regularizer for layer in found]
    assert all(p is None if activation == "sign" else p.l2 == 0.0005 for p in penalties)


def test_points_are_those_of_our_data(page):
    def points(kind, noise, seed=1):
        script = "([k, n, s]) => window.neuralzooPlayground.points(k, 5000, n, s)"
        found = np.array(page.evaluate(script, [kind, noise, seed]))
        return found[:, :2], found[:, 2]

    spiral = toy.spiral(np.random.default_rng(0), 5000)
    for ours, theirs in zip(points("spiral", 0), spiral, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-12)
    for kind in ("circle", "xor", "gaussian"):
        for noise in (0, 0.5):
            x, y = points(kind, noise)
            x2, y2 = toy.KINDS[kind](np.random.default_rng(0), 5000, noise)
            for sign in (1, -1):
                ours, theirs = x[y == sign], x2[y2 == sign]
                assert abs(len(ours) - len(theirs)) < 200
                np.testing.assert_allclose(ours.mean(0), theirs.mean(0), atol=0.35)
                np.testing.assert_allclose(ours.std(0), theirs.std(0), rtol=0.08)
    assert np.abs(points("xor", 0)[0]).min() >= 0.3
    assert not np.array_equal(points("xor", 0, 1)[0], points("xor", 0, 2)[0])


def test_the_seed_decides_and_visitors_share_nothing(visit, url):
    one, other = enter(visit, url), enter(visit, url)
    press(one, "Step", 3)
    assert number(other, "epoch") == 0
    assert network(one) != network(other)
    press(other, "Step", 3)
    assert network(one) == network(other)
    other.locator("#pg-seed").fill("2")
    other.locator("#pg-seed").press("Enter")
    press(other, "Step", 3)
    assert network(one) != network(other)


def test_a_line_tells_its_weight(page):
    place = (
        page.locator(".pg-hit")
        .nth(3)
        .evaluate(
            """path => {
          const point = path.getPointAtLength(path.getTotalLength() / 4);
          const { x, y } = point.matrixTransform(path.getScreenCTM());
          return [x, y, Number(document.elementFromPoint(x, y).dataset.line)];
        }"""
        )
    )
    page.mouse.move(*place[:2])
    page.locator(".pg-tip", has_text="Weight").wait_for()
    told = float(page.locator(".pg-tip").text_content().split()[1].replace("−", "-"))
    line = int(place[2])
    assert told == round(network(page)[0]["kernel"][line], 3)


def test_a_keyboard_is_enough(page):
    def enter_on(name):
        page.get_by_role("button", name=name, exact=True).focus()
        page.keyboard.press("Enter")

    enter_on("Feature x₁x₂")
    label = "document.activeElement.ariaLabel"
    assert page.evaluate(label) == "Feature x₁x₂"  # the row was laid out anew
    assert page.evaluate("document.activeElement.ariaPressed") == "true"
    enter_on("One unit more in layer 1")
    assert page.evaluate(label) == "One unit more in layer 1"
    assert [(layer["inputs"], layer["units"]) for layer in network(page)] == [
        (3, 5),
        (5, 2),
        (2, 1),
    ]
    page.get_by_role("button", name="Unit 2 of layer 1").focus()
    assert (
        "Unit 2 of layer 1: bias 0.000; weights x₁ " in page.locator("#pg-readout").text_content()
    )
    enter_on("Train")
    page.wait_for_function("() => window.neuralzooPlayground.pictures > 8")
    enter_on("Pause")
    for name in ("Feature x₁x₂", "Feature x₂", "Feature x₁"):
        enter_on(name)  # the last one stays
    assert page.locator(".pg-feature[aria-pressed=true]").count() == 1


def test_weights_that_run_away_are_explained(page):
    page.select_option("#pg-activation", "relu")
    page.select_option("#pg-rate", "3")
    page.select_option("#pg-penalty", "l2")
    page.evaluate("window.neuralzooPlayground.network.layers[0].kernel.fill(1e308)")
    press(page, "Step")
    page.locator(".pg-note", has_text="choose a lower learning rate").wait_for()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_shows_everything_in_its_width(visit, url, scheme):
    phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
    page = enter(visit, url, **phone, color_scheme=scheme)
    press(page, "Add a hidden layer", 3)
    for number in range(1, 6):
        press(page, f"One unit more in layer {number}", 4)
    page.get_by_text("Show me the code").click()
    assert page.locator(".pg-node").count() >= 7 + 30 + 1
    assert page.locator("body *").evaluate_all(TOO_WIDE) == []
