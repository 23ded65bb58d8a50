"""Losses beside those of Keras.

    HalfSquaredError     ½ Σ (y - f)²                                 its derivative by f is f - y
    Mistakes             share of outputs with y ≠ ŷ                  for y, ŷ of 1 and -1
    BinaryPerClass       -Σ d[k] log ŷ[k] + (1 - d[k]) log(1 - ŷ[k])  ŷ = softmax(z)

Sums are over the outputs of one example; Keras averages the examples.  Plain softmax
cross-entropy, -Σ d[k] log ŷ[k], is Keras's `CategoricalCrossentropy(from_logits=True)`, or its
sparse form for whole-numbered classes.  `BinaryPerClass` also pushes each wrong class down by
itself: its derivative by z[j] is that of cross-entropy, ŷ[j] - d[j], plus that of the second term,
Σ over k of (1 - d[k]) ŷ[k] (1[k = j] - ŷ[j]) / (1 - ŷ[k]).
"""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="zoo")
class HalfSquaredError(keras.losses.Loss):
    """½ Σ (y - f)² over the last axis: (batch, outputs) twice -> (batch,)."""

    def call(self, y_true, y_pred):
        y_true = ops.cast(y_true, y_pred.dtype)
        return ops.sum(ops.square(y_true - y_pred), axis=-1) / 2


@keras.saving.register_keras_serializable(package="zoo")
class Mistakes(keras.losses.Loss):
    """Share of wrong signs over the last axis: (batch, outputs) of 1 and -1 twice -> (batch,)."""

    def call(self, y_true, y_pred):
        wrong = ops.cast(y_true, y_pred.dtype) * y_pred < 0
        return ops.mean(ops.cast(wrong, y_pred.dtype), axis=-1)


@keras.saving.register_keras_serializable(package="zoo")
class BinaryPerClass(keras.losses.Loss):
    """Softmax outputs as one yes-or-no question a class: (batch, classes) twice -> (batch,).

    y_true: d, one-hot or probabilities; y_pred: logits z.  Takes classes² numbers an example.
    """

    def call(self, y_true, y_pred):
        d = ops.cast(y_true, y_pred.dtype)
        whole = ops.logsumexp(y_pred, axis=-1, keepdims=True)
        # log(1 - ŷ[k]) from the logits of the others: exact also where ŷ[k] rounds to 1
        classes = y_pred.shape[-1]
        own = ops.eye(classes, dtype=y_pred.dtype) * -1e9
        others = ops.logsumexp(y_pred[..., None, :] + own, axis=-1)
        return -ops.sum(d * (y_pred - whole) + (1 - d) * (others - whole), axis=-1)
