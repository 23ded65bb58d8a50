"""Backpropagation, traced: every number of one step, for any small network of sigmoid units.

    net[j] = Σ w[i, j] o[i] + b[j]             o[j] = σ(net[j]) = 1 / (1 + exp(-net[j]))
    E = ½ Σ (t[k] - o[k])²
    δ[k] = (t[k] - o[k]) o[k] (1 - o[k])       an output unit
    δ[j] = o[j] (1 - o[j]) Σ w[j, k] δ[k]      a hidden unit, from the layer after it
    Δw[i, j] = η δ[j] o[i]                     Δb[j] = η δ[j]

δ[j] is -dE/dnet[j], so every Δ is -η times the gradient of E.

That holds if the w[j, k] in the δ of a hidden unit are those that the forward pass used, and all
weights are changed together: order="gradient".  Worked examples by hand often change the output
weights first and use the *new* ones for the hidden δ: order="updated".  Then the hidden changes are
not the gradient of E at any one point; the two differ by a term in η², which is small when η is.

NumPy only, in float64.

Reference: Rumelhart, Hinton & Williams (1986), Learning Representations by Back-Propagating Errors,
Nature 323.
"""

from dataclasses import dataclass

import numpy as np

ORDERS = ("gradient", "updated")


@dataclass(frozen=True)
class Step:
    """One step.  Each tuple has an entry a layer, from the first hidden layer to the outputs.

    nets, outputs: (units,) before the change; outputs has the inputs in front.
    deltas: (units,).
    weight_changes, bias_changes: Δw (units before, units) and Δb (units,); bias_changes is None
        for a network without biases.
    weights, biases: after the change.
    error, error_after: t - o of each output unit, before and after the change.
    loss, loss_after: E.
    """

    nets: tuple
    outputs: tuple
    deltas: tuple
    weight_changes: tuple
    bias_changes: tuple | None
    weights: tuple
    biases: tuple | None
    error: np.ndarray
    error_after: np.ndarray
    loss: float
    loss_after: float


def step(inputs, weights, target, rate=1.0, biases=None, order="gradient"):
    """Trace one step of a network of sigmoid units; return a `Step`.

    inputs: (units,); weights: a matrix (units before, units) a layer; biases: a vector (units,) a
    layer, or None for a network without; target: (units of the last layer,); rate: η.
    Raises ValueError for shapes that do not fit each other, numbers that are not finite, or an
    unknown order.
    """
    inputs, weights, biases, target = _checked(inputs, weights, biases, target, order)
    nets, outputs = _forward(inputs, weights, biases)
    error = target - outputs[-1]
    deltas, changes, new = [error * _slope(outputs[-1])], [], []
    for number in reversed(range(len(weights))):
        changes.insert(0, rate * np.outer(outputs[number], deltas[0]))
        new.insert(0, weights[number] + changes[0])
        if number:
            after = new[0] if order == "updated" else weights[number]
            deltas.insert(0, _slope(outputs[number]) * (after @ deltas[0]))
    bias_changes = biases and tuple(rate * delta for delta in deltas)
    new_biases = biases and tuple(b + d for b, d in zip(biases, bias_changes, strict=True))
    error_after = target - _forward(inputs, new, new_biases)[1][-1]
    return Step(
        nets=tuple(nets),
        outputs=tuple(outputs),
        deltas=tuple(deltas),
        weight_changes=tuple(changes),
        bias_changes=bias_changes,
        weights=tuple(new),
        biases=new_biases,
        error=error,
        error_after=error_after,
        loss=_loss(error),
        loss_after=_loss(error_after),
    )


@dataclass(frozen=True)
class Example:
    """A ready network: what `step` takes, and the names of its units, a tuple a layer."""

    inputs: tuple
    weights: tuple
    target: tuple
    names: tuple
    rate: float = 1.0

    def step(self, order="gradient"):
        """`step` of this network, without biases."""
        return step(self.inputs, self.weights, self.target, self.rate, order=order)


EXAMPLES = {
    # order="updated" gives the figures that this is often printed with: hidden weights 0.09916,
    # 0.7978, 0.3972, 0.5928 and a new error of -0.18205
    "two inputs, one output": Example(
        inputs=(0.35, 0.9),
        weights=(((0.1, 0.4), (0.8, 0.6)), ((0.3,), (0.9,))),
        target=(0.5,),
        names=(("x1", "x2"), ("h1", "h2"), ("y",)),
    ),
    # usually given in letters alone: the numbers are ours
    "λ and Ω to α and β": Example(
        inputs=(0.6, 0.2),
        weights=(
            ((0.3, -0.4, 0.7), (0.5, 0.9, -0.2)),
            ((0.2, -0.5), (0.8, 0.4), (-0.6, 0.1)),
        ),
        target=(1.0, 0.0),
        names=(("λ", "Ω"), ("A", "B", "C"), ("α", "β")),
    ),
}


def _forward(inputs, weights, biases):
    nets, outputs = [], [inputs]
    for number, w in enumerate(weights):
        nets.append(outputs[-1] @ w + (biases[number] if biases else 0.0))
        outputs.append(_sigmoid(nets[-1]))
    return nets, outputs


def _sigmoid(net):
    return np.exp(-np.logaddexp(0.0, -net))  # no overflow, however far from zero


def _slope(output):
    return output * (1 - output)


def _loss(error):
    return float(error @ error) / 2


def _checked(inputs, weights, biases, target, order):
    if order not in ORDERS:
        raise ValueError(f"order={order!r}: choose {' or '.join(ORDERS)}")
    inputs, target = _array("inputs", inputs, 1), _array("target", target, 1)
    weights = tuple(_array(f"weights[{n}]", w, 2) for n, w in enumerate(weights))
    if not weights:
        raise ValueError("weights are empty: give a matrix for each layer, at least one")
    sizes = [len(inputs), *(w.shape[1] for w in weights)]
    for number, w in enumerate(weights):
        _fits(f"weights[{number}]", w, (sizes[number], sizes[number + 1]), "what is before it")
    _fits("target", target, (sizes[-1],), "the last layer")
    if biases is None:
        return inputs, weights, None, target
    if len(biases) != len(weights):
        raise ValueError(f"{len(biases)} biases for {len(weights)} layers: give a vector a layer")
    biases = tuple(_array(f"biases[{n}]", b, 1) for n, b in enumerate(biases))
    for number, b in enumerate(biases):
        _fits(f"biases[{number}]", b, (sizes[number + 1],), "its layer")
    return inputs, weights, biases, target


def _array(name, value, axes):
    array = np.asarray(value, "float64")
    if array.ndim != axes or not array.size or not np.isfinite(array).all():
        raise ValueError(
            f"{name} is {value!r}: give {'a list' if axes == 1 else 'a list of lists'} of numbers"
        )
    return array


def _fits(name, array, shape, what):
    if array.shape != shape:
        raise ValueError(f"{name} has shape {array.shape}; {what} needs {shape}")
