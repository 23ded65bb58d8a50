"""A deep sigmoid network on MNIST, its layers pre-trained by `stacked_autoencoder_base`.

    zoo train stacked_autoencoder_base
    zoo train stacked_autoencoder
    zoo train stacked_autoencoder --set start= --out runs/from_nothing    # without pre-training

Takes minutes on two CPU cores; how many, and where it ends, has not been measured yet.
`python -m benchmarks.deep pretraining` compares the two ways.
"""

from keras.losses import SparseCategoricalCrossentropy

from train.data.digits import mnist
from train.recipe import Recipe

recipe = Recipe(
    model="stacked_autoencoder",
    sizes={"units": (256,) * 5},
    data=mnist,
    loss={"logits": SparseCategoricalCrossentropy(from_logits=True)},
    metrics={"logits": ["accuracy"]},
    optimizer="sgd",
    learning_rate=0.1,
    epochs=20,
    monitor="val_accuracy",
    start="stacked_autoencoder_base",
)
