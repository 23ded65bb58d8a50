"""The inputs of CBOW and skip-gram, and the loss that is asked for by name."""

import keras

from zoo.layers.word_vectors import Hierarchical, NegativeSampling, Softmax

LOSSES = ("softmax", "negative_sampling", "hierarchical")


def foretell(loss, vocab_size, negative, joined):
    """The model's inputs by name, and a function (h, who=None) -> nats.

    Raises ValueError for a loss that is none of `LOSSES`, or a negative or joined below 1.
    """
    if loss not in LOSSES:
        raise ValueError(f"loss={loss!r}: choose {', '.join(LOSSES)}")
    if negative < 1:
        raise ValueError(f"negative={negative}: expected 1 word or more to be set against")
    if joined < 1:
        raise ValueError(f"joined={joined}: expected 1 row or more to a group")
    inputs = {"tokens": _words("tokens", None), "reach": _words("reach", None)}
    if loss == "softmax":
        layer, extra = Softmax(vocab_size, name="nats"), ()
    elif loss == "negative_sampling":
        layer, extra = NegativeSampling(vocab_size, negative, joined, name="nats"), ("drawn",)
        inputs["drawn"] = _words("drawn", None)
    else:
        # a binary tree of V leaves has V - 1 inner nodes
        layer, extra = Hierarchical(vocab_size - 1, name="nats"), ("nodes", "turns")
        inputs.update({name: _words(name, None, None) for name in extra})
    first = () if loss == "hierarchical" else (inputs["tokens"],)
    return inputs, lambda h, who=None: layer(h, *first, *(inputs[n] for n in extra), who=who)


def _words(name, *shape):
    return keras.Input(shape, dtype="int32", name=name)
