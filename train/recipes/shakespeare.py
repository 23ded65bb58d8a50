"""An LSTM that writes Shakespeare letter by letter: the served model `shakespeare`.

    zoo train shakespeare
    zoo train shakespeare --set text=PATH      # any text file of yours

Takes an hour and three quarters on two CPU cores that had other work besides; ends at val_loss
1.413 nats per character.
The card tells how that run went.
"""

from keras.losses import SparseCategoricalCrossentropy

from train.data.text import text_windows
from train.recipe import Recipe
from train.tasks.text import text as task

recipe = Recipe(
    model="lstm_lm",
    sizes={
        "embed_dim": 64,
        "units": 512,
        "depth": 2,
        "dropout": 0.4,
        "input_dropout": 0.1,
        "weight_drop": 0.2,
    },
    data=text_windows,
    data_options={"window": 96, "blank": 0.01},
    loss={"logits": SparseCategoricalCrossentropy(from_logits=True)},
    optimizer="adamw",
    optimizer_options={"weight_decay": 0.01, "clipnorm": 1.0},
    learning_rate=2e-3,
    schedule="cosine",
    batch_size=64,
    epochs=36,
    task=task,
)
