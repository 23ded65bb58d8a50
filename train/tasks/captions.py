"""Telling what a photograph shows; measured against what five people said of it."""

import numpy as np
import tensorflow as tf

from train.data import imagenet
from train.tasks import Task
from zoo import captioning
from zoo.captions import Words, plain

BATCH = 50


def signatures(model, words, encoder):
    """The captioner and its encoder, with the weights that it was trained on, in one."""
    return captioning.signatures(model, imagenet.encoder(encoder), Words(words))


def warmup(signatures=None):
    """One grey picture."""
    grey = tf.io.encode_jpeg(tf.fill((64, 64, 3), tf.constant(128, tf.uint8))).numpy()
    image = np.array([grey], "object")
    return [("serving_default", {"image": image}), ("attend", {"image": image})]


def figures(served, photos):
    """Yield BLEU-1 … 4 and CIDEr of the captions for (bytes, tab-separated references)."""
    told, people = {}, {}
    for image, texts in photos.batch(BATCH):
        captions = served["serving_default"](image=image)["caption"].numpy()
        for caption, text in zip(captions, texts.numpy(), strict=True):
            told[len(told)] = [caption.decode()]
            each = text.decode().split("\t")
            people[len(people)] = [" ".join(plain(words)) for words in each]
    yield "photographs", len(told)
    yield from scores(people, told)


def scores(people, told):
    """(name, value) of BLEU and CIDEr; {key: [captions]} of people, {key: [caption]}."""
    try:
        from pycocoevalcap.bleu.bleu import Bleu
        from pycocoevalcap.cider.cider import Cider
    except ImportError:
        raise ImportError(
            "the scores of captions need pycocoevalcap: pip install 'neuralzoo[captions]'"
        ) from None
    bleu, _ = Bleu(4).compute_score(people, told, verbose=0)
    for n, value in enumerate(bleu, 1):
        yield f"bleu_{n}", value
    yield "cider", Cider().compute_score(people, told)[0]


captions = Task(signatures, warmup, figures)
