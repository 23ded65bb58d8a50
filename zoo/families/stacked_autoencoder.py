"""A deep sigmoid network whose layers can be pre-trained one after another, without labels.

    h[0] = x        h[l] = σ(h[l-1] W[l] + b[l])        logits = h[L] V + a

Each layer is first one half of a denoising autoencoder: from inputs of which a share was set to
zero at random, it is to restore them all, through its own weights transposed,

    r[l] = σ(σ(n W[l] + b[l]) W[l]ᵀ + c[l])             n is h[l-1] with zeros
    cost[l] = mean of -h[l-1] log r[l] - (1 - h[l-1]) log(1 - r[l])

The layers learn in turn, the first for `steps_a_layer` steps, then the second on the outputs of the
first, and so on; that is greedy, as no layer knows what those above it will want.  Then all learn
the classes together.  From random weights a deep sigmoid network hardly starts to: on its way back
through a layer the error shrinks by at least four, which is σ's steepest slope, times the weights.

Reference: Vincent, Larochelle, Bengio & Manzagol (2008), Extracting and Composing Robust Features
with Denoising Autoencoders, ICML; layer by layer is Hinton, Osindero & Teh (2006), A Fast Learning
Algorithm for Deep Belief Nets, Neural Computation 18, and Bengio et al. (2006), Greedy Layer-Wise
Training of Deep Networks, NIPS.
"""

import itertools

import keras
from keras import layers, ops

from zoo.registry import register


@keras.saving.register_keras_serializable(package="zoo")
class Stack(layers.Layer):
    """(batch, features) from 0 to 1 -> logits (batch, classes), or in pre-training a cost (batch,).

    The cost is that of the layer whose turn it is, in training, and the mean over all layers
    otherwise.  Weights are saved by name, so that either mode loads what the other has saved.

    units: the width of each hidden layer; corruption: the share that is set to zero.
    """

    def __init__(self, units, classes, pretrain, corruption, steps_a_layer, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.units = list(units)
        self.classes = classes
        self.pretrain = pretrain
        self.corruption = corruption
        self.steps_a_layer = steps_a_layer
        self.seed = seed
        self.generator = keras.random.SeedGenerator(seed)

    def build(self, input_shape):
        sizes = [input_shape[-1], *self.units]
        pairs = list(itertools.pairwise(sizes))
        self.w = [self._weight(f"w{n}", pair) for n, pair in enumerate(pairs, 1)]
        self.b = [self._weight(f"b{n}", (out,)) for n, (_, out) in enumerate(pairs, 1)]
        self.c = [self._weight(f"c{n}", (into,)) for n, (into, _) in enumerate(pairs, 1)]
        self.v = self._weight("v", (sizes[-1], self.classes))
        self.a = self._weight("a", (self.classes,))
        self.steps = self.add_weight(
            shape=(),
            initializer="zeros",
            trainable=False,
            aggregation="only_first_replica",
            name="steps",
        )
        for unused in [self.v, self.a] if self.pretrain else self.c:
            unused.trainable = False

    def _weight(self, name, shape):
        start = "glorot_uniform" if len(shape) == 2 else "zeros"
        return self.add_weight(shape=shape, initializer=start, name=name)

    def call(self, x, training=False):
        if self.pretrain:
            return self._cost(x, training)
        for w, b in zip(self.w, self.b, strict=True):
            x = ops.sigmoid(ops.matmul(x, w) + b)
        return ops.matmul(x, self.v) + self.a

    def _cost(self, x, training):
        if training:
            turn = ops.minimum(self.steps // max(self.steps_a_layer, 1), len(self.w) - 1)
            self.steps.assign_add(1)
            each = [lambda n=n: self._cost_of(n, x) for n in range(len(self.w))]
            return ops.switch(ops.cast(turn, "int32"), each)  # the other layers cost no time
        return sum(self._cost_of(n, x) for n in range(len(self.w))) / len(self.w)

    def _cost_of(self, n, x):
        for w, b in zip(self.w[:n], self.b[:n], strict=True):
            x = ops.sigmoid(ops.matmul(x, w) + b)
        return self._restoring(ops.stop_gradient(x), self.w[n], self.b[n], self.c[n])

    def _restoring(self, x, w, b, c):
        kept = keras.random.uniform(ops.shape(x), dtype=x.dtype, seed=self.generator)
        noisy = ops.where(kept < self.corruption, ops.zeros_like(x), x)
        z = ops.matmul(ops.sigmoid(ops.matmul(noisy, w) + b), ops.transpose(w)) + c
        # -x log σ(z) - (1 - x) log(1 - σ(z))
        return ops.mean(ops.softplus(z) - x * z, axis=-1)

    def compute_output_shape(self, input_shape):
        return (input_shape[0],) if self.pretrain else (input_shape[0], self.classes)

    def save_own_variables(self, store):
        for variable in self._own():
            store[variable.name] = ops.convert_to_numpy(variable)

    def load_own_variables(self, store):
        for variable in self._own():
            variable.assign(store[variable.name])

    def _own(self):
        return [*self.w, *self.b, *self.c, self.v, self.a, self.steps]

    def get_config(self):
        own = ("units", "classes", "pretrain", "corruption", "steps_a_layer", "seed")
        return {**super().get_config(), **{name: getattr(self, name) for name in own}}


@register
def stacked_autoencoder(
    units=(64, 64, 64), classes=10, pretrain=False, corruption=0.25, steps_a_layer=1000
):
    """`image` (batch, 28, 28, 1) from 0 to 1 -> `logits` (batch, classes).

    With pretrain=True -> `cost` (batch,), which is to be made small.
    """
    image = keras.Input((28, 28, 1), name="image")
    x = layers.Flatten(name="flat")(image)
    stack = Stack(
        units, classes, pretrain, corruption, steps_a_layer, dtype="float32", name="stack"
    )
    y = {"cost" if pretrain else "logits": stack(x)}
    return keras.Model({"image": image}, y, name="stacked_autoencoder")
