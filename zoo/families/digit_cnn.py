"""A small convolutional network for handwritten digits, the best we found for its size.

    28x28 -> [conv 5x5] -> pool -> 14x14 -> [conv 3x3] x 3 -> pool -> 7x7
          -> [conv 3x3] -> 7x7 -> [conv 3x3, valid] -> 5x5 -> [conv 3x3, valid] -> 3x3 -> logits

Every convolution is followed by batch normalisation and ReLU.  The last two
convolutions are unpadded and the head is dense over their 3x3 map: where in
the field a stroke ends still counts, which global pooling would forget.

Reference: Simonyan & Zisserman (2015), Very Deep Convolutional Networks for
Large-Scale Image Recognition, ICLR (stacks of 3x3); Ioffe & Szegedy (2015),
Batch Normalization, ICML.
"""

import keras
from keras import layers

from zoo.registry import register


def convolve(x, filters, kernel, name, padding="same"):
    x = layers.Conv2D(filters, kernel, padding=padding, use_bias=False, name=name)(x)
    x = layers.BatchNormalization(name=f"{name}_norm")(x)
    return layers.ReLU(name=f"{name}_relu")(x)


@register
def digit_cnn(classes=10, widths=(32, 64, 160), dropout=0.4):
    """`image` (batch, 28, 28, 1), ink 1 on 0 -> `logits` (batch, classes)."""
    image = keras.Input((28, 28, 1), name="image")
    stem, body, top = widths
    x = convolve(image, stem, 5, "conv1")
    x = layers.MaxPooling2D(name="pool1")(x)
    for i in (2, 3, 4):
        x = convolve(x, body, 3, f"conv{i}")
    x = layers.MaxPooling2D(name="pool2")(x)
    x = convolve(x, top, 3, "conv5")
    x = convolve(x, top, 3, "conv6", padding="valid")
    x = convolve(x, top, 3, "conv7", padding="valid")
    x = layers.Dropout(dropout, name="dropout")(layers.Flatten(name="flatten")(x))
    # float32 under every precision policy: a softmax over float16 loses digits
    logits = layers.Dense(classes, dtype="float32", name="logits")(x)
    return keras.Model({"image": image}, {"logits": logits}, name="digit_cnn")
