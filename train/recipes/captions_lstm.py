"""Captions by an LSTM that is shown the picture once, before the first word.

zoo train captions_lstm
zoo train captions_lstm --set cell=elman      # by Elman's network

Takes long on two CPU cores; how long, and where it ends, has not been measured yet.
"""

from dataclasses import replace

from train.recipes import captions

recipe = replace(
    captions.recipe,
    model="captioner",
    sizes={"embed_dim": 384, "units": 384, "dropout": 0.5},
)
