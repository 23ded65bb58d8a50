"""Shakespeare by one layer of gated recurrent units: the served model `shakespeare_gru`.

    zoo train shakespeare_gru

Takes hours on two CPU cores; how many, and where it ends, has not been measured yet.
"""

from dataclasses import replace

from train.recipes import shakespeare

recipe = replace(
    shakespeare.recipe,
    model="gru_lm",
    sizes={**shakespeare.recipe.sizes, "depth": 1},
    epochs=12,
)
