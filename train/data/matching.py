"""Photographs with all of their captions, for networks that tell which belong together."""

from collections import Counter

import numpy as np
import tensorflow as tf

from train.data import captions, features
from train.data.pipeline import Data, batches, epochs
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
        places = np.array([place[p.name] for p in photos[split]])
        unused = np.zeros((len(places), 1), "float32")
        inputs = {"place": places, "told": np.array(told, "int32")}
        return inputs, {"scores": unused, "cosines": unused}

    def look_up(inputs, targets):
        told = tf.reshape(inputs["told"], (-1, longest + 1))
        time = tf.reduce_max(tf.math.count_nonzero(told, 1))
        regions = features.rows(seen, inputs["place"])
        return {"regions": regions, "words": told[:, :time]}, targets

    train, steps = epochs(*pairs("train"), batch_size, seed)
    return Data(
        lambda epoch: train(epoch).map(look_up, num_parallel_calls=2).prefetch(4),
        steps,
        batches(*pairs("dev"), AT_ONCE).map(look_up),
        lambda: captions.test_split(photos["test"]),
        sizes={"vocab_size": len(words), "regions": seen.shape[1], "channels": seen.shape[2]},
        assets={"words": words.words, "encoder": encoder},
        held_out=lambda: captions.test_split(photos["dev"]),
    )
