"""The encoder of a served model: the bytes of photographs in, what it sees in each part out.

Pictures are squashed to a square, as those that the models behind it were trained on.
"""

import keras
import tensorflow as tf

from zoo import photo


class Half:
    """Weights kept as float16, half the size, and computed with as what they were."""

    def __init__(self, weights):
        self._kept = [(w, tf.Variable(tf.cast(w.value, tf.float16), False)) for w in weights]

    def __call__(self):
        """A scope in which the weights are those."""
        mapping = [(weight, tf.cast(half, weight.dtype)) for weight, half in self._kept]
        return keras.StatelessScope(state_mapping=mapping)


class Eyes:
    """(n,) strings -> (n, rows * columns, channels): one object for all who see with `encoder`.

    grid: its rows and columns.
    """

    def __init__(self, encoder):
        seen = encoder.output["regions"]
        self.grid = tuple(seen.shape[1:3])
        self._side = encoder.input["image"].shape[1]
        self._see = keras.Model(encoder.input, seen)
        self._half = Half(self._see.weights)

    def __call__(self, image):
        side = self._side
        pixels = tf.map_fn(self._prepared, image, fn_output_signature=tf.float32)
        pixels = tf.ensure_shape(pixels, (None, side, side, 3))
        with self._half():
            regions = self._see({"image": pixels}, training=False)
        rows, columns = self.grid
        return tf.reshape(regions, (-1, rows * columns, regions.shape[-1]))

    def _prepared(self, data):
        rgb = tf.image.resize(photo.decode(data), (self._side, self._side), antialias=True)
        return tf.ensure_shape(rgb, (self._side, self._side, 3))
