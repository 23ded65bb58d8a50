"""Rosenblatt's perceptron on two classes that a line parts.

    zoo train perceptron
    zoo train perceptron --set data=xor                          # no line parts these
    zoo train perceptron --set noise=0.1 --set keep=pocket       # or averaged

Takes two minutes on two very busy CPU cores and ends at val_loss 0, no mistake (seed 0).
"""

from train.data.toy import toy
from train.recipe import Recipe
from zoo.losses import Mistakes

recipe = Recipe(
    model="perceptron",
    data=toy,
    data_options={"data": "separable"},
    loss={"y": Mistakes()},
    optimizer="sgd",  # its learning rate alone is used
    learning_rate=0.5,
    batch_size=1,  # an example at a time, as in the paper
    epochs=10,
    expect={"val_loss": (0.0, 0.01)},
)
