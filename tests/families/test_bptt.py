"""Back-propagation through time over two steps, each gradient written out by hand.

a[1] = x[1] W + b               h[1] = f(a[1])      y[1] = h[1] V + c
a[2] = x[2] W + h[1] U + b      h[2] = f(a[2])      y[2] = h[2] V + c

E = 1/2 |y[1] - d[1]|² + 1/2 |y[2] - d[2]|²         e[t] = y[t] - d[t]

δ[2] = (e[2] Vᵀ) f'(a[2])                           nothing comes after step 2
δ[1] = (e[1] Vᵀ + δ[2] Uᵀ) f'(a[1])                 step 1 is also to blame for step 2

dE/dV = h[1]ᵀ e[1] + h[2]ᵀ e[2]                     dE/dc = e[1] + e[2]
dE/dW = x[1]ᵀ δ[1] + x[2]ᵀ δ[2]                     dE/db = δ[1] + δ[2]
dE/dU = h[1]ᵀ δ[2]                                  h[0] is zero
"""

import numpy as np
import pytest
import tensorflow as tf

import zoo

X1, X2 = np.array([[0.5, -1.0]]), np.array([[1.5, 0.25]])
D1, D2 = np.array([[0.3, -0.6]]), np.array([[-0.2, 0.9]])
W = np.array([[0.4, -0.3, 0.8], [0.1, 0.7, -0.5]])
U = np.array([[0.2, -0.6, 0.1], [0.5, 0.3, -0.4], [-0.7, 0.9, 0.6]])
B = np.array([[0.05, -0.1, 0.2]])
V = np.array([[0.6, -0.2], [-0.9, 0.4], [0.3, 0.8]])
C = np.array([[-0.15, 0.25]])


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


# f, and f' as a function of h = f(a)
FUNCTIONS = {
    "sigmoid": (sigmoid, lambda h: h * (1 - h)),
    "tanh": (np.tanh, lambda h: 1 - h**2),
}


def by_hand(f, slope):
    """E and its gradients for W, U, b, V, c, in float64."""
    h1 = f(X1 @ W + B)
    h2 = f(X2 @ W + h1 @ U + B)
    e1 = h1 @ V + C - D1
    e2 = h2 @ V + C - D2
    delta2 = (e2 @ V.T) * slope(h2)
    delta1 = (e1 @ V.T + delta2 @ U.T) * slope(h1)
    gradients = {
        "W": X1.T @ delta1 + X2.T @ delta2,
        "U": h1.T @ delta2,
        "b": delta1 + delta2,
        "V": h1.T @ e1 + h2.T @ e2,
        "c": e1 + e2,
    }
    return (np.sum(e1**2) + np.sum(e2**2)) / 2, gradients


def by_network(activation, training):
    """The same of the network `many_to_many`, by TensorFlow, in float32."""
    model = zoo.build("many_to_many", inputs=2, outputs=2, units=3, activation=activation)
    hidden, output = model.get_layer("hidden"), model.get_layer("y")
    hidden.set_weights([W, U, B[0]])
    output.set_weights([V, C[0]])
    weights = dict(
        zip("WUbVc", [*hidden.trainable_weights, *output.trainable_weights], strict=True)
    )
    x, d = (np.float32([np.concatenate(pair)]) for pair in ((X1, X2), (D1, D2)))
    with tf.GradientTape() as tape:
        y = model({"x": x}, training=training)["y"]
        error = tf.reduce_sum((y - d) ** 2) / 2
    return error, tape.gradient(error, {name: w.value for name, w in weights.items()})


@pytest.mark.parametrize("training", [False, True])  # TensorFlow's loop, and our own way back
@pytest.mark.parametrize("activation", FUNCTIONS)
def test_two_steps_by_hand(activation, training):
    error, expected = by_hand(*FUNCTIONS[activation])
    got_error, got = by_network(activation, training)
    np.testing.assert_allclose(got_error, error, rtol=1e-6)
    for name, gradient in expected.items():
        shape = got[name].shape
        np.testing.assert_allclose(got[name], gradient.reshape(shape), atol=1e-6, err_msg=name)


@pytest.mark.parametrize("activation", FUNCTIONS)
def test_the_formulas_agree_with_small_differences(activation):
    """Each weight is moved a little both ways; the slope of E is the gradient."""
    functions = FUNCTIONS[activation]
    _, gradients = by_hand(*functions)
    for name, weight in {"W": W, "U": U, "b": B, "V": V, "c": C}.items():
        for place in np.ndindex(weight.shape):
            kept, errors = weight[place], []
            for moved in (kept - 1e-5, kept + 1e-5):
                weight[place] = moved
                errors.append(by_hand(*functions)[0])
            weight[place] = kept
            slope = (errors[1] - errors[0]) / 2e-5
            np.testing.assert_allclose(gradients[name][place], slope, atol=1e-8, err_msg=name)
