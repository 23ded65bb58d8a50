"""A model that is taught by its layer's own rule instead of by gradients.

`fit` runs as ever, with losses, metrics, callbacks and checkpoints; only the step from one set of
weights to the next is the rule's.  The learning rate is that of the optimizer that `compile` was
given, schedule and all; nothing else of the optimizer is used.

On several devices, each of which is handed a part of the batch, the rule is given the whole batch
on every one, so that it makes the very step that one device would have made.  The rule's weights
are to be made with aggregation="only_first_replica".
"""

import keras
import tensorflow as tf


class ByRule(keras.Model):
    """A functional model; `learn(x, y, rate)` of a subclass changes the weights.

    x, y: a batch as `fit` gets it, two dicts by name; rate: a scalar.
    """

    def learn(self, x, y, rate):
        raise NotImplementedError

    def train_step(self, data):
        x, y, sample_weight = keras.utils.unpack_x_y_sample_weight(data)
        if sample_weight is not None:
            raise ValueError("a rule has no place for sample weights: leave them out")
        outputs = self(x, training=True)
        loss = self.compute_loss(x=x, y=y, y_pred=outputs, training=True)
        loss *= tf.distribute.get_strategy().num_replicas_in_sync  # it was divided by that
        for metric in self.metrics:
            if metric.name == "loss":
                metric.update_state(loss, sample_weight=tf.shape(tf.nest.flatten(x)[0])[0])
        self.learn(whole(x), whole(y), self.optimizer.learning_rate)
        self.optimizer.iterations.assign_add(1)  # a schedule of the rate goes by it
        return self.compute_metrics(x, y, outputs)

    def compute_metrics(self, x, y, y_pred, sample_weight=None):
        # an output without a target, such as what was learned without one, is not measured
        measured = {name: y_pred[name] for name in y} if isinstance(y, dict) else y_pred
        return super().compute_metrics(x, y, measured, sample_weight)


def whole(batch):
    """A replica's part of a batch -> the batch of all replicas, in their order."""
    replica = tf.distribute.get_replica_context()
    if replica.num_replicas_in_sync == 1:
        return batch
    return tf.nest.map_structure(lambda part: replica.all_gather(part, axis=0), batch)
