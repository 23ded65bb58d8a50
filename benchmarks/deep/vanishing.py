"""Gradients by layer in a net of ten hidden layers of 64, before any training.

The norm of the gradient of cross-entropy by each layer's weights W, on 256 digits, with Glorot's
start for all three activations.
"""

import keras
import numpy as np
import tensorflow as tf

import zoo
from benchmarks.chart import chart
from benchmarks.deep.digits import flat, keep

LAYERS = 10
ACTIVATIONS = ("logistic", "tanh", "relu")


def norms(activation, x, labels, seed):
    """The gradient's norm for each hidden layer, from the input up: (10,)."""
    keras.utils.set_random_seed(seed)
    model = zoo.build("mlp", features=784, outputs=10, units=(64,) * LAYERS, activation=activation)
    weights = [model.get_layer(f"hidden{n}").kernel for n in range(1, LAYERS + 1)]
    for n, w in enumerate(weights):  # the same start for each, or relu would have He's
        w.assign(keras.initializers.GlorotUniform(seed=100 * seed + n)(w.shape))
    with tf.GradientTape() as tape:
        logits = model({"x": x})["y"]
        loss = keras.losses.sparse_categorical_crossentropy(labels, logits, from_logits=True)
        loss = tf.reduce_mean(loss)
    return [float(tf.norm(g)) for g in tape.gradient(loss, [w.value for w in weights])]


def run(seeds, data, epochs, to):
    """Lines of the table, and vanishing.csv and .svg; `epochs` is not used: nothing is trained."""
    x, labels = (part[:256] for part in flat("train", data))
    table = {a: np.median([norms(a, x, labels, s) for s in seeds], 0) for a in ACTIVATIONS}
    yield "layer " + "".join(f"{a:>12}" for a in ACTIVATIONS)
    rows = [[n + 1, *(table[a][n] for a in ACTIVATIONS)] for n in range(LAYERS)]
    for n, *row in rows:
        yield f"{n:5} " + "".join(f"{norm:12.2e}" for norm in row)
    yield "1/10  " + "".join(f"{table[a][0] / table[a][-1]:12.2e}" for a in ACTIVATIONS)
    told = ([n, *(f"{norm:.3e}" for norm in row)] for n, *row in rows)
    keep(to, "vanishing", ("layer", *ACTIVATIONS), told, _picture(table))


def _picture(table):
    series = {a: [*enumerate(norms, 1)] for a, norms in table.items()}
    x = {n: str(n) for n in range(1, LAYERS + 1)}
    y = {10.0**n: f"1e{n}" for n in range(-10, 1, 2)}
    title = "Norm of the gradient by each layer's weights, before training"
    return chart(title, series, x, y, "hidden layer, from the input up", "norm of gradient", "y")
