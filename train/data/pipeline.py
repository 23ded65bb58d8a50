"""What a loader returns, and how arrays become epochs that can be resumed.

Order and augmentation depend on (seed, epoch, step) alone, never on what ran
before.  So a run that is killed and resumed sees just the batches it would have seen.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import tensorflow as tf


@dataclass(frozen=True)
class Data:
    """Batches for training, validation and test.

    train: `train(epoch)` gives one endless dataset of batches from that epoch on.
    steps_per_epoch: batches in one epoch.
    validation: a finite dataset.
    test: a function, so that the test split is not read until it is asked for.
    sizes: sizes of the model that the data decides, such as {"vocab_size": 66}.
    assets: plain data that the served signatures need, such as a vocabulary; `Task.signatures`
        is given them by name.
    whole: the training split at once, for layers that count it; see train/counting.py.
    held_out: the validation split in the form of `test`, where `validation` has another.
    unit, amount: what the progress of the training counts, such as "words", and how many of them an
        epoch has.
    at_once: steps that run without a return to Python, for networks whose steps are so short that
        the way there and back would be felt; divides steps_per_epoch.
    """

    train: Callable[[int], tf.data.Dataset]
    steps_per_epoch: int
    validation: tf.data.Dataset
    test: Callable[[], tf.data.Dataset]
    sizes: Mapping = field(default_factory=dict)
    assets: Mapping = field(default_factory=dict)
    whole: Callable | None = None
    held_out: Callable[[], tf.data.Dataset] | None = None
    unit: str = ""
    amount: int = 0
    at_once: int = 1


def epochs(inputs, targets, batch_size, seed, augment=None):
    """Arrays to `(train, steps_per_epoch)`: shuffled anew each epoch, the rest dropped.

    inputs, targets: dicts of arrays with the same first axis.
    augment: `augment(inputs, seed)` on a batch, `seed` an int32 pair.
    """
    count = len(next(iter(inputs.values())))
    if count < batch_size:
        raise ValueError(f"{count} examples are fewer than one batch of {batch_size}")
    steps = count // batch_size
    inputs = {name: tf.constant(value) for name, value in inputs.items()}
    targets = {name: tf.constant(value) for name, value in targets.items()}

    def epoch(e):
        order = tf.random.experimental.stateless_shuffle(tf.range(count), seed=[seed, e])
        rows = tf.reshape(order[: steps * batch_size], (steps, batch_size))
        step = tf.range(steps) + steps * tf.cast(e, tf.int32)
        return tf.data.Dataset.from_tensor_slices((rows, step))

    def batch(rows, step):
        x = {name: tf.gather(value, rows) for name, value in inputs.items()}
        y = {name: tf.gather(value, rows) for name, value in targets.items()}
        return (augment(x, tf.stack([seed, step])) if augment else x), y

    def train(start):
        epochs = tf.data.Dataset.range(start, 2**31).map(lambda e: tf.cast(e, tf.int32))
        rows = epochs.flat_map(epoch)
        return rows.map(batch, num_parallel_calls=tf.data.AUTOTUNE).prefetch(tf.data.AUTOTUNE)

    return train, steps


def batches(inputs, targets, batch_size):
    """Arrays to one finite dataset in order."""
    return tf.data.Dataset.from_tensor_slices((inputs, targets)).batch(batch_size).prefetch(2)
