"""CBOW vectors of a text of yours.

    zoo train cbow --set text=PATH
    zoo train cbow --set text=sample        # no data needed, but too little to learn from
    zoo train cbow --set loss=hierarchical  # or softmax, for small vocabularies

Takes 5 minutes on two CPU cores that were shared for the 16 million words of `simplewiki`, the
default, and ends at 50 % of questions-words.
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
