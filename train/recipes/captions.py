"""Captions by an LSTM that looks again before each word: the served model `captions`.

    zoo train captions

Flickr8k is for research that is not commercial, and so are weights trained on it.

Takes long on two CPU cores; how long, and where it ends, has not been measured yet.
"""

from keras.losses import SparseCategoricalCrossentropy

from train.data.captions import captions
from train.recipe import Recipe
from train.tasks.captions import captions as task

recipe = Recipe(
    model="attention_captioner",
    sizes={"embed_dim": 256, "units": 384, "dropout": 0.5, "penalty": 1.0},
    data=captions,
    loss={"logits": SparseCategoricalCrossentropy(from_logits=True, ignore_class=0)},
    optimizer="adamw",
    optimizer_options={"weight_decay": 0.01, "clipnorm": 1.0},
    learning_rate=1e-3,
    schedule="cosine",
    batch_size=128,
    epochs=12,
    task=task,
)
