"""McCulloch and Pitts' threshold units, and any Boolean function as two layers of them.

    net[j] = sum over i of w[j, i] o[i]        o[j] = 1 if net[j] >= T[j], else 0

A positive weight excites, a negative one inhibits.  Nothing is learned: weights and thresholds
are the designer's.

    gate     weights   threshold
    and       1  1         2
    or        1  1         1
    nand     -1 -1        -1
    not      -1            0

A truth table becomes two layers by its disjunctive normal form.  For each row where the function
is 1 there is a hidden unit that fires for that row alone: weight 1 for an input that is 1 in the
row, -1 for one that is 0, and as threshold the number of ones.  The output unit is their "or".

In the paper one active inhibitory input silences a unit whatever else arrives.  The hidden units
here do just that too, as one wrong input takes them below their threshold; `nand` does not, and
the paper would need two layers for it.

Reference: McCulloch & Pitts (1943), A Logical Calculus of the Ideas Immanent in Nervous Activity,
Bulletin of Mathematical Biophysics 5.
"""

import keras
import numpy as np
from keras import layers, ops

from zoo.registry import register

# gate -> weights of its inputs, threshold
GATES = {"and": ((1, 1), 2), "or": ((1, 1), 1), "nand": ((-1, -1), -1), "not": ((-1,), 0)}


@keras.saving.register_keras_serializable(package="zoo")
class ThresholdUnits(layers.Layer):
    """(batch, inputs) of 0 and 1 -> (batch, units) of 0 and 1.

    weights: `units` rows of one number an input, w[j, i]; thresholds: one number a unit.
    """

    def __init__(self, weights, thresholds, **kwargs):
        kwargs.setdefault("trainable", False)
        super().__init__(**kwargs)
        # plain lists, so that the layer can be saved
        self.given = np.array(weights, "float32").tolist()
        self.thresholds = np.array(thresholds, "float32").tolist()

    def build(self, input_shape):
        w, t = np.array(self.given, "float32"), np.array(self.thresholds, "float32")
        if w.shape != (len(t), input_shape[-1]):
            raise ValueError(
                f"weights of shape {w.shape} for {len(t)} thresholds and {input_shape[-1]} "
                f"inputs: give one row a threshold, with one weight an input"
            )
        self.w = self._fixed("w", w)
        self.t = self._fixed("t", t)

    def _fixed(self, name, value):
        return self.add_weight(
            shape=value.shape, initializer=lambda *_, **__: value, trainable=False, name=name
        )

    def call(self, o):
        net = ops.matmul(o, ops.transpose(ops.cast(self.w, o.dtype)))
        return ops.cast(net >= ops.cast(self.t, o.dtype), o.dtype)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], len(self.thresholds))

    def get_config(self):
        return {**super().get_config(), "weights": self.given, "thresholds": self.thresholds}


def bits(n):
    """(2**n, n) of 0 and 1: the rows of a truth table in counting order, 00 01 10 11."""
    return (np.arange(2**n)[:, None] >> np.arange(n)[::-1]) & 1


def normal_form(table):
    """A truth table as two layers: ((weights, thresholds), (weights, thresholds)).

    table: 2**n numbers 0 or 1, the function's values over the rows of `bits(n)`.
    Raises ValueError for another length or other values.
    """
    table = np.asarray(table)
    n = _inputs(table)
    rows = bits(n)[table == 1]
    hidden = 2 * rows - 1, rows.sum(1)
    if not len(rows):  # a function that is never 1: one unit that never fires
        hidden = np.ones((1, n), int), np.array([n + 1])
    return hidden, (np.ones((1, len(hidden[1])), int), np.array([1]))


def _inputs(table):
    n = table.size.bit_length() - 1
    if table.ndim != 1 or n < 1 or table.size != 2**n or not np.isin(table, (0, 1)).all():
        seen = "".join(str(value) for value in table.ravel()[:32])
        raise ValueError(
            f"{seen!r} is no truth table: give 2, 4, 8, … digits 0 or 1, the function's values "
            f"in counting order, such as 0110 for xor; or a gate: {', '.join(GATES)}"
        )
    return n


@register
def mcculloch_pitts(function="0110"):
    """`x` (batch, inputs) of 0 and 1 -> `y` (batch, 1) of 0 and 1.

    function: a gate (and, or, nand, not), which is one unit, or a truth table, which is two layers.
    Raises ValueError when it is neither.
    """
    if function in GATES:
        weights, threshold = GATES[function]
        parts = [((weights,), (threshold,))]
    else:
        parts = normal_form([int(c) if c in "01" else c for c in function])
    x = keras.Input((len(parts[0][0][0]),), name="x")
    y = x
    for number, (weights, thresholds) in enumerate(parts, 1):
        y = ThresholdUnits(weights, thresholds, dtype="float32", name=f"layer{number}")(y)
    return keras.Model({"x": x}, {"y": y}, name="mcculloch_pitts")
