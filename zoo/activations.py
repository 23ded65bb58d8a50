"""Activations beside those of Keras, and the derivative of each in closed form.

    logistic     σ(x) = 1 / (1 + exp(-x))          σ(x) (1 - σ(x))
    tanh         tanh(x)                           1 - tanh(x)²
    relu         max(0, x)                         1 if x > 0, else 0
    noisy_relu   max(0, x + e sqrt(σ(x)))          1 + e sqrt(σ(x)) (1 - σ(x)) / 2, or 0
    softplus     log(1 + exp(x))                   σ(x)
    leaky_relu   x if x > 0, else a x              1 if x > 0, else a           a = 0.01
    elu          x if x > 0, else exp(x) - 1       1 if x > 0, else exp(x)
    maxout       max of x[1], …, x[pieces]         1 for the largest, 0 for the others
    sign         1 if x >= 0, else -1              0
    linear       x                                 1

e is drawn from N(0, 1), so that the noise of the noisy ReLU has variance σ(x).  Where the slope
jumps, at zero, the derivative is that from the left, as in TensorFlow; where `maxout` has several
largest, each counts as one.

Reference: Nair & Hinton (2010), Rectified Linear Units Improve Restricted Boltzmann Machines, ICML
(noisy ReLU); Maas, Hannun & Ng (2013), Rectifier Nonlinearities Improve Neural Network Acoustic
Models, ICML workshop (leaky); Clevert, Unterthiner & Hochreiter (2016), Fast and Accurate Deep
Network Learning by Exponential Linear Units, ICLR; Goodfellow, Warde-Farley, Mirza, Courville &
Bengio (2013), Maxout Networks, ICML.
"""

import keras
from keras import layers, ops

LEAK = 0.01


@keras.saving.register_keras_serializable(package="zoo")
def sign(x):
    """1 where x >= 0, else -1; Keras's own sign is 0 at 0.  Its derivative is 0 everywhere."""
    x = ops.convert_to_tensor(x)
    return ops.where(x >= 0, ops.ones_like(x), -ops.ones_like(x))


@keras.saving.register_keras_serializable(package="zoo")
def leaky_relu(x):
    """Keras's, with the slope 0.01 of the paper; Keras's own default is 0.2."""
    return keras.activations.leaky_relu(x, negative_slope=LEAK)


def noisy_relu(x, e):
    """max(0, x + e sqrt(σ(x))); e: draws from N(0, 1), of x's shape."""
    return ops.relu(x + e * ops.sqrt(ops.sigmoid(x)))


def maxout(x, pieces):
    """(…, units * pieces) -> (…, units): the largest of each `pieces` neighbours."""
    return ops.max(_pieces(x, pieces), axis=-1)


def noisy_relu_slope(x, e):
    """Derivative of `noisy_relu` by x, for the same draws e."""
    s = ops.sigmoid(x)
    return _step(x + e * ops.sqrt(s), x) * (1 + e * ops.sqrt(s) * (1 - s) / 2)


def maxout_slope(x, pieces):
    """Derivative of each unit of `maxout` by its own pieces: (…, units * pieces) of 0 and 1."""
    groups = _pieces(x, pieces)
    largest = groups == ops.max(groups, axis=-1, keepdims=True)
    return ops.reshape(ops.cast(largest, x.dtype), ops.shape(x))


def _pieces(x, pieces):
    return ops.reshape(x, (*ops.shape(x)[:-1], _units(x.shape[-1], pieces), pieces))


def _units(sums, pieces):
    if sums % pieces:
        raise ValueError(
            f"maxout takes the largest of {pieces} pieces, and {sums} inputs do not divide by "
            f"that: give units * {pieces}"
        )
    return sums // pieces


def _step(x, like):
    return ops.cast(x > 0, like.dtype)


def _logistic_slope(x):
    return ops.sigmoid(x) * (1 - ops.sigmoid(x))


# name -> function of one number
FUNCTIONS = {
    "logistic": keras.activations.sigmoid,
    "tanh": keras.activations.tanh,
    "relu": keras.activations.relu,
    "softplus": keras.activations.softplus,
    "leaky_relu": leaky_relu,
    "elu": keras.activations.elu,
    "sign": sign,
    "linear": keras.activations.linear,
}

# name -> its derivative
SLOPES = {
    "logistic": _logistic_slope,
    "tanh": lambda x: 1 - ops.square(ops.tanh(x)),
    "relu": lambda x: _step(x, x),
    "softplus": ops.sigmoid,
    "leaky_relu": lambda x: LEAK + (1 - LEAK) * _step(x, x),
    "elu": lambda x: ops.where(x > 0, ops.ones_like(x), ops.exp(ops.minimum(x, 0.0))),
    "sign": ops.zeros_like,
    "linear": ops.ones_like,
}

NAMES = (*FUNCTIONS, "noisy_relu", "maxout")


@keras.saving.register_keras_serializable(package="zoo")
class NoisyReLU(layers.Layer):
    """Any shape: noisy in training, max(0, x) otherwise."""

    def __init__(self, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.seed = seed
        self.generator = keras.random.SeedGenerator(seed)

    def call(self, x, training=False):
        if not training:
            return ops.relu(x)
        e = keras.random.normal(ops.shape(x), dtype=x.dtype, seed=self.generator)
        return noisy_relu(x, e)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "seed": self.seed}


@keras.saving.register_keras_serializable(package="zoo")
class Maxout(layers.Layer):
    """(…, units * pieces) -> (…, units), to stand behind a `Dense` of units * pieces.

    Raises ValueError when the last axis does not divide by `pieces`.
    """

    def __init__(self, pieces=2, **kwargs):
        super().__init__(**kwargs)
        self.pieces = pieces

    def call(self, x):
        return maxout(x, self.pieces)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], _units(input_shape[-1], self.pieces))

    def get_config(self):
        return {**super().get_config(), "pieces": self.pieces}


def activation_layer(activation, pieces=2, **kwargs):
    """A Keras layer of the activation called `activation`; `pieces` is maxout's.

    Raises ValueError for an unknown name.
    """
    if activation not in NAMES:
        raise ValueError(f"activation={activation!r}: choose from {', '.join(NAMES)}")
    if activation == "noisy_relu":
        return NoisyReLU(**kwargs)
    if activation == "maxout":
        return Maxout(pieces, **kwargs)
    return layers.Activation(FUNCTIONS[activation], **kwargs)
