"""Handwritten digits with `digit_cnn`: what the Digits tab and `/v1/models/digits` serve.

    zoo train digits_base
    zoo train digits_sharp
    zoo train digits

The third stage repeats the second from where it ended: each time that the learning rate
rises and falls again, the net leaves its minimum for a flatter one.

Takes 17 minutes on two CPU cores with bfloat16 in hardware.
"""

from dataclasses import replace

from train.recipes import digits_sharp
from train.tasks.digits import digits

recipe = replace(
    digits_sharp.recipe,
    start="digits_sharp",
    epochs=20,
    seed=2,
    task=digits,
)
