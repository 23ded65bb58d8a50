"""Shakespeare by 6-grams of letters with Kneser-Ney smoothing: counted, not trained.

    zoo train shakespeare_ngram

Takes 4 s on two busy CPU cores and ends at val_loss 1.558 nats per character.  With other
orders: 3, 2.045; 5, 1.579; 7, 1.565.  By words (`--set level=word --set order=3`) it ends at 4.846
nats per token; of the complete Shakespeare and the Linux kernel (`--set text=…`) at 1.499 and 1.396
per character.

Of the first 20,000 lines of Simple English Wikipedia (4.7 MB, about a million words, signs and
white spaces), by words with `--set text=PATH --set level=word --set order=3 --set max_vocab=5000`:
22 s on two busy cores, perplexity 91.1 per token (`zoo evaluate`).  All 100 MB have not been run.
"""

from keras.losses import SparseCategoricalCrossentropy

from train.data.text import text_counts
from train.recipe import Recipe
from train.tasks.text import text as task

recipe = Recipe(
    model="ngram",
    data=text_counts,
    loss={"logits": SparseCategoricalCrossentropy(from_logits=True)},
    batch_size=64,
    epochs=0,
    task=task,
    expect={"val_loss": (1.55, 1.565)},
)
