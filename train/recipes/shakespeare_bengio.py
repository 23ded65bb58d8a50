"""Shakespeare by Bengio's network, which looks back at the last nine letters.

    zoo train shakespeare_bengio

Takes about 15 minutes on two CPU cores that were shared; ends at val_loss 1.637 nats per character.
The card tells how that run went.
"""

from dataclasses import replace

from train.recipes import shakespeare

recipe = replace(
    shakespeare.recipe,
    model="bengio",
    sizes={"embed_dim": 24, "order": 10, "units": 600, "dropout": 0.2},
    data_options={"window": 64, "blank": 0.01},
    epochs=24,
)
