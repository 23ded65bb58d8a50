"""Shakespeare by Elman's network with Mikolov's sigmoid: the served model `shakespeare_elman`.

    zoo train shakespeare_elman

Takes hours on two CPU cores; how many, and where it ends, has not been measured yet.
"""

from dataclasses import replace

from train.recipes import shakespeare

recipe = replace(
    shakespeare.recipe,
    model="elman",
    sizes={"embed_dim": 64, "units": 512, "dropout": 0.2},
    epochs=12,
)
