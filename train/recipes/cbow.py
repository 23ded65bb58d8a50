"""CBOW vectors of a text of yours.

    zoo train cbow --set text=PATH
    zoo train cbow --set text=sample        # no data needed, but too little to learn from
    zoo train cbow --set loss=hierarchical --set learning_rate=0.05
    zoo train cbow --set loss=softmax --set learning_rate=0.05      # for small vocabularies

Takes a minute or two on two CPU cores for the 16 million words of `simplewiki`, the default, and
ends at 54 % of questions-words (30,000 words).
"""

from train.data.words import word_rows
from train.recipe import Recipe
from train.tasks.words import mean_nats
from train.tasks.words import words as task

recipe = Recipe(
    model="cbow",
    sizes={"embed_dim": 100, "negative": 10, "joined": 4},
    data=word_rows,
    data_options={"row": 32, "drawn": 8},
    loss={"nats": mean_nats},
    optimizer="rowadagrad",
    optimizer_options={"learning_rate_power": -0.3},
    learning_rate=0.25,
    schedule="cosine",
    batch_size=128,  # rows of 32 words
    epochs=5,
    monitor="epoch",
    task=task,
)
