"""Oja's unit on a cloud that is longest along 30 degrees, where its weights come to point.

    zoo train hebbian
    zoo train hebbian --set rule=hebb --set epochs=1       # the weights grow without bound

Takes 15 s on two very busy CPU cores and ends at val_loss 0.520, its weights at (0.863, 0.506),
which is 30.4 degrees (seed 0).
"""

from train.data.toy import cloud
from train.recipe import Recipe

recipe = Recipe(
    model="hebbian",
    data=cloud,
    loss={"reconstruction": "mse"},  # measured, not learned from
    optimizer="sgd",  # its learning rate alone is used
    learning_rate=0.02,
    batch_size=10,
    epochs=5,
    # the best that one number can do: half the variance across, as two numbers are averaged
    expect={"val_loss": (0.45, 0.55)},
)
