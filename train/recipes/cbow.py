"""CBOW vectors of a text of yours.

    zoo train cbow --set text=PATH
    zoo train cbow --set text=sample        # no data needed, but too little to learn from
    zoo train cbow --set loss=hierarchical  # or softmax, for small vocabularies

Takes minutes on two CPU cores for the 16 million words of `simplewiki`, the default; how many,
and where it ends, has not been measured on an idle machine yet.
"""

from train.data.words import word_rows
from train.recipe import Recipe
from train.tasks.words import mean_nats
from train.tasks.words import words as task

recipe = Recipe(
    model="cbow",
    sizes={"embed_dim": 100, "negative": 10},
    data=word_rows,
    loss={"nats": mean_nats},
    optimizer="rowadagrad",
    learning_rate=0.2,
    schedule="cosine",
    batch_size=64,  # rows of 64 words
    epochs=5,
    task=task,
)
