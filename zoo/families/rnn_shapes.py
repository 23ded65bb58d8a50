"""What a recurrent network can map to what: one vector or many to one vector or many.

    one_to_one             x              ->  y
    one_to_many            x              ->  y[1], …, y[steps]
    many_to_one            x[1], …, x[T]  ->  y[T]
    many_to_many           x[1], …, x[T]  ->  y[1], …, y[T]             synchronous
    many_to_many_delayed   x[1], …, x[T]  ->  y[T], …, y[T+steps-1]     read, then write

    h[t] = cell(x[t], h[t-1])       y[t] = h[t] V + c

It is one network throughout, unfolded over more or fewer steps: one cell, one output layer.  A
step that is given no input reads zeros; a step whose output nobody wants gives none.  Where
reading comes before writing, the cell is encoder first and then decoder, with the same weights.

Reference: Karpathy (2015), The Unreasonable Effectiveness of Recurrent Neural Networks, first
figure.
"""

import keras
from keras import layers

from zoo.registry import builder, found, register

# cell -> the network that it is from, and the name of its layer
CELLS = {"elman": ("elman", "ElmanRNN"), "lstm": ("lstm_lm", "LSTM"), "gru": ("gru_lm", "GRU")}


@register
def one_to_one(inputs=8, outputs=8, units=64, cell="elman", activation="tanh"):
    """`x` (batch, inputs) -> `y` (batch, outputs): one step, so no recurrence yet."""
    x = keras.Input((inputs,), name="x")
    hidden = _hidden(cell, units, activation)
    h = hidden(_as_one_step(x))
    hidden.u.trainable = False  # it acts on the step before, and there is none
    return keras.Model({"x": x}, {"y": _output(outputs)(h[:, 0])}, name="one_to_one")


@register
def one_to_many(inputs=8, outputs=8, units=64, steps=5, cell="elman", activation="tanh"):
    """`x` (batch, inputs) -> `y` (batch, steps, outputs): only the first step has an input."""
    x = keras.Input((inputs,), name="x")
    h = _hidden(cell, units, activation)(_and_silence(_as_one_step(x), steps))
    return keras.Model({"x": x}, {"y": _output(outputs)(h)}, name="one_to_many")


@register
def many_to_one(inputs=8, outputs=8, units=64, cell="elman", activation="tanh"):
    """`x` (batch, time, inputs) -> `y` (batch, outputs), of the last step."""
    x = keras.Input((None, inputs), name="x")
    h = _hidden(cell, units, activation)(x)
    return keras.Model({"x": x}, {"y": _output(outputs)(h[:, -1])}, name="many_to_one")


@register
def many_to_many(inputs=8, outputs=8, units=64, cell="elman", activation="tanh"):
    """`x` (batch, time, inputs) -> `y` (batch, time, outputs): y[t] has seen x[1] … x[t]."""
    x = keras.Input((None, inputs), name="x")
    h = _hidden(cell, units, activation)(x)
    return keras.Model({"x": x}, {"y": _output(outputs)(h)}, name="many_to_many")


@register
def many_to_many_delayed(inputs=8, outputs=8, units=64, steps=5, cell="elman", activation="tanh"):
    """`x` (batch, time, inputs) -> `y` (batch, steps, outputs): each has seen the whole of x."""
    x = keras.Input((None, inputs), name="x")
    h = _hidden(cell, units, activation)(_and_silence(x, steps))
    return keras.Model(
        {"x": x}, {"y": _output(outputs)(h[:, -steps:])}, name="many_to_many_delayed"
    )


def _hidden(cell, units, activation):
    """The layer of a cell; `activation` is Elman's f, and tanh in the gated cells."""
    family, name = CELLS[found(cell, CELLS, "cell")]
    if cell != "elman" and activation != "tanh":
        raise ValueError(f"activation={activation!r} with cell={cell!r}: a gated cell has tanh")
    builder(family)  # its file makes the layer known to Keras
    options = {"activation": activation} if cell == "elman" else {}
    return keras.saving.get_registered_object(f"zoo>{name}")(units, name="hidden", **options)


def _output(outputs):
    return layers.Dense(outputs, dtype="float32", name="y")


def _as_one_step(x):
    return layers.Reshape((1, x.shape[-1]))(x)


def _and_silence(x, steps):
    """x (batch, time, inputs), and after it the zeros of all outputs but the first."""
    if steps < 1:
        raise ValueError(f"steps={steps}: choose 1 or more outputs")
    return layers.ZeroPadding1D((0, steps - 1))(x)
