"""Word vectors for analogies: the served model `analogies`.

    zoo train analogies                            # simplewiki and enwiki, 26 million words
    zoo train analogies --set text=wikipedia       # all of it, by tensorflow-datasets: days
    zoo export analogies && zoo evaluate analogies

Takes 6.5 minutes on two CPU cores; ends at 62 % of questions-words.
"""

from dataclasses import replace

from train.recipes import cbow

recipe = replace(
    cbow.recipe,
    sizes={"embed_dim": 200, "negative": 10, "joined": 2},
    data_options={"text": "simplewiki,enwiki", "max_vocab": 90_000, "row": 64, "drawn": 32},
    batch_size=64,  # rows of 64 words
    epochs=10,
)
