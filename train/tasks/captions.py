"""Telling what a photograph shows; measured against what five people said of it."""

import numpy as np
import tensorflow as tf

from train.data import imagenet
from train.tasks import Task, matching
from zoo import captioning
from zoo.captions import Words, plain
from zoo.eyes import Eyes

BATCH = 50
WIDTHS = {"greedy": 1, "beam 3": 3, "beam 5": 5}


def signatures(model, words, encoder, joined=None):
    """The captioner and its encoder, with the weights that it was trained on, in one.

    A `visual_semantic` in `joined` sees with the same eyes; ValueError if with others.
    """
    eyes = Eyes(imagenet.encoder(encoder))
    served = captioning.signatures(model, eyes, Words(words))
    for name, (matcher, assets) in (joined or {}).items():
        if assets["encoder"] != encoder:
            raise ValueError(
                f"{name} was trained on encoder={assets['encoder']} and the captioner on "
                f"encoder={encoder}: train one of them anew on the other's, or move the run "
                f"of {name} away to export the captioner alone"
            )
        served |= matching.parts(matcher, eyes, assets["words"])
    return served


def tuned_signatures(model, words):
    """A captioner with the encoder that was trained with it."""
    return captioning.signatures(model, Eyes(model.get_layer("eyes")), Words(words))


def warmup(signatures):
    """One grey picture, and a sentence where sentences are understood."""
    image = np.array([matching.grey()], "object")
    width = np.ones(1, "int32")
    own = [
        ("serving_default", {"image": image}),
        ("beam", {"image": image, "width": width}),
        ("attend", {"image": image}),
    ]
    return own + (matching.warmup(signatures) if "align" in signatures else [])


def figures(served, photos):
    """Yield BLEU-1 … 4 and CIDEr of the captions for (bytes, tab-separated references)."""
    scorers()  # before the work of captioning, not after it
    texts = [text.decode().split("\t") for _, text in photos.as_numpy_iterator()]
    people = {i: [" ".join(plain(text)) for text in each] for i, each in enumerate(texts)}
    yield "photographs", len(people)
    for name, width in WIDTHS.items():
        told = {}
        for image, _ in photos.batch(BATCH):
            widths = tf.fill(len(image), width)
            captions = served["beam"](image=image, width=widths)["caption"].numpy()
            told |= {len(told) + i: [text.decode()] for i, text in enumerate(captions)}
        yield from ((f"{name}: {score}", value) for score, value in scores(people, told))


def scores(people, told):
    """(name, value) of BLEU and CIDEr; {key: [captions]} of people, {key: [caption]}."""
    bleu, cider = scorers()
    for n, value in enumerate(bleu.compute_score(people, told, verbose=0)[0], 1):
        yield f"bleu_{n}", value
    yield "cider", cider.compute_score(people, told)[0]


def scorers():
    """pycocoevalcap's BLEU-1 to BLEU-4 and CIDEr; ImportError says how to get them."""
    try:
        from pycocoevalcap.bleu.bleu import Bleu
        from pycocoevalcap.cider.cider import Cider
    except ImportError:
        raise ImportError(
            "the scores of captions need pycocoevalcap: pip install 'neuralzoo[captions]'"
        ) from None
    return Bleu(4), Cider()


captions = Task(signatures, warmup, figures, joins=("visual_semantic",))
tuned = Task(tuned_signatures, warmup, figures)
