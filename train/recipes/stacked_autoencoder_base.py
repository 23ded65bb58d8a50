"""The first stage of `stacked_autoencoder`: five denoising layers, one after another, no labels.

    zoo train stacked_autoencoder_base
    zoo train stacked_autoencoder

Takes minutes on two CPU cores; how many, and where it ends, has not been measured yet.
"""

from keras.losses import MeanAbsoluteError

from train.data.unlabelled import digits_unlabelled
from train.recipe import Recipe

EPOCHS_A_LAYER = 4

recipe = Recipe(
    model="stacked_autoencoder",
    sizes={
        "units": (256,) * 5,
        "pretrain": True,
        "corruption": 0.25,
        "steps_a_layer": EPOCHS_A_LAYER * 429,  # of 128 digits, of 55,000
    },
    data=digits_unlabelled,
    loss={"cost": MeanAbsoluteError()},  # from zero: the cost itself
    optimizer="rmsprop",  # without momentum, which would move layers whose turn is over
    learning_rate=1e-3,
    epochs=5 * EPOCHS_A_LAYER,
)
