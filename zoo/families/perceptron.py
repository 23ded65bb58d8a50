"""Rosenblatt's perceptron: a sign unit that learns from its mistakes.

    z = w · x + b        ŷ = φ(z) = 1 if z >= 0, else -1
    w <- w + η (y - ŷ) x
    b <- b + η (y - ŷ)

y is 1 or -1, so a right answer changes nothing and a mistake adds 2 η y x.  For a batch the
changes of its examples, all found with the weights before it, are summed.

If some hyperplane separates the classes with margin γ and no example is longer than R, at most
(R / γ)² mistakes are made from zero weights, whatever the order and η (Novikoff 1962).  Here an
example includes the 1 that b is the weight of.  If none separates them, the mistakes never end,
but the weights stay bounded, so that those of whole numbers come back: a cycle.

keep: which weights answer when training is over.  "last": the last ones.  "averaged": the mean
over all steps (Freund & Schapire 1999).  "pocket": those with the longest run of right answers
(Gallant 1990); for a batch, the run counts examples and a batch with a mistake ends it.

Reference: Rosenblatt (1958), The Perceptron: A Probabilistic Model for Information Storage and
Organization in the Brain, Psychological Review 65(6); Novikoff (1962), On Convergence Proofs on
Perceptrons; Gallant (1990), Perceptron-Based Learning Algorithms; Freund & Schapire (1999), Large
Margin Classification Using the Perceptron Algorithm.
"""

from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

from zoo.activations import sign
from zoo.layers.by_rule import ByRule
from zoo.registry import register

KEEP = ("last", "averaged", "pocket")


def rosenblatt(w, b, x, y, rate):
    """The rule for a batch: the new w (features, units) and b (units,).

    x: (batch, features); y: (batch, units) of 1 and -1.
    """
    error = rate * (y - sign(ops.matmul(x, w) + b))
    return w + ops.matmul(ops.transpose(x), error), b + ops.sum(error, axis=0)


@keras.saving.register_keras_serializable(package="zoo")
class SignUnit(layers.Layer):
    """(batch, features) -> (batch, units) of 1 and -1; it starts at zero and learns by `learn`.

    In training (`training=True`) the last weights answer, else those that `keep` says.
    """

    def __init__(self, units=1, keep="last", **kwargs):
        super().__init__(**kwargs)
        if keep not in KEEP:
            raise ValueError(f"keep={keep!r}: choose from {', '.join(KEEP)}")
        self.units = units
        self.keep = keep

    def build(self, input_shape):
        features = input_shape[-1]
        self.w = self._weight("w", features, self.units)
        self.b = self._weight("b", self.units)
        if self.keep != "last":  # their sum, or the pocket
            self.kept_w = self._weight("kept_w", features, self.units)
            self.kept_b = self._weight("kept_b", self.units)
        if self.keep == "averaged":
            self.steps = self._weight("steps")
        if self.keep == "pocket":
            self.run = self._weight("run", self.units)
            self.longest = self._weight("longest", self.units)

    def _weight(self, name, *shape):
        return self.add_weight(
            shape=shape,
            initializer="zeros",
            trainable=False,  # by a gradient, which is zero, it would not learn
            aggregation="only_first_replica",  # all devices make the same step
            name=name,
        )

    def call(self, x, training=False):
        w, b = (self.w, self.b) if training else self.answering()
        return sign(ops.matmul(x, ops.cast(w, x.dtype)) + ops.cast(b, x.dtype))

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], self.units)

    def answering(self):
        """The w and b that answer outside training."""
        if self.keep == "last":
            return self.w, self.b
        if self.keep == "pocket":
            return self.kept_w, self.kept_b
        steps = ops.maximum(self.steps, 1.0)
        return self.kept_w / steps, self.kept_b / steps

    def learn(self, x, y, rate):
        """One step of Rosenblatt's rule; x (batch, features), y (batch, units) of 1 and -1."""
        x, y, rate = (ops.cast(value, self.variable_dtype) for value in (x, y, rate))
        if self.keep == "pocket":
            self._pocket(x, y)
        w, b = rosenblatt(self.w, self.b, x, y, rate)
        self.w.assign(w)
        self.b.assign(b)
        if self.keep == "averaged":
            self.kept_w.assign_add(w)
            self.kept_b.assign_add(b)
            self.steps.assign_add(1.0)

    def _pocket(self, x, y):
        right = ops.all(sign(ops.matmul(x, self.w) + self.b) == y, axis=0)
        examples = ops.cast(ops.shape(x)[0], self.variable_dtype)
        self.run.assign(ops.where(right, self.run + examples, 0.0))
        better = self.run > self.longest
        self.longest.assign(ops.where(better, self.run, self.longest))
        self.kept_w.assign(ops.where(better, self.w, self.kept_w))
        self.kept_b.assign(ops.where(better, self.b, self.kept_b))

    def get_config(self):
        return {**super().get_config(), "units": self.units, "keep": self.keep}


