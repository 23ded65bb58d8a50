"""LeNet-5, the convolutional network that read cheques.

    28x28, padded to 32x32 -> C1 6@28x28 -> S2 6@14x14 -> C3 16@10x10 -> S4 16@5x5
                           -> C5 120 -> F6 84 -> classes

Each C is a convolution by 5x5 kernels (10x10 by 3x3 would give 8x8), each S
halves both sides, so that features grow more abstract and less exactly placed.

`lenet5` is the modern reading: ReLU, max pooling, C3 sees all six maps, a dense
layer of logits.  `lenet5_1998` is the paper's own, every part of it optional:

    f(a) = 1.7159 tanh(2/3 a)                                    activation="scaled_tanh"
    S:  f(w[map] * sum of 2x2 + b[map])                          pooling="trainable"
    C3: each map sees only some of S2's, by the paper's Table I  connections="table"
    y[i] = sum over j of (x[j] - w[i, j])^2, w a 7x12 bitmap     output="rbf"

Reference: LeCun, Bottou, Bengio & Haffner (1998), Gradient-Based Learning Applied to
Document Recognition, Proceedings of the IEEE 86(11).
"""

import keras
import numpy as np
from keras import layers, ops

from zoo.registry import register

# Table I of the paper: row = map of S2, column = map of C3, X = connected.
TABLE_I = """
X...XXX..XXXX.XX
XX...XXX..XXXX.X
XXX...XXX..X.XXX
.XXX..XXXX..X.XX
..XXX..XXXX.XX.X
...XXX..XXXX.XXX
"""

# The ten digits as F6's 7x12 targets: our own drawings after the paper's Figure 3,
# eight rows of seven, with two empty rows above and below.
BITMAPS = """
.#####. ...##.. .#####. .#####. ##..##. ####### .#####. ####### .#####. .#####.
##...## ..###.. ##...## ##...## ##..##. ##..... ##...## ##...## ##...## ##...##
##...## ...##.. .....## .....## ##..##. ##..... ##..... .....## ##...## ##...##
##...## ...##.. ....##. ..####. ##..##. ######. ######. ....##. .#####. .######
##...## ...##.. ..###.. .....## ####### .....## ##...## ...##.. ##...## .....##
##...## ...##.. .##.... .....## ....##. .....## ##...## ..##... ##...## .....##
##...## ...##.. ##..... ##...## ....##. ##...## ##...## ..##... ##...## ##...##
.#####. ..####. ####### .#####. ....##. .#####. .#####. ..##... .#####. .#####.
"""


@keras.saving.register_keras_serializable(package="zoo")
def scaled_tanh(a):
    """1.7159 tanh(2/3 a): f(1) = 1 and f(-1) = -1 (the paper's Appendix A)."""
    return 1.7159 * ops.tanh(a * (2 / 3))


@keras.saving.register_keras_serializable(package="zoo")
class Subsampling(layers.Layer):
    """(batch, 2h, 2w, maps) -> (batch, h, w, maps): one weight and one bias a map."""

    def build(self, input_shape):
        shape = (input_shape[-1],)
        # a quarter: the layer starts as the mean of each 2x2
        self.w = self.add_weight(
            shape=shape, initializer=keras.initializers.Constant(0.25), name="w"
        )
        self.b = self.add_weight(shape=shape, initializer="zeros", name="b")

    def call(self, x):
        return 4 * ops.average_pool(x, 2, 2) * self.w + self.b

    def compute_output_shape(self, input_shape):
        batch, height, width, maps = input_shape
        return batch, height // 2, width // 2, maps


@keras.saving.register_keras_serializable(package="zoo")
class TableConv2D(layers.Layer):
    """Convolution, unpadded, in which output map j sees the inputs that `table` says.

    (batch, h, w, 6) -> (batch, h - kernel + 1, w - kernel + 1, maps).  The weights are one
    flat vector of those that exist: 60 connections of 25 in the paper.

    table: rows of "X" and ".", a row an input map, a column an output map.
    """

    def __init__(self, table, kernel=5, **kwargs):
        super().__init__(**kwargs)
        self.table = table
        self.kernel = kernel
        self.connected = np.array([[c == "X" for c in row] for row in table.split()])

    def build(self, input_shape):
        inputs, maps = self.connected.shape
        mask = np.broadcast_to(self.connected, (self.kernel, self.kernel, inputs, maps))
        self.where = np.flatnonzero(mask)
        fan_in = self.kernel**2 * self.connected.sum() / maps
        uniform = keras.initializers.RandomUniform(-2.4 / fan_in, 2.4 / fan_in)  # the paper's
        self.w = self.add_weight(shape=self.where.shape, initializer=uniform, name="w")
        self.b = self.add_weight(shape=(maps,), initializer="zeros", name="b")

    def call(self, x):
        shape = (self.kernel, self.kernel, *self.connected.shape)
        flat = ops.scatter(self.where[:, None], self.w, (int(np.prod(shape)),))
        return ops.conv(x, ops.reshape(flat, shape), padding="valid") + self.b

    def compute_output_shape(self, input_shape):
        batch, height, width, _ = input_shape
        cut = self.kernel - 1
        return batch, height - cut, width - cut, self.connected.shape[1]

    def get_config(self):
        return {**super().get_config(), "table": self.table, "kernel": self.kernel}


