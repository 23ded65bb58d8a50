"""Vectors of German words from Tatoeba's sentences: one side of the model `translations`.

    zoo train tatoeba_de && zoo export tatoeba_de --format word2vec --to runs/vectors/de.bin

Takes half a minute on two CPU cores that were shared; settings are those of `tatoeba_en`.
"""

from dataclasses import replace

from train.recipes import tatoeba_en

options = {**tatoeba_en.recipe.data_options, "text": "tatoeba/de"}
recipe = replace(tatoeba_en.recipe, data_options=options)
