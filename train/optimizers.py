"""Optimizers beside those of Keras.

RowAdagrad: Adagrad with one sum for each row of a table, so that a step touches just the rows
that a batch looks up.  With n places in a batch at which rows are looked up, and g, of d numbers, n
times the gradient at a place that looks up row r, as if the loss were not a mean,

    s[r] <- s[r] + |g|^2 / d        w[r] <- w[r] - rate g s[r]^p

where all of a batch's places are in s before the first is in w.  With the power p = -1/2 this is
Adagrad: a row that is looked up rarely moves far each time.  With 0 it is stochastic gradient
descent, where all rows move alike, as word2vec has it.  Powers between them neither throw rare
words about nor leave them where they were.  Keras's own Adagrad takes the square root of the whole
table of sums at every step, whatever the batch holds.

Reference: Duchi, Hazan & Singer (2011), Adaptive Subgradient Methods for Online Learning and
Stochastic Optimization, Journal of Machine Learning Research 12; by rows in Lerer et al. (2019),
PyTorch-BigGraph, SysML; the power, under this name, in Keras's Ftrl, and studied by Chen et al.
(2018), Closing the Generalization Gap of Adaptive Gradient Methods, arXiv 1806.06763.
"""

import keras
import tensorflow as tf

_LEAST = 1e-30  # for rows whose gradients were all zero


@keras.saving.register_keras_serializable(package="zoo")
class RowAdagrad(keras.optimizers.Optimizer):
    """For weights of two axes or more; what is not looked up sparsely is updated row by row too.

    learning_rate: about 0.05 to 0.5.
    learning_rate_power: p, 0 or less.
    """

    def __init__(self, learning_rate=0.1, learning_rate_power=-0.5, name="row_adagrad", **kwargs):
        super().__init__(learning_rate, name=name, **kwargs)
        if learning_rate_power > 0:
            raise ValueError(f"learning_rate_power={learning_rate_power}: expected 0 or less")
        self.learning_rate_power = learning_rate_power

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
        g *= tf.cast(tf.size(rows), g.dtype)
        sums.scatter_add(tf.IndexedSlices(tf.reduce_mean(tf.square(g), axes), rows))
        rate = learning_rate * (tf.gather(sums, rows) + _LEAST) ** self.learning_rate_power
        rate = tf.reshape(rate, (-1, *(1 for _ in axes)))
        variable.scatter_sub(tf.IndexedSlices(rate * g, rows))

    def get_config(self):
        return {**super().get_config(), "learning_rate_power": self.learning_rate_power}