@keras.saving.register_keras_serializable(package="zoo")
class Perceptron(ByRule):
    """The trained network: `learn` hands each batch to its sign units."""

    def learn(self, x, y, rate):
        self.get_layer("sign").learn(x["x"], y["y"], rate)


@register
def perceptron(features=2, units=1, keep="last"):
    """`x` (batch, features) -> `y` (batch, units) of 1 and -1."""
    x = keras.Input((features,), name="x")
    y = SignUnit(units, keep, dtype="float32", name="sign")(x)
    return Perceptron({"x": x}, {"y": y}, name="perceptron")


class Walk(NamedTuple):
    """What `walk` saw.

    path: (examples + 1, features + 1) float32: w and then b, at the start and after each example.
    mistakes: how many examples were answered wrongly.
    converged: whether the last pass had no mistake.
    cycle: the part of `path` that repeats for ever, its first row equal to its last; None if none
        was found.
    """

    path: np.ndarray
    mistakes: int
    converged: bool
    cycle: np.ndarray | None


@tf.function(
    input_signature=[
        tf.TensorSpec((None, 1)),
        tf.TensorSpec((1,)),
        tf.TensorSpec((None, None)),
        tf.TensorSpec((None, 1)),
        tf.TensorSpec(()),
    ]
)
def _one_pass(w, b, x, y, rate):
    def step(weights, example):
        return rosenblatt(*weights, example[0][None], example[1][None], rate)

    return tf.scan(step, (x, y), (w, b))


def walk(x, y, rate=1.0, passes=1000):
    """Teach one unit from zero, an example at a time, in the same order in every pass.

    x: (examples, features); y: (examples,) of 1 and -1.  Ends with the first pass without a
    mistake, when the weights at the end of a pass have been seen at the end of an earlier one, so
    that all after it repeats, or after `passes`.
    """
    x, y = np.asarray(x, "float32"), np.asarray(y, "float32").reshape(-1, 1)
    path = [np.zeros((1, x.shape[1] + 1), "float32")]
    ends = {path[0].tobytes(): 0}
    mistakes = 0
    for number in range(1, passes + 1):
        now = path[-1][-1]
        w, b = _one_pass(now[:-1, None], now[-1:], x, y, rate)
        path.append(np.concatenate([w[:, :, 0], b], axis=1))
        before = np.concatenate([now[None], path[-1][:-1]])
        wrong = int((before != path[-1]).any(axis=1).sum())
        mistakes += wrong
        seen = ends.setdefault(path[-1][-1].tobytes(), number)
        if not wrong:
            return Walk(np.concatenate(path), mistakes, True, None)
        if seen < number:
            whole = np.concatenate(path)
            return Walk(whole, mistakes, False, whole[seen * len(x) :])
    return Walk(np.concatenate(path), mistakes, False, None)
