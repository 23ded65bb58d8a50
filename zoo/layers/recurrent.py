"""Recurrent layers, unfolded in time: all that does not depend on the step before goes first.

    z[t] = x[t] W + b           one product for the inputs of all steps
    r[t] = h[t-1] U             one small product a step
    h[t], … = step(z[t], r[t], h[t-1], …)

Back-propagation through time runs the same loop backwards and keeps each step's gradient of
z and r; the gradients of W, b and U are then one product each over all steps, where a loop
differentiated op by op would add up a matrix as large as U at every step.

Reference: Werbos (1990), Backpropagation Through Time: What It Does and How to Do It,
Proceedings of the IEEE 78(10).
"""

import keras
import tensorflow as tf
from keras import layers


class Recurrent(layers.Layer):
    """Map (batch, time, features) to the hidden states h, (batch, time, units).

    A subclass says what one step does, in float32 under every policy: `gates`, the columns of
    W and U in units; `parts`, the tensors of its state, h the first; and `step`.

    units: the size of h.
    return_state: also return the last state, (batch, parts, units), float32.
    weight_drop: the share of U's weights that is left out in each call in training.

    Called with a second argument, the state to start from; the default is zero.
    On a GPU it trains by the layer of `same_in_keras`, which cuDNN can run as one kernel; what is
    exported is never that, for a CPU has no such kernel.
    Masking: the mask is passed on unread.  Padding stands on the right, so no real step ever
    sees a padded one.
    """

    gates, parts = 1, 1

    def __init__(self, units, return_state=False, weight_drop=0.0, **kwargs):
        super().__init__(autocast=False, **kwargs)  # the state stays float32
        self.units = units
        self.return_state = return_state
        self.weight_drop = weight_drop
        self.supports_masking = True
        self.seeds = keras.random.SeedGenerator()

    def step(self, z, r, *state):
        """One step: z, r (batch, gates * units) and the state's parts -> the next parts."""
        raise NotImplementedError

    def first_bias(self):
        """The initializer of b."""
        return "zeros"

    def same_in_keras(self):
        """The layer of Keras that does the same with w, u and b as its weights, or None."""

    def build(self, x_shape, state_shape=None):
        def weight(name, *shape, initializer="glorot_uniform"):
            return self.add_weight(shape=shape, initializer=initializer, name=name)

        columns = self.gates * self.units
        self.w = weight("w", x_shape[-1], columns)
        self.u = weight("u", self.units, columns, initializer="orthogonal")
        self.b = weight("b", columns, initializer=self.first_bias())
        fast = self.same_in_keras() if tf.config.list_logical_devices("GPU") else None
        self.at_once = fast and by_keras(fast, x_shape)

    def call(self, x, state=None, training=False):
        batch, time = tf.shape(x)[0], x.shape[1] or tf.shape(x)[1]
        w, u, b = (tf.cast(weight, self.compute_dtype) for weight in (self.w, self.u, self.b))
        if state is None:
            state = tf.zeros((batch, self.parts, self.units))
        parts = tf.unstack(tf.cast(state, tf.float32), self.parts, axis=1)
        if training and self.weight_drop:
            u = keras.random.dropout(u, self.weight_drop, seed=self.seeds)
        if training and self.at_once:
            h, *parts = self.at_once(x, (w, u, b), parts)
            return (h, tf.stack(parts, 1)) if self.return_state else h
        steps = tf.transpose(tf.cast(x, self.compute_dtype), (1, 0, 2))
        z = tf.nn.bias_add(tf.matmul(tf.reshape(steps, (-1, x.shape[-1])), w), b)
        z = tf.reshape(z, (time, batch, self.gates * self.units))
        run = unfold_for_training if training else unfold
        h, *parts = run(self.step, z, u, *parts)
        h = tf.ensure_shape(tf.transpose(h, (1, 0, 2)), (*x.shape[:2], self.units))
        return (h, tf.stack(parts, 1)) if self.return_state else h

    def compute_output_shape(self, x_shape, state_shape=None):
        h = (*x_shape[:-1], self.units)
        return (h, (x_shape[0], self.parts, self.units)) if self.return_state else h

    def compute_output_spec(self, x, state=None, training=False):
        h = keras.KerasTensor((*x.shape[:-1], self.units), self.compute_dtype)
        last = keras.KerasTensor((x.shape[0], self.parts, self.units), "float32")
        return (h, last) if self.return_state else h

    def get_config(self):
        own = ("units", "return_state", "weight_drop")
        return {**super().get_config(), **{name: getattr(self, name) for name in own}}


