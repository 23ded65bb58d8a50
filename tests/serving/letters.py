"""Small language models of letters on disk, and a slow line to their server."""

import asyncio

import keras
import numpy as np

import zoo
from tests.serving.browser import ROOT
from zoo.export import export
from zoo.language import signatures
from zoo.text import Vocabulary, count

SAMPLE = ROOT / "train" / "data" / "samples" / "shakespeare.txt"
USED = ("serving_default", "read", "write", "look")
LOSS = 1.2345  # what their zoo.json says


class Line:
    """A slow line to a server, so that a text can be stopped; it counts the predictions."""

    def __init__(self, app):
        self.app, self.calls = app, 0

    async def __call__(self, scope, receive, send):
        if scope["path"].endswith(":predict") if scope["type"] == "http" else False:
            self.calls += 1
            await asyncio.sleep(0.02)
        await self.app(scope, receive, send)


def ngram(vocabulary):
    sizes = {"contexts": 60_000, "entries": 120_000}
    model = zoo.build("ngram", vocab_size=len(vocabulary), order=3, **sizes)
    model.get_layer("ngram").adapt(vocabulary.numbers(SAMPLE.read_text(encoding="utf-8")))
    return model


def lstm(vocabulary):
    keras.utils.set_random_seed(0)
    model = zoo.build("lstm_lm", vocab_size=len(vocabulary), embed_dim=4, units=8, depth=2)
    model.set_weights([np.random.normal(size=w.shape) for w in model.weights])
    return model


def save(folder):
    """Export `shakespeare`, whose weights are random, and `shakespeare_ngram`, which is counted."""
    vocabulary = Vocabulary.of(count(SAMPLE.read_text(encoding="utf-8"), "char"), "char")
    for name, build in (("shakespeare", lstm), ("shakespeare_ngram", ngram)):
        served = signatures(build(vocabulary), vocabulary.tokens, "char")
        notes = {"training": {"best": {"val_loss": LOSS}}}
        export(folder / name, {key: served[key] for key in USED}, [], notes)
