"""Sentences and photographs in one space: the searching and aligning part of `captions`.

    zoo train visual_semantic
    zoo export captions           # takes it along, where both runs lie in one folder
    zoo evaluate visual_semantic

Flickr8k is for research that is not commercial, and so are weights trained on it.

Takes long on two CPU cores; how long, and where it ends, has not been measured yet.
"""

import keras

from train.data.matching import matching
from train.recipe import Recipe
from train.tasks.matching import matching as task
from zoo.losses import Ranking


def found_accuracy(_, scores):
    """The share of sentences whose own picture, of those in the batch, fits them best."""
    n, m = keras.ops.shape(scores)
    own = keras.ops.arange(m) // (m // n)
    first = keras.ops.argmax(scores, axis=0)
    return keras.ops.cast(first == keras.ops.cast(own, first.dtype), "float32")


recipe = Recipe(
    model="visual_semantic",
    sizes={"embed_dim": 200, "units": 256, "dropout": 0.3},
    data=matching,
    loss={"scores": Ranking(1.0), "cosines": Ranking(0.2)},
    metrics={"scores": [found_accuracy], "cosines": [found_accuracy]},
    optimizer="adamw",
    optimizer_options={"weight_decay": 0.01, "clipnorm": 2.0},
    learning_rate=1e-3,
    schedule="cosine",
    batch_size=48,  # photographs, each with its five captions
    epochs=8,
    monitor="val_cosines_found_accuracy",
    task=task,
)
