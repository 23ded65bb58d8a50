"""Shakespeare word by word: an LSTM whose words' vectors are its output's weights too.

    zoo train shakespeare_words
    zoo train shakespeare_words --set text=PATH

Takes 3 and a half minutes on two CPU cores that were shared; ends at val_loss 4.227 nats per
token: the 5,000 most frequent words, signs and white spaces.  Over the whole validation text
(`zoo evaluate`) its perplexity is 68.5 per token, that of 3-grams with Kneser-Ney smoothing
(`zoo train shakespeare_ngram --set level=word --set order=3 --set max_vocab=5000`) 95.0.
"""

from dataclasses import replace

from train.recipes import shakespeare

recipe = replace(
    shakespeare.recipe,
    sizes={
        "embed_dim": 128,
        "units": 128,
        "depth": 1,
        "dropout": 0.3,
        "input_dropout": 0.2,
        "weight_drop": 0.2,
        "tied": True,
    },
    data_options={"level": "word", "window": 35, "max_vocab": 5_000},
    learning_rate=5e-3,
    batch_size=20,
    epochs=8,
    expect={"val_loss": (4.15, 4.3)},
)
