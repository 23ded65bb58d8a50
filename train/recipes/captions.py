"""Captions by an LSTM that looks again before each word: the served model `captions`.

    zoo train captions
    zoo export captions
    zoo evaluate captions

Flickr8k is for research that is not commercial, and so are weights trained on it.

Takes 7 minutes on 2 CPU cores that were shared, with bfloat16, and ends at val_loss 2.79; the
encoder's pass over the photographs, once, takes a minute more.  As served, with a beam of five, it
has BLEU-1 to BLEU-4 of 62.8, 44.5, 30.5 and 20.7 on the test split.
"""

from keras.losses import SparseCategoricalCrossentropy

from train.data.captions import captions
from train.recipe import Recipe
from train.tasks.captions import captions as task

recipe = Recipe(
    model="attention_captioner",
    sizes={"embed_dim": 256, "units": 256, "attend_units": 96, "dropout": 0.3, "penalty": 1.0},
    data=captions,
    loss={"logits": SparseCategoricalCrossentropy(from_logits=True, ignore_class=0)},
    optimizer="adamw",
    optimizer_options={"weight_decay": 0.01, "clipnorm": 1.0},
    learning_rate=2e-3,
    schedule="cosine",
    batch_size=128,
    epochs=8,
    task=task,
    expect={"val_loss": (2.7, 2.85)},
)
