"""Skip-gram vectors: slower than CBOW, and better for rare words.

    zoo train skipgram --set text=PATH

Takes about twice CBOW's time; how long, and where it ends, has not been measured yet.
"""

from dataclasses import replace

from train.recipes import cbow

recipe = replace(
    cbow.recipe,
    model="skipgram",
    sizes={"embed_dim": 100, "negative": 10},
    data_options={},
    optimizer_options={},
    learning_rate=0.2,
    batch_size=64,  # rows of 64 words
    monitor="val_loss",
)
