"""Word vectors for analogies: the served model `analogies`.

    zoo train analogies                            # simplewiki and enwiki, 26 million words
    zoo train analogies --set text=wikipedia       # all of it, by tensorflow-datasets: days
    zoo export analogies && zoo evaluate analogies

Takes about half an hour on two CPU cores; how long, and where it ends, has not been measured on
an idle machine yet.
"""

from dataclasses import replace

from train.recipes import cbow

recipe = replace(
    cbow.recipe,
    sizes={"embed_dim": 200, "negative": 10},
    data_options={"text": "simplewiki,enwiki", "max_vocab": 90_000},  # 18 MB when served
    epochs=5,
)
