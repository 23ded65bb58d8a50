"""The captioner of `captions`, and its encoder, trained on together: a second stage.

    zoo train captions && zoo train captions_tuned
    zoo export captions_tuned

Takes long on CPU cores, for every photograph passes through the encoder forwards and backwards;
how long, and what it gains, has not been measured: run on a few photographs alone so far.
"""

from dataclasses import replace

from train.data import imagenet
from train.data.seeing import seeing
from train.recipes import captions
from train.tasks.captions import tuned


def begin(model, captioner, sizes):
    """The captioner as `captions` left it, and ImageNet's weights for its encoder."""
    teller = captioner.get_layer("teller")
    model.get_layer("teller").set_weights(teller.get_weights())
    eyes = model.get_layer("eyes")
    known = {weight.path: weight for weight in imagenet.encoder(sizes["encoder"]).weights}
    for weight in eyes.weights:
        weight.assign(known[weight.path])


recipe = replace(
    captions.recipe,
    model="seeing_captioner",
    data=seeing,
    learning_rate=1e-4,  # what both have learned is to be kept
    batch_size=16,
    epochs=2,
    task=tuned,
    start="captions",
    begin=begin,
    expect={},
)
