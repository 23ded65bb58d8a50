"""English, German and French words in one space: the served model `translations`.

    zoo train tatoeba_en && zoo export tatoeba_en --format word2vec --to runs/vectors/en.bin
    zoo train tatoeba_de && zoo export tatoeba_de --format word2vec --to runs/vectors/de.bin
    zoo train tatoeba_fr && zoo export tatoeba_fr --format word2vec --to runs/vectors/fr.bin
    zoo train translations && zoo export translations && zoo evaluate translations
    zoo train translations --set kind=orthogonal    # a turn alone, instead of least squares

Vectors of yours: --set vectors=FOLDER with en.bin, xx.bin; --set languages=en,xx; sentence pairs
--set pairs=FOLDER with xx.tsv.  Takes half a minute, most of it to count word pairs, and ends at
34 % of words right at the first (English to German), 35 % (to French).
"""

from keras.losses import CosineSimilarity

from train.data.translation import mapped
from train.recipe import Recipe
from train.tasks.translations import translations as task

recipe = Recipe(
    model="word_map",
    sizes={"kind": "linear"},
    data=mapped,
    loss={"vectors": CosineSimilarity()},
    batch_size=256,
    epochs=0,
    task=task,
)
