"""Optimizers beside those of Keras.

RowAdagrad: Adagrad with one sum for each row of a table, so that a step touches just the rows
that a batch looks up.  With g the gradient of row r at one place where it is looked up, of d
numbers,

    s[r] <- s[r] + |g|^2 / d        w[r] <- w[r] - rate g / (sqrt(s[r]) + epsilon)

where all of a batch's places are in s before the first is in w.  Keras's own Adagrad takes the
square root of the whole table of sums at every step, whatever the batch holds.

Reference: Duchi, Hazan & Singer (2011), Adaptive Subgradient Methods for Online Learning and
Stochastic Optimization, Journal of Machine Learning Research 12; by rows in Lerer et al. (2019),
PyTorch-BigGraph, SysML.
"""

import keras
import tensorflow as tf


@keras.saving.register_keras_serializable(package="zoo")
class RowAdagrad(keras.optimizers.Optimizer):
    """For weights of two axes or more; what is not looked up sparsely is updated row by row too.

    learning_rate: about 0.05 to 0.5; the size of the loss does not matter.
    """

    def __init__(self, learning_rate=0.1, epsilon=1e-10, name="row_adagrad", **kwargs):
        super().__init__(learning_rate, name=name, **kwargs)
        self.epsilon = epsilon

    def build(self, variables):
        if self.built:
            return
        super().build(variables)
        self.sums = [
            self.add_variable((v.shape[0],), dtype="float32", name=f"sums_{i}")
            for i, v in enumerate(variables)
        ]

    def update_step(self, gradient, variable, learning_rate):
        if not isinstance(gradient, tf.IndexedSlices):
            gradient = tf.IndexedSlices(gradient, tf.range(tf.shape(gradient)[0]))
        sums = self.sums[self._get_variable_index(variable)].value
        g, rows = gradient.values, gradient.indices
        axes = range(1, len(g.shape))
        sums.scatter_add(tf.IndexedSlices(tf.reduce_mean(tf.square(g), axes), rows))
        rate = learning_rate / (tf.sqrt(tf.gather(sums, rows)) + self.epsilon)
        rate = tf.reshape(rate, (-1, *(1 for _ in axes)))
        variable.scatter_sub(tf.IndexedSlices(rate * g, rows))

    def get_config(self):
        return {**super().get_config(), "epsilon": self.epsilon}
