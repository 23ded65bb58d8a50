"""Hebb's rule and Oja's: learning without labels, from what fires together.

    y = w · x
    hebb    w <- w + η y x
    oja     w <- w + η y (x - y w)

Hebb's weights grow without bound along the direction in which the inputs vary most.  Oja's second
term, -η y² w, keeps them near length 1, so that they end as that direction itself: the first
principal component of the inputs (up to its sign), if their mean is zero.  y w is then the best
reconstruction of x from one number.  For a batch the changes of its examples are averaged.  Every
unit learns by itself, so several end as the same component.

Reference: Hebb (1949), The Organization of Behavior; Oja (1982), A Simplified Neuron Model as a
Principal Component Analyzer, Journal of Mathematical Biology 15.
"""

import keras
from keras import layers, ops

from zoo.layers.by_rule import ByRule
from zoo.registry import register

RULES = ("hebb", "oja")


def changed(w, x, rate, rule):
    """The new w (features, units) after a batch x (batch, features)."""
    y = ops.matmul(x, w)
    growth = ops.matmul(ops.transpose(x), y)
    decay = ops.sum(ops.square(y), axis=0) * w if rule == "oja" else 0.0
    return w + rate * (growth - decay) / ops.cast(ops.shape(x)[0], w.dtype)


@keras.saving.register_keras_serializable(package="zoo")
class HebbianUnits(layers.Layer):
    """(batch, features) -> y (batch, units) and its y w (batch, features), summed over units.

    `learn` changes the weights, no gradient does.
    """

    def __init__(self, units=1, rule="oja", **kwargs):
        super().__init__(**kwargs)
        if rule not in RULES:
            raise ValueError(f"rule={rule!r}: choose {' or '.join(RULES)}")
        self.units = units
        self.rule = rule

    def build(self, input_shape):
        # zero would stay zero
        self.w = self.add_weight(
            shape=(input_shape[-1], self.units),
            initializer=keras.initializers.RandomNormal(stddev=0.1),
            trainable=False,
            aggregation="only_first_replica",  # all devices make the same step
            name="w",
        )

    def call(self, x):
        w = ops.cast(self.w, x.dtype)
        y = ops.matmul(x, w)
        return y, ops.matmul(y, ops.transpose(w))

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], self.units), input_shape

    def learn(self, x, rate):
        """One step of the rule; x (batch, features)."""
        x, rate = (ops.cast(value, self.variable_dtype) for value in (x, rate))
        self.w.assign(changed(self.w, x, rate, self.rule))

    def get_config(self):
        return {**super().get_config(), "units": self.units, "rule": self.rule}


@keras.saving.register_keras_serializable(package="zoo")
class Hebbian(ByRule):
    """The trained network; what `fit` is given as y is measured against, not learned from."""

    def learn(self, x, y, rate):
        self.get_layer("units").learn(x["x"], rate)


@register
def hebbian(features=2, units=1, rule="oja"):
    """`x` (batch, features) -> `y` (batch, units), `reconstruction` (batch, features)."""
    x = keras.Input((features,), name="x")
    y, reconstruction = HebbianUnits(units, rule, dtype="float32", name="units")(x)
    return Hebbian({"x": x}, {"y": y, "reconstruction": reconstruction}, name="hebbian")
