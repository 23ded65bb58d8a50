"""Photographs themselves with their captions, for a captioner whose encoder learns as well."""

from collections import Counter

import numpy as np
import tensorflow as tf

from train.data import captions, features
from train.data.pipeline import Data
from zoo.captions import Words, plain
from zoo.registry import sizes


def seeing(
    batch_size,
    seed,
    source="flickr8k",
    encoder="efficientnet_lite0",
    side=0,
    longest=22,
    min_count=5,
):
    """Captions as `pipeline.Data`: {"image", "words"} -> {"logits": the words after these}.

    batch_size: photographs; image: (batch, side, side, 3) float32; words: (batch * c, time) int32,
    the c captions of each photograph in turn.
    side: pixels of a picture; 0 for as many as the encoder was made for.
    The settings, the vocabulary and the test split are those of `train.data.captions.captions`.
    """
    photos = captions.read(source)
    counts = Counter(word for p in photos["train"] for c in p.captions for word in plain(c))
    words = Words.of(counts, min_count)
    side = side or sizes(encoder)["side"]

    def split(name):
        data = tf.constant([p.data for p in photos[name]])
        each = min(len(p.captions) for p in photos[name])
        told = [[words.numbers(c, longest) for c in p.captions[:each]] for p in photos[name]]
        return data, np.arange(len(told)), np.array(told, "int32")

    def batch(data, place, told):
        told = tf.reshape(told, (-1, longest + 1))
        told = told[:, : tf.reduce_max(tf.math.count_nonzero(told, 1))]
        image = tf.map_fn(lambda i: _decoded(data[i], side), place, fn_output_signature=tf.float32)
        inputs = {"image": tf.ensure_shape(image, (None, side, side, 3)), "words": told[:, :-1]}
        return inputs, {"logits": told[:, 1:]}

    data, place, told = split("train")
    train, steps = captions.shuffled(place, told, batch_size, seed, lambda *row: batch(data, *row))
    dev_data, *dev = split("dev")
    dev = tf.data.Dataset.from_tensor_slices(tuple(dev)).batch(batch_size)
    return Data(
        train,
        steps,
        dev.map(lambda *row: batch(dev_data, *row)).prefetch(2),
        lambda: captions.test_split(photos["test"]),
        sizes={"vocab_size": len(words), "encoder": encoder, "side": side},
        assets={"words": words.words},
        held_out=lambda: captions.test_split(photos["dev"]),
    )


def _decoded(data, side):
    return features.resized(tf.io.decode_image(data, channels=3, expand_animations=False), side)