def by_keras(layer, x_shape):
    """`layer`, of keras.layers, as a function: x, (w, u, b), the state's parts -> h, the parts."""
    layer.build(x_shape)

    def run(x, weights, state):
        seeds = [variable.value for variable in layer.non_trainable_variables]
        (h, *last), _ = layer.stateless_call(
            list(weights), seeds, x, initial_state=list(state), training=True
        )
        return h, *(tf.cast(part, tf.float32) for part in last)

    return run


def unfold(step, z, u, *state):
    """Run `step` over z (time, batch, columns): h of every step, then the parts at the end.

    u: (units, columns), in the dtype of z, as are the states h; the parts are float32.
    """
    if z.shape[0] == 1:  # token by token: no loop in the loop of whoever writes a text
        state = _one(step, z[0], u, state)[1]
        return tf.cast(state[0], z.dtype)[None], *state
    h, state, _ = _forward(step, z, u, state, keep=False)
    return h, *state


def unfold_for_training(step, z, u, *state):
    """`unfold`, with back-propagation through time as the module's docstring says."""

    @tf.custom_gradient
    def run(z, u, *state):
        h, last, kept = _forward(step, z, u, state, keep=True)

        def gradient(dh, *dlast):
            return _backward(step, z, u, h, state, kept, dh, dlast)

        return (h, *last), gradient

    return run(z, u, *state)


def _one(step, z, u, state):
    """The product of one step, and the state after it."""
    r = tf.matmul(tf.cast(state[0], z.dtype), u)
    return r, step(tf.cast(z, tf.float32), tf.cast(r, tf.float32), *state)


def _forward(step, z, u, state, keep):
    time, dtype = tf.shape(z)[0], z.dtype

    def body(t, state, outputs, kept):
        r, after = _one(step, z[t], u, state)
        outputs = outputs.write(t, tf.cast(after[0], dtype))
        kept = [k.write(t, v) for k, v in zip(kept, (r, *state), strict=False)]
        return t + 1, after, outputs, kept

    outputs = tf.TensorArray(dtype, time, element_shape=state[0].shape)
    kept = [tf.TensorArray(dtype, time), *(tf.TensorArray(tf.float32, time) for _ in state)]
    start = (0, tuple(state), outputs, kept if keep else [])
    _, last, outputs, kept = tf.while_loop(lambda t, *_: t < time, body, start)
    return outputs.stack(), last, [k.stack() for k in kept]


def _backward(step, z, u, h, first, kept, dh, dlast):
    time, dtype = tf.shape(z)[0], z.dtype
    r, *states = kept
    back = tf.transpose(u)

    def body(t, dstate, dz, dr):
        inputs = [tf.cast(z[t], tf.float32), tf.cast(r[t], tf.float32), *(s[t] for s in states)]
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            after = step(*inputs)
        dafter = (dstate[0] + tf.cast(dh[t], tf.float32), *dstate[1:])
        into_z, into_r, *dstate = tape.gradient(
            after, inputs, dafter, unconnected_gradients=tf.UnconnectedGradients.ZERO
        )
        into_r = tf.cast(into_r, dtype)
        dstate[0] += tf.cast(tf.matmul(into_r, back), tf.float32)
        return t - 1, tuple(dstate), dz.write(t, tf.cast(into_z, dtype)), dr.write(t, into_r)

    arrays = (tf.TensorArray(dtype, time), tf.TensorArray(dtype, time))
    start = (time - 1, tuple(dlast), *arrays)
    _, dfirst, dz, dr = tf.while_loop(lambda t, *_: t >= 0, body, start)
    before = tf.concat([tf.cast(first[0], dtype)[None], h[:-1]], 0)
    units, columns = u.shape
    du = tf.matmul(
        tf.reshape(before, (-1, units)), tf.reshape(dr.stack(), (-1, columns)), transpose_a=True
    )
    return dz.stack(), du, *dfirst
