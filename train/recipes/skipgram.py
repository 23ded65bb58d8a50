"""Skip-gram vectors: slower than CBOW, and better for rare words.

    zoo train skipgram --set text=PATH

Takes about twice CBOW's time; how long, and where it ends, has not been measured yet.
"""

from dataclasses import replace

from train.recipes import cbow

recipe = replace(cbow.recipe, model="skipgram")
