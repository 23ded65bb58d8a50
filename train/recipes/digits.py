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

# Distortion made the net robust; to read sharp digits well, it now sees milder ones and,
# a third of the time, digits as they are.
mild = partial(
    distort, rotation=10.0, scale=0.1, shear=0.1, shift=1.5, elastic=0.4, pen=0.2, untouched=0.33
)
recipe = replace(
    digits_base.recipe,
    start="digits_base",
    data=partial(mnist, augment=mild),
    learning_rate=4e-4,
    epochs=20,
    seed=1,
    monitor="val_loss",
    task=digits,
)
