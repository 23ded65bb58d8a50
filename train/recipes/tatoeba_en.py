"""Vectors of English words from Tatoeba's sentences: one side of the model `translations`.

    zoo train tatoeba_en && zoo export tatoeba_en --format word2vec --to runs/vectors/en.bin

Takes half a minute on two CPU cores that were shared.  Skip-gram, for the text is small;
windows do not reach over a sentence's end.
"""

from dataclasses import replace

from train.recipes import skipgram

recipe = replace(
    skipgram.recipe,
    data_options={
        "text": "tatoeba/en",
        "lines": True,
        "window": 3,
        "sample": 1e-3,
        "min_count": 3,
    },
    epochs=10,
)
