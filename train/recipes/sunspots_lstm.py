"""An LSTM that forecasts the next twelve months' sunspots from the eleven years before.

    zoo train sunspots_lstm
    zoo train sunspots_lstm --set series=PATH --set window=24 --set horizon=6

Takes 22 s of processor time and ends at val_loss 0.47 (seed 0, float32).
"""

from train.data.series import series
from train.recipe import Recipe

recipe = Recipe(
    model="many_to_one",
    sizes={"cell": "lstm", "units": 64},
    data=series,
    loss={"y": "mse"},
    metrics={"y": ["mae"]},
    optimizer_options={"clipnorm": 1.0},
    learning_rate=2e-3,
    schedule="cosine",
    epochs=15,
    batch_size=64,
    expect={"val_loss": (0.3, 0.6)},
)