@keras.saving.register_keras_serializable(package="zoo")
class BitmapRBF(layers.Layer):
    """(batch, 84) -> (batch, 10): minus the squared distance to each digit's bitmap.

    Minus, so that the largest is the answer and softmax cross-entropy over it is the
    paper's discriminative criterion.  The bitmaps are +1 and -1 and are not trained.
    """

    def build(self, input_shape):
        rows = [row.split() for row in BITMAPS.strip().split("\n")]
        digits = np.array([[list(cell) for cell in row] for row in rows]) == "#"
        framed = np.pad(digits.transpose(1, 0, 2), ((0, 0), (2, 2), (0, 0)))
        codes = np.where(framed.reshape(10, 84), 1.0, -1.0)
        constant = keras.initializers.Constant(codes)
        self.w = self.add_weight(shape=(10, 84), initializer=constant, trainable=False, name="w")

    def call(self, x):
        # float32 under every policy: 84 squares are summed
        difference = ops.cast(x, "float32")[:, None, :] - ops.cast(self.w, "float32")
        return -ops.sum(ops.square(difference), axis=-1)

    def compute_output_shape(self, input_shape):
        return input_shape[0], 10


@register(
    lenet5_1998={
        "activation": "scaled_tanh",
        "pooling": "trainable",
        "connections": "table",
        "output": "rbf",
    }
)
def lenet5(classes=10, activation="relu", pooling="max", connections="full", output="dense"):
    """`image` (batch, 28, 28, 1), ink 1 on 0 -> `logits` (batch, classes).

    activation: any of Keras's, or "scaled_tanh"; pooling: "max", "average", "trainable";
    connections of C3: "full", "table"; output: "dense", or "rbf" for exactly ten classes.
    """
    f = scaled_tanh if activation == "scaled_tanh" else activation
    image = keras.Input((28, 28, 1), name="image")
    x = layers.ZeroPadding2D(2, name="pad")(image)
    if activation == "scaled_tanh":  # paper and ink so that the mean is about 0, variance 1
        x = layers.Rescaling(1.275, offset=-0.1, name="rescale")(x)
    x = layers.Conv2D(6, 5, activation=f, name="c1")(x)
    x = _pool(pooling, f, "s2")(x)
    x = _c3(connections, f)(x)
    x = _pool(pooling, f, "s4")(x)
    x = layers.Flatten(name="flatten")(x)
    x = layers.Dense(120, activation=f, name="c5")(x)  # 5x5 kernels over 5x5: dense
    x = layers.Dense(84, activation=f, name="f6")(x)
    logits = _output(output, classes)(x)
    return keras.Model({"image": image}, {"logits": logits}, name="lenet5")


def _pool(kind, f, name):
    if kind == "trainable":
        return keras.Sequential([Subsampling(), layers.Activation(f)], name=name)
    kinds = {"max": layers.MaxPooling2D, "average": layers.AveragePooling2D}
    return _choose("pooling", kind, kinds)(2, name=name)


def _c3(connections, f):
    if connections == "table":
        return keras.Sequential([TableConv2D(TABLE_I), layers.Activation(f)], name="c3")
    kinds = {"full": layers.Conv2D}
    return _choose("connections", connections, kinds)(16, 5, activation=f, name="c3")


def _output(kind, classes):
    if kind == "rbf":
        if classes != 10:
            raise ValueError(f"output='rbf' has bitmaps of ten digits: classes=10, not {classes}")
        return BitmapRBF(dtype="float32", name="logits")
    kinds = {"dense": layers.Dense}
    return _choose("output", kind, kinds)(classes, dtype="float32", name="logits")


def _choose(what, name, kinds):
    if name not in kinds:
        raise ValueError(f"unknown {what} {name!r} of lenet5: choose from {', '.join(kinds)}")
    return kinds[name]
