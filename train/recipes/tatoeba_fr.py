"""Vectors of French words from Tatoeba's sentences: one side of the model `translations`.

    zoo train tatoeba_fr && zoo export tatoeba_fr --format word2vec --to runs/vectors/fr.bin

Takes half a minute on two CPU cores that were shared; settings are those of `tatoeba_en`.
"""

from dataclasses import replace

from train.recipes import tatoeba_en

options = {**tatoeba_en.recipe.data_options, "text": "tatoeba/fr"}
recipe = replace(tatoeba_en.recipe, data_options=options)
