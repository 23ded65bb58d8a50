"""The Playground's network and points against Keras and NumPy; the Keras code that it shows."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from tests.serving import browser
from tests.serving.playground import enter, hidden, network, press
from train.data import toy
from zoo import activations
from zoo.activations import activation_layer
from zoo.families.perceptron import rosenblatt


@pytest.fixture(scope="module")
def shared(bare_chromium, bare_url):
    """One page for tests that set all they need."""
    with browser.visits(bare_chromium, bare_url) as visit:
        yield enter(visit, bare_url)


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


@pytest.mark.parametrize(
    ("kind", "activation"),
    [
        ("Spiral", "tanh"),
        ("XOR", "noisy_relu"),
        ("Circle", "leaky_relu"),
        ("Gaussian", "sign"),
        ("Hills", "maxout"),
    ],
)
def test_the_code_with_the_weights_answers_as_the_page_does(seeded, shared, kind, activation):
    press(shared, kind)
    shared.select_option("#pg-activation", activation)
    hidden(shared, 4, 3)
    press(shared, "Step", 2)
    shared.get_by_text("Show me the code").click()
    shared.get_by_label("With the weights above").check()
    spoken = {}
    exec(shared.locator(".pg-code pre").text_content(), spoken)
    ours = shared.evaluate(
        "x => window.neuralzooPlayground.answers(x, x.length / 2)",
        spoken["features"].ravel().tolist(),
    )
    theirs = spoken["model"].predict(spoken["features"], verbose=0)[:, 0]
    shared.get_by_label("With the weights above").uncheck()
    shared.get_by_text("Show me the code").click()
    np.testing.assert_allclose(theirs, ours, atol=1e-5)
    assert np.std(theirs) > 1e-3


def told(page, name, x, noise=None):
    """[f(x)] and [its slope] of an activation of the page; noise: of a noisy unit."""
    script = """([name, x, noise]) => {
      const [f, slope] = window.neuralzooPlayground.ACTIVATIONS[name];
      return x.map((x, i) => [f(x), slope(x, noise ? noise[i] : f(x))]); }"""
    return np.transpose(page.evaluate(script, [name, x, noise]))


def test_every_activation_and_slope_is_that_of_our_layers(shared):
    x = np.float32([-3, -0.5, 0.25, 4])
    for name in set(activations.FUNCTIONS):
        values, slopes = told(shared, name, x.tolist())
        np.testing.assert_allclose(values, activations.FUNCTIONS[name](x), rtol=1e-5)
        np.testing.assert_allclose(slopes, activations.SLOPES[name](tf.constant(x)), rtol=1e-4)
    e = np.float32([1, 1, -1, -1])
    noisy = activations.noisy_relu(x, e)
    _, slopes = told(shared, "noisy_relu", x.tolist(), noisy.numpy().tolist())
    np.testing.assert_allclose(slopes, activations.noisy_relu_slope(x, e), rtol=1e-4)


def test_a_sign_unit_is_corrected_by_rosenblatts_rule(shared):
    rng = np.random.default_rng(0)
    w, b, x = rng.normal(size=(3, 1)), rng.normal(size=1), rng.normal(size=(20, 3))
    y = np.sign(rng.normal(size=(20, 1)))
    y[[0, -1]] = -np.sign(x @ w + b)[[0, -1]]  # mistakes at both ends
    script = """([w, b, x, y]) => {
      const [kernel, bias] = [Float64Array.from(w), Float64Array.from(b)];
      const layer = { inputs: 3, units: 1, pieces: 1, activation: "sign", kernel, bias };
      const batch = { x: Float64Array.from(x), y: Float64Array.from(y) };
      const mistakes = window.neuralzooPlayground.correct({ layers: [layer] }, batch, 0.25);
      return [[...kernel], [...bias], mistakes]; }"""
    found = shared.evaluate(script, [part.ravel().tolist() for part in (w, b, x, y)])
    new_w, new_b = rosenblatt(w, b, x, y, 0.25)
    np.testing.assert_allclose(found[0], np.ravel(new_w))
    np.testing.assert_allclose(found[1], np.ravel(new_b))
    assert found[2] == np.sum(np.where(x @ w + b >= 0, 1, -1) != y) > 0


def test_noisy_units_are_noisy_in_training_alone(shared):
    press(shared, "Circle")
    shared.select_option("#pg-activation", "noisy_relu")
    script = "() => window.neuralzooPlayground.answers([1, 2, -1, 3], 2)"
    assert shared.evaluate(script) == shared.evaluate(script)
    ours = """draw => { const { gradients, network } = window.neuralzooPlayground;
      const batch = { x: Float64Array.from([1, 2]), y: Float64Array.of(1) };
      return [...gradients(network, batch, undefined, draw && Math.random)[0].bias]; }"""
    assert shared.evaluate(ours, False) == shared.evaluate(ours, False)
    assert shared.evaluate(ours, True) != shared.evaluate(ours, True)


def test_points_are_those_of_our_data(shared):
    def points(kind, noise, seed=1):
        script = "([k, n, s]) => window.neuralzooPlayground.points(k, 5000, n, s)"
        found = np.array(shared.evaluate(script, [kind, noise, seed]))
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


def hills(x):
    """1 or −1 at each top, by turns, and 0 at a distance of 2 from it."""
    tops = [[-4, 2.5, 1], [0, 2.5, -1], [4, 2.5, 1], [-4, -2.5, -1], [0, -2.5, 1], [4, -2.5, -1]]
    heights = [top * np.maximum(0, 1 - np.hypot(*(x - [a, b]).T) / 2) for a, b, top in tops]
    return np.sum(heights, axis=0)


@pytest.mark.parametrize(("kind", "amount"), [("plane", lambda x: x.sum(1) / 10), ("hills", hills)])
def test_amounts_by_their_formulas(shared, kind, amount):
    script = "([k, n]) => window.neuralzooPlayground.points(k, 2000, n, 1)"
    plain, noisy = (np.array(shared.evaluate(script, [kind, noise])) for noise in (0, 0.2))
    np.testing.assert_allclose(plain[:, 2], amount(plain[:, :2]), atol=1e-9)
    assert np.abs(plain[:, :2]).max(0) == pytest.approx([6, 6], abs=0.05)
    off = noisy[:, 2] - amount(noisy[:, :2])
    assert 0.02 < np.abs(off).mean() < 0.5
