"""Shakespeare by Bengio's network, which looks back at the last nine letters.

    zoo train shakespeare_bengio

Takes hours on two CPU cores; how many, and where it ends, has not been measured yet.
"""

from dataclasses import replace

from train.recipes import shakespeare

recipe = replace(
    shakespeare.recipe,
    model="bengio",
    sizes={"embed_dim": 24, "order": 10, "units": 600, "dropout": 0.2},
    data_options={"window": 64, "blank": 0.01},
    epochs=24,
)
