"""Long short-term memory, here as a language model.

    i = sigmoid(W_i x + U_i h + b_i)        the input gate: what to write
    f = sigmoid(W_f x + U_f h + b_f)        the forget gate: what to keep
    c~ = tanh(W_c x + U_c h + b_c)          the candidate
    o = sigmoid(W_o x + U_o h + b_o)        the output gate: what to show
    c' = f * c + i * c~                     the cell
    h' = o * tanh(c')

The cell is changed by gates and sums alone, so an error that flows back through it neither
fades nor grows as it does in Elman's network.  The forget gate is of Gers et al. (2000); its
bias starts at 1, so that the cell keeps what it has until it learns otherwise.

Reference: Hochreiter & Schmidhuber (1997), Long Short-Term Memory, Neural Computation 9(8).
"""

import keras
import numpy as np
import tensorflow as tf

from zoo.layers.next_token import next_token
from zoo.layers.recurrent import Recurrent
from zoo.registry import register


@keras.saving.register_keras_serializable(package="zoo")
class LSTM(Recurrent):
    """(batch, time, features) -> (batch, time, units); the state is h and c.

    The columns of w, u and b are those of i, f, c~ and o, in this order, as in Keras.
    """

    gates, parts = 4, 2

    def step(self, z, r, h, c):
        i, f, candidate, o = tf.split(z + r, 4, axis=-1)
        c = tf.sigmoid(f) * c + tf.sigmoid(i) * tf.tanh(candidate)
        return tf.sigmoid(o) * tf.tanh(c), c

    def same_in_keras(self):
        return keras.layers.LSTM(
            self.units, return_sequences=True, return_state=True, dtype=self.dtype_policy
        )

    def first_bias(self):
        return keras.initializers.Constant(np.repeat([0.0, 1.0, 0.0, 0.0], self.units))


@register
def lstm_lm(
    vocab_size=66,
    embed_dim=32,
    units=64,
    depth=2,
    dropout=0.0,
    input_dropout=0.0,
    weight_drop=0.0,
    tied=False,
):
    """`tokens`, `state` -> `logits`, `state`; the sizes are those of `next_token`."""
    return next_token(
        LSTM,
        "lstm_lm",
        vocab_size,
        embed_dim,
        units,
        depth=depth,
        dropout=dropout,
        input_dropout=input_dropout,
        weight_drop=weight_drop,
        tied=tied,
    )
