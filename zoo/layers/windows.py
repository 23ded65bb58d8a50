"""The words around each word of a row, by one matrix product.

A row is `time` words that follow one another.  Position i sees position j when 0 < |i - j| <=
reach[i]; with C[i] the number of those, the mean of their vectors is

    h[i] = (1 / C[i]) sum over j of x[j] = (A x)[i]        A[i, j] = 1 / C[i] in the window, else 0

so each word's vector is looked up once and its gradient scattered once, however many windows it
stands in.  A is a band: its rows are copied from a small table of all reaches and positions.
At a row's two ends the window is cut.
"""

import keras
import tensorflow as tf
from keras import layers


def bands(reach, window, mean):
    """(batch, time) int32 -> (batch, time, time) float32: 1 in each window, else 0.

    reach: is cut to 0 to `window`; mean: the rows that hold anything sum to 1.
    """
    time = tf.shape(reach)[1]
    place = tf.range(time)
    distance = tf.abs(place[:, None] - place)
    near = (distance > 0) & (distance <= tf.range(window + 1)[:, None, None])
    table = tf.cast(near, tf.float32)
    if mean:
        table = tf.math.divide_no_nan(table, tf.reduce_sum(table, -1, keepdims=True))
    rows = tf.clip_by_value(reach, 0, window) * time + place
    return tf.gather(tf.reshape(table, (-1, time)), rows)


@keras.saving.register_keras_serializable(package="zoo")
class WindowMean(layers.Layer):
    """x (batch, time, features), reach (batch, time) int32 -> (batch, time, features).

    Computes in float32 under every precision policy.
    """

    def __init__(self, window, **kwargs):
        super().__init__(**{**kwargs, "dtype": "float32"})
        self.window = window

    def call(self, x, reach):
        return tf.matmul(bands(reach, self.window, mean=True), x)

    def compute_output_shape(self, x_shape, reach_shape):
        return x_shape

    def compute_output_spec(self, x, reach):
        return keras.KerasTensor(x.shape, self.compute_dtype)

    def get_config(self):
        return {**super().get_config(), "window": self.window}


@keras.saving.register_keras_serializable(package="zoo")
class Windows(layers.Layer):
    """reach (batch, time) int32 -> (batch, time, time) float32: 1 where i sees j.

    Where reach is below 0 there is no word: the place sees nothing and is not seen.
    """

    def __init__(self, window, **kwargs):
        super().__init__(**{**kwargs, "dtype": "float32"})
        self.window = window

    def call(self, reach):
        there = tf.cast(reach >= 0, tf.float32)
        return bands(reach, self.window, mean=False) * there[:, None]

    def compute_output_shape(self, reach_shape):
        return (*reach_shape, reach_shape[-1])

    def compute_output_spec(self, reach):
        return keras.KerasTensor((*reach.shape, reach.shape[-1]), self.compute_dtype)

    def get_config(self):
        return {**super().get_config(), "window": self.window}
