"""Writing text: a prompt in, what follows out; measured as nats per character."""

import math

import numpy as np
import tensorflow as tf

from train.tasks import Task
from zoo.language import signatures


def warmup(signatures):
    """One prompt to write on from, one text to score, and the parts of streaming."""
    prompt = np.array([b"A"])
    begun = {k: v.numpy() for k, v in signatures["read"](tf.constant(prompt)).items()}
    how = {
        "length": np.int32([8]),
        "temperature": np.float32([0.8]),
        "top_k": np.int32([0]),
        "seed": np.int64([1]),
    }
    return [
        ("serving_default", {"prompt": prompt, **how}),
        ("read", {"prompt": prompt}),
        ("write", {**begun, **how, "position": np.int64([0])}),
        ("step", begun),
        ("score", {"text": np.array([b"A text."])}),
        ("look", {"text": np.array([b"A text."]), "unit": np.int32([0])}),
    ]


def figures(served, texts):
    """Yield the figures of whole texts, each read from its first character to its last.

    texts: a dataset of strings, as is the test split.
    """
    if getattr(texts.element_spec, "dtype", None) != "string":
        raise ValueError("a text has two splits, of which the second is `--split test`")
    nats, characters, tokens = 0.0, 0, 0
    for text in texts:
        answer = {k: v.numpy()[0].item() for k, v in served["score"](text=text[None]).items()}
        nats += answer["nats"] * answer["characters"]
        characters += answer["characters"]
        tokens += answer["tokens"]
    yield "characters", characters
    yield "nats_per_character", nats / characters
    yield "bits_per_character", nats / characters / math.log(2)
    yield "perplexity_per_token", math.exp(nats / tokens)


text = Task(signatures, warmup, figures)
