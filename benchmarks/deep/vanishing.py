"""Gradients by layer in a net of ten hidden layers of 64, before any training.

The norm of the gradient of cross-entropy by each layer's weights W, on 256 digits, with Glorot's
start for all three activations.
"""

import keras
import numpy as np
import tensorflow as tf

import zoo
from benchmarks.deep.digits import flat

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


def run(seeds, data, epochs):
    """Lines of the table; `epochs` is not used, as nothing is trained."""
    x, labels = (part[:256] for part in flat("train", data))
    table = {a: np.median([norms(a, x, labels, s) for s in seeds], 0) for a in ACTIVATIONS}
    yield "layer " + "".join(f"{a:>12}" for a in ACTIVATIONS)
    for n in range(LAYERS):
        yield f"{n + 1:5} " + "".join(f"{table[a][n]:12.2e}" for a in ACTIVATIONS)
    yield "1/10  " + "".join(f"{table[a][0] / table[a][-1]:12.2e}" for a in ACTIVATIONS)
