"""EfficientNet-Lite: a small, accurate convolutional network for photographs.

    image -> conv 3x3 / 2 -> 16 inverted bottlenecks in 7 stages -> conv 1x1 -> regions
    regions -> mean -> logits of ImageNet's 1,000 classes

    inverted bottleneck:  x -> conv 1x1, widen -> depthwise conv -> conv 1x1, narrow (-> + x)

Every convolution is followed by batch normalisation, and all but the narrowing ones by ReLU6.
Depth, width and picture size grow together from lite0 to lite4.  Against EfficientNet the Lite
nets leave out the squeeze-and-excitation and the swish, which integer hardware computes badly.

Reference: Tan & Le (2019), EfficientNet: Rethinking Model Scaling for Convolutional Neural
Networks, ICML; the Lite variants are of the authors' repository (2020).
"""

import math

import keras
from keras import layers

from zoo.registry import register

# repeats, kernel, stride, widening, filters
STAGES = (
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)


def convolve(x, filters, kernel, name, stride=1, relu=True, depthwise=False):
    make = layers.DepthwiseConv2D if depthwise else layers.Conv2D
    shape = (kernel,) if depthwise else (filters, kernel)
    x = make(*shape, strides=stride, padding="same", use_bias=False, name=name)(x)
    x = layers.BatchNormalization(epsilon=1e-3, momentum=0.99, name=f"{name}_norm")(x)
    return layers.ReLU(6, name=f"{name}_relu")(x) if relu else x


def bottleneck(x, kernel, stride, widening, filters, name):
    y = x
    if widening > 1:
        y = convolve(y, x.shape[-1] * widening, 1, f"{name}_expand")
    y = convolve(y, None, kernel, f"{name}_depthwise", stride, depthwise=True)
    y = convolve(y, filters, 1, f"{name}_project", relu=False)
    same = stride == 1 and x.shape[-1] == filters
    return layers.Add(name=f"{name}_add")([x, y]) if same else y


def _scaled(filters, width):
    """A multiple of 8 near `filters * width`, never a tenth below it."""
    wanted = filters * width
    rounded = max(8, int(wanted + 4) // 8 * 8)
    return rounded + 8 if rounded < 0.9 * wanted else rounded


@register(
    efficientnet_lite0={"side": 224},
    efficientnet_lite1={"side": 240, "depth": 1.1},
    efficientnet_lite2={"side": 260, "width": 1.1, "depth": 1.2},
    efficientnet_lite3={"side": 280, "width": 1.2, "depth": 1.4},
    efficientnet_lite4={"side": 300, "width": 1.4, "depth": 1.8},
)
def efficientnet_lite(classes=1000, side=224, width=1.0, depth=1.0, dropout=0.2):
    """`image` (batch, side, side, 3), 0 to 255 -> `regions` and `logits` (batch, classes).

    regions: (batch, rows, columns, 1280), what the network sees in each cell of a grid whose
    sides are those of the picture over 32, rounded up.
    """
    image = keras.Input((side, side, 3), name="image")
    x = layers.Rescaling(1 / 128, -127 / 128, name="scale")(image)
    x = convolve(x, 32, 3, "stem", stride=2)
    number = 0
    for stage, (repeats, kernel, stride, widening, filters) in enumerate(STAGES):
        ends = stage in (0, len(STAGES) - 1)  # the first and the last stage grow in width alone
        for repeat in range(repeats if ends else math.ceil(repeats * depth)):
            first = stride if repeat == 0 else 1
            wide = _scaled(filters, width)
            x = bottleneck(x, kernel, first, widening, wide, f"block{number}")
            number += 1
    regions = convolve(x, 1280, 1, "head")
    pooled = layers.GlobalAveragePooling2D(name="pool")(regions)
    pooled = layers.Dropout(dropout, name="dropout")(pooled)
    logits = layers.Dense(classes, dtype="float32", name="logits")(pooled)
    regions = layers.Activation("linear", dtype="float32", name="regions")(regions)
    return keras.Model(
        {"image": image}, {"regions": regions, "logits": logits}, name="efficientnet_lite"
    )
