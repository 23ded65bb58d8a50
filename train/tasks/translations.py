"""Word translation: the nearest word of another language, measured by held-out word pairs."""

import numpy as np
import tensorflow as tf

from train.tasks import Task
from zoo import translations as served_translations


def signatures(model, words):
    """The served functions of a `word_map`; words: by language, in the order of its numbers."""
    count = sum(len(each) for each in words.values())
    tokens = np.arange(count, dtype="int32")
    vectors = model.predict({"tokens": tokens}, batch_size=1024, verbose=0)["vectors"]
    vectors = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    return served_translations.signatures(words, vectors)


def figures(served, questions):
    """Yield how often the held-out pairs of each language come out right, both ways.

    `at_1` and `at_5`: the translation is the first, among the first five.  Beside it stand what two
    simple ways get: the word as it is spelt, and the one it goes together with in the sentence
    pairs of the training split, which vectors learned apart have never seen.
    """
    for each in questions:
        language = each["language"].numpy().decode()
        english, foreign = each["english"].numpy(), each["foreign"].numpy()
        for way, words, right in (
            (f"en_{language}", english, foreign),
            (f"{language}_en", foreign, english),
        ):
            found = _answers(served, words, *way.split("_"))
            yield f"{way}_at_1", float(np.mean(found[:, 0] == right))
            yield f"{way}_at_5", float(np.mean(np.any(found[:, :5] == right[:, None], 1)))
        yield f"en_{language}_spelling", float(np.mean(english == foreign))
        yield f"en_{language}_together", float(np.mean(each["together"].numpy() == foreign))
        yield f"en_{language}_asked", len(english)


def _answers(served, words, language, to):
    parts = np.array_split(words, len(words) // 256 + 1)
    answers = [
        served["serving_default"](
            word=tf.constant(part),
            language=tf.fill((len(part),), language),
            to=tf.fill((len(part),), to),
        )["words"].numpy()
        for part in parts
    ]
    return np.concatenate(answers)


translations = Task(signatures, served_translations.warmup, figures)
