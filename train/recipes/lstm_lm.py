"""An LSTM for a text of yours, a quarter of the served model `shakespeare` in size.

    zoo train lstm_lm --set text=PATH
    zoo train lstm_lm --set text=PATH --set level=word

Takes about an hour on two CPU cores for a text of a million letters, an estimate: it has not been
run whole.
"""

from dataclasses import replace

from train.recipes import shakespeare

recipe = replace(
    shakespeare.recipe,
    sizes={**shakespeare.recipe.sizes, "units": 256, "dropout": 0.3},
    epochs=30,
)
