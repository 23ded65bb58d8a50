"""Handwritten digits with `digit_cnn`: what the Digits tab and `/v1/models/digits` serve.

zoo train digits
"""

from functools import partial

from keras.losses import SparseCategoricalCrossentropy

from train.data.digits import mnist
from train.data.distort import distort
from train.recipe import Recipe

recipe = Recipe(
    model="digit_cnn",
    data=partial(mnist, augment=distort),
    loss={"logits": SparseCategoricalCrossentropy(from_logits=True)},
    metrics={"logits": ["accuracy"]},
    optimizer="adamw",
    optimizer_options={"weight_decay": 0.05},
    learning_rate=2e-3,
    schedule="cosine",
    epochs=60,
    monitor="val_accuracy",
)
