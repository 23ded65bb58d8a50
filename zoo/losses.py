"""Losses beside those of Keras.

    HalfSquaredError     ½ Σ (y - f)²                                 its derivative by f is f - y
    Mistakes             share of outputs with y ≠ ŷ                  for y, ŷ of 1 and -1
    BinaryPerClass       -Σ d[k] log ŷ[k] + (1 - d[k]) log(1 - ŷ[k])  ŷ = softmax(z)
    Ranking              pairs before all others                      of pictures and sentences

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


@keras.saving.register_keras_serializable(package="zoo")
class Ranking(keras.losses.Loss):
    """A sentence is to fit its picture better, by a margin, than any other of the batch.

    y_pred: scores S (n pictures, n * c sentences), of which c in turn tell of one picture;
    y_true is not read.  Sentence l of picture k costs

        sum over l' of max(0, margin + S_kl' - S_kl) + sum over k' of max(0, margin + S_k'l - S_kl)

    over the other pictures k' and their sentences l' (Karpathy & Fei-Fei 2015, eq. 9, where c is
    1); with `hardest` the largest term of each kind in place of the sums (Faghri, Fleet, Kiros &
    Fidler 2018, VSE++, eq. 6).
    """

    def __init__(self, margin=1.0, hardest=False, **kwargs):
        super().__init__(**kwargs)
        self.margin, self.hardest = margin, hardest

    def call(self, y_true, y_pred):
        n, m = ops.shape(y_pred)
        own = ops.arange(m) // (m // n)  # the picture of each sentence
        fits = ops.take_along_axis(y_pred, own[None], axis=0)  # (1, m): S_kl
        picture = self._cost(y_pred - fits, ops.arange(n)[:, None] == own[None])
        with_others = ops.transpose(ops.take(y_pred, own, axis=0))  # (l', l): S_kl'
        sentence = self._cost(with_others - fits, own[:, None] == own[None])
        return picture + sentence

    def _cost(self, above, same):
        terms = ops.where(same, 0.0, ops.relu(self.margin + above))
        return (ops.max if self.hardest else ops.sum)(terms, axis=0)

    def get_config(self):
        return {**super().get_config(), "margin": self.margin, "hardest": self.hardest}
