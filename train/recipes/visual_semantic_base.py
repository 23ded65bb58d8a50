"""Sentences and photographs in one space, first stage: all others of a batch are pushed away.

    zoo train visual_semantic_base

Flickr8k is for research that is not commercial, and so are weights trained on it.

Takes 27 minutes on two CPU cores that were shared by many, and ends at
val_cosines_found_accuracy 0.286 (seed 0): of 125 photographs, 625 sentences find theirs.
"""

import keras

from train.data.matching import matching
from train.recipe import Recipe
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
    batch_size=24,  # photographs, each with its five captions
    epochs=8,
    monitor="val_cosines_found_accuracy",
)
