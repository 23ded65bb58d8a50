"""Photographs with all of their captions, for networks that tell which belong together."""

from collections import Counter

import numpy as np
import tensorflow as tf

from train.data import captions, features
from train.data.pipeline import Data
from zoo.captions import Words, plain

AT_ONCE = 125  # photographs of the development split


def matching(
    batch_size, seed, source="flickr8k", encoder="efficientnet_lite0", longest=22, min_count=5
):
    """Captions as `pipeline.Data`: {"regions", "words"} -> {"scores", "cosines"}: zeros.

    regions: (batch, regions, channels) float32, of different photographs; words: (batch * c,
    time) int32, the c captions of each photograph in turn, between START and END.  Which belong
    together is told by their places; the targets are of no use.
    The other settings, and the test split, are those of `train.data.captions.captions`.
    """
    photos = captions.read(source)
    counts = Counter(word for p in photos["train"] for c in p.captions for word in plain(c))
    words = Words.of(counts, min_count)
    everything = {p.name: p.data for split in captions.SPLITS for p in photos[split]}
    seen = features.regions(encoder, everything)
    place = {name: i for i, name in enumerate(everything)}
    each = min(len(p.captions) for split in captions.SPLITS for p in photos[split])

    def pairs(split):
        told = [[words.numbers(c, longest) for c in p.captions[:each]] for p in photos[split]]
        return np.array([place[p.name] for p in photos[split]]), np.array(told, "int32")

    def batch(place, told):
        told = tf.reshape(told, (-1, longest + 1))
        time = tf.reduce_max(tf.reduce_sum(tf.cast(told > 0, tf.int32), 1))
        unused = tf.zeros((tf.shape(place)[0], 1))
        inputs = {"regions": features.rows(seen, place), "words": told[:, :time]}
        return inputs, {"scores": unused, "cosines": unused}

    train, steps = captions.shuffled(*pairs("train"), batch_size, seed, batch)
    dev = tf.data.Dataset.from_tensor_slices(pairs("dev")).batch(AT_ONCE)
    return Data(
        train,
        steps,
        dev.map(batch).prefetch(2),
        lambda: captions.test_split(photos["test"]),
        sizes={"vocab_size": len(words), "regions": seen.shape[1], "channels": seen.shape[2]},
        assets={"words": words.words, "encoder": encoder},
    )
