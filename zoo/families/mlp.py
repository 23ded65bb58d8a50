"""The multilayer perceptron: any depth and width.

    h[0] = x        h[l] = f(h[l-1] W[l] + b[l])        y = g(h[L] V + c)

One hidden layer with enough units comes as near to any continuous function on a bounded set as
asked (Cybenko 1989; Hornik, Stinchcombe & White 1989); `python -m benchmarks.approximation` shows
it.  Two ways to tell an interval of x from the rest, as one needs a bend somewhere:

    quadratic_logistic   y = σ(θ0 + θ1 x + θ2 x²)                           the bend is designed
    two_tanh             y = σ(v1 tanh(w1 x + b1) + v2 tanh(w2 x + b2) + c)   the bend is learned

Reference: Rumelhart, Hinton & Williams (1986), Learning Representations by Back-Propagating Errors,
Nature 323; dropout is Srivastava et al. (2014), Journal of Machine Learning Research 15; batch
normalisation is Ioffe & Szegedy (2015), ICML.
"""

import keras
from keras import layers, ops

from zoo.activations import activation_layer
from zoo.registry import register

# those that are zero, or nearly, for half of the inputs: He's larger weights make up for that
HALVING = {"relu", "noisy_relu", "leaky_relu", "elu", "maxout"}


@register(
    quadratic_logistic={"features": 1, "units": (), "powers": 2, "output": "logistic"},
    two_tanh={"features": 1, "units": (2,), "activation": "tanh", "output": "logistic"},
)
def mlp(
    features=2,
    outputs=1,
    units=(8,),
    activation="tanh",
    output="linear",
    powers=1,
    pieces=2,
    dropout=0.0,
    batch_norm=False,
):
    """`x` (batch, features) -> `y` (batch, outputs).

    units: the width of each hidden layer; () for none.
    activation: f, of `zoo.activations.NAMES`; output: g, any of them but maxout.
    powers: the inputs are x, x², … up to this power; pieces: sums a unit of maxout.
    dropout: share of hidden outputs that are zero in a training step; batch_norm: before each f.
    """
    x = keras.Input((features,), name="x")
    h = x if powers == 1 else ops.concatenate([ops.power(x, n + 1) for n in range(powers)], axis=-1)
    for number, width in enumerate(units, 1):
        h = _hidden(h, number, width, activation, pieces, batch_norm)
        if dropout:
            h = layers.Dropout(dropout, name=f"dropout{number}")(h)
    y = layers.Dense(outputs, dtype="float32", name="sum")(h)
    if output == "maxout":
        raise ValueError("output='maxout': choose a function of one sum, such as linear")
    y = activation_layer(output, dtype="float32", name="y")(y)
    return keras.Model({"x": x}, {"y": y}, name="mlp")


def _hidden(h, number, width, activation, pieces, batch_norm):
    h = layers.Dense(
        width * pieces if activation == "maxout" else width,
        use_bias=not batch_norm,  # it would add a second one
        kernel_initializer="he_normal" if activation in HALVING else "glorot_uniform",
        name=f"hidden{number}",
    )(h)
    if batch_norm:
        h = layers.BatchNormalization(name=f"norm{number}")(h)
    return activation_layer(activation, pieces, name=f"f{number}")(h)
