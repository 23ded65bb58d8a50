"""Which sentence belongs to which photograph; measured by how far down the right one stands."""

import numpy as np
import tensorflow as tf

from train.data import imagenet
from train.tasks import Task
from zoo import matching as served_matching
from zoo.captions import Words
from zoo.eyes import Eyes

BATCH = 50
PLACES = (1, 5, 10)


def signatures(model, words, encoder):
    """The network with its encoder; `align` is the default."""
    served = parts(model, Eyes(imagenet.encoder(encoder)), words)
    return {"serving_default": served["align"], **served}


def parts(model, eyes, words):
    """The signatures for a SavedModel that has a `serving_default` of its own."""
    return served_matching.signatures(model, eyes, Words(words))


def grey():
    """The bytes of a grey picture."""
    return tf.io.encode_jpeg(tf.fill((64, 64, 3), tf.constant(128, tf.uint8))).numpy()


def warmup(signatures=None):
    """One grey picture and a sentence."""
    image, sentence = np.array([grey()], "object"), np.array([b"a dog runs"], "object")
    return [
        ("embed_image", {"image": image}),
        ("embed_text", {"sentence": sentence}),
        ("embed_regions", {"image": image}),
        ("embed_words", {"sentence": sentence}),
        ("align", {"image": image, "sentence": sentence}),
    ]


def figures(served, photos):
    """Yield Recall@1, 5, 10 in per cent and the median rank for (bytes, tab-separated captions).

    image_to_text: of a photograph, the best of its own sentences among all sentences;
    text_to_image: of a sentence, its photograph among all photographs.  First ranked by the cosine
    of single vectors; then, as `words_…`, by the sum over words of their best region's score,
    where the model gives vectors of regions and words.
    """
    pictures, regions, sentences, said, counts = [], [], [], [], []
    by_words = "embed_regions" in served
    for image, texts in photos.batch(BATCH):
        told = [text.decode().split("\t") for text in texts.numpy()]
        flat = tf.constant([caption for captions in told for caption in captions])
        counts += [len(captions) for captions in told]
        pictures.append(served["embed_image"](image=image)["vector"].numpy())
        sentences.append(served["embed_text"](sentence=flat)["vector"].numpy())
        if by_words:
            regions.append(served["embed_regions"](image=image)["vectors"].numpy())
            said.append(served["embed_words"](sentence=flat)["vectors"].numpy())
    own = np.repeat(np.arange(len(counts)), counts)
    yield "photographs", len(counts)
    yield "sentences", len(own)
    yield from recall(np.concatenate(pictures) @ np.concatenate(sentences).T, own)
    if by_words:
        scores = np.block([[fits(seen, words) for words in said] for seen in regions])
        yield from ((f"words_{name}", value) for name, value in recall(scores, own))


def fits(regions, words):
    """S (n, m): sums over words (m, time, units) of the best of regions (n, places, units)."""
    n, places, units = regions.shape
    m, time, _ = words.shape
    products = regions.reshape(-1, units) @ words.reshape(-1, units).T
    return products.reshape(n, places, m, time).max(1).sum(-1)


def recall(scores, own):
    """(name, value) for scores (pictures, sentences); own: the picture of each sentence.

    The rank is that of the best right one, from 1; equals count as before it.
    """
    mine = np.arange(len(scores))[:, None] == own[None]
    best = np.where(mine, scores, -np.inf).max(1)
    right = scores[own, np.arange(len(own))]
    ranks = {
        "image_to_text": 1 + np.sum((scores >= best[:, None]) & ~mine, 1),
        "text_to_image": np.sum(scores >= right[None], 0),
    }
    for way, rank in ranks.items():
        for place in PLACES:
            yield f"{way}_recall_{place}", 100 * float(np.mean(rank <= place))
        yield f"{way}_median_rank", float(np.median(rank))


matching = Task(signatures, warmup, figures, served="captions")
