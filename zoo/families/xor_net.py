"""XOR by a hidden layer: designed by hand, and learned by backpropagation.

    xor_net         h1 = φ(x1 + x2 + 1)     "or"         φ(z) = 1 if z >= 0, else -1
                    h2 = φ(x1 + x2 - 1)     "and"
                    y  = φ(h1 - h2 - 1)     "or, and not and"

    xor_learned     h = f(x W + b)          y = tanh(h · v + c)

True is 1 and false is -1, in and out.  No single sign unit can do it, as no straight line parts
(1, -1) and (-1, 1) from (1, 1) and (-1, -1); the hidden layer draws two lines, with thresholds -1
and 1, and the output asks for what lies between them.  The sign's derivative is zero, so that
gradients teach it nothing: what is learned has a smooth f.

Reference: Minsky & Papert (1969), Perceptrons, MIT Press, for the trouble; Rumelhart, Hinton &
Williams (1986), Learning Internal Representations by Error Propagation, in Parallel Distributed
Processing 1, for XOR learned.
"""

import keras
from keras import layers
from keras.initializers import Constant

from zoo.activations import activation_layer, sign
from zoo.registry import register


@register
def xor_net():
    """`x` (batch, 2) of 1 and -1 -> `y` (batch, 1) of 1 and -1; nothing is trainable."""
    x = keras.Input((2,), name="x")
    h = _signs("hidden", [[1, 1], [1, 1]], [1, -1])(x)
    y = _signs("y", [[1], [-1]], [-1])(h)
    return keras.Model({"x": x}, {"y": y}, name="xor_net")


def _signs(name, w, b):
    return layers.Dense(
        len(b),
        sign,
        kernel_initializer=Constant(w),
        bias_initializer=Constant(b),
        trainable=False,
        dtype="float32",
        name=name,
    )


@register
def xor_learned(units=2, activation="tanh"):
    """`x` (batch, 2) of 1 and -1 -> `y` (batch, 1) from -1 to 1.

    activation: f, any of `zoo.activations.NAMES` but maxout.
    Raises ValueError for another.
    """
    if activation == "maxout":
        raise ValueError("activation='maxout' needs more than one sum a unit: use `mlp`")
    x = keras.Input((2,), name="x")
    h = layers.Dense(units, name="hidden")(x)
    h = activation_layer(activation, name="f")(h)
    y = layers.Dense(1, "tanh", dtype="float32", name="y")(h)
    return keras.Model({"x": x}, {"y": y}, name="xor_learned")
