"""Sentences and photographs in one space: the searching and aligning part of `captions`.

    zoo train visual_semantic_base
    zoo train visual_semantic
    zoo export captions           # takes it along, where all runs lie in one folder
    zoo evaluate visual_semantic

The second stage: of each batch the hardest other alone is pushed away.  Flickr8k is for research
that is not commercial, and so are weights trained on it.

Takes 17 minutes on two CPU cores that were shared by many, and ends at
val_cosines_found_accuracy 0.330 (seed 0), 0.286 after the first stage.
"""

from dataclasses import replace

from train.recipes import visual_semantic_base
from train.tasks.matching import matching as task
from zoo.losses import Ranking

recipe = replace(
    visual_semantic_base.recipe,
    start="visual_semantic_base",
    loss={"scores": Ranking(1.0, hardest=True), "cosines": Ranking(0.2, hardest=True)},
    learning_rate=4e-4,
    batch_size=48,
    epochs=6,
    task=task,
)
