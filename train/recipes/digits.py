"""Handwritten digits with `digit_cnn`: what the Digits tab and `/v1/models/digits` serve.

zoo train digits_base
zoo train digits
"""

from dataclasses import replace
from functools import partial

from train.data.digits import mnist
from train.data.distort import distort
from train.recipes import digits_base
from train.tasks.digits import digits

recipe = replace(
    digits_base.recipe,
    start="digits_base",
    # now a quarter of the digits stay sharp, as those are that the net will be asked to read
    data=partial(mnist, augment=partial(distort, untouched=0.25)),
    learning_rate=1e-3,
    epochs=36,
    seed=1,
    monitor="val_loss",
    task=digits,
)
