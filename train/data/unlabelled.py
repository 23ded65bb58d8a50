"""Data whose labels are put away, for networks that measure themselves.

The target is zero for an output called `cost`, so that with the mean absolute error the loss is
that cost itself, as it is never negative.
"""

from dataclasses import replace

import tensorflow as tf

from train.data.digits import mnist


def digits_unlabelled(batch_size, seed, data="mnist"):
    """MNIST as `pipeline.Data`: {"image": (batch, 28, 28, 1)} -> {"cost": zeros (batch,)}."""
    labelled = mnist(batch_size, seed, data)

    def without(inputs, targets):
        return inputs, {"cost": tf.zeros(tf.shape(targets["logits"])[:1])}

    return replace(
        labelled,
        train=lambda start: labelled.train(start).map(without),
        validation=labelled.validation.map(without),
        test=lambda: labelled.test().map(without),
    )
