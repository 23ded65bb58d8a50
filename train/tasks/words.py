"""Word vectors: analogies, neighbours, vectors; measured by questions about words."""

import numpy as np
import tensorflow as tf

from train import analogies
from train.data.relations import examples
from train.tasks import Task
from zoo import words as served_words


def mean_nats(_, nats):
    """The loss: what the network's `nats` are on average; the target is of no use."""
    return nats


SERVED = 36_000  # of 200 numbers each, 7.2 MB


def signatures(model, words):
    """The served functions of a model whose layer `w` is the table of the words' vectors.

    Of the words the `SERVED` most frequent; `zoo export --format word2vec` writes them all.
    """
    return served_words.signatures(words[:SERVED], model.get_layer("w").w.numpy()[:SERVED])


def figures(served, questions):
    """Yield the figures of question sets, then each well-known example and its answer.

    questions: a dataset as of `train.data.questions`, as is the test split.
    """
    if "section" not in questions.element_spec:
        raise ValueError("word vectors are asked questions, not measured by batches of text")
    space = analogies.Space(*table(served))
    yield from analogies.measure(space, map(_plain, questions))
    yield from told(served)


def table(served, limit=analogies.LIMIT):
    """The served words, the most frequent first, and their vectors (n, features)."""
    ranks = tf.range(limit)
    words = served["vocabulary"](rank=ranks)["word"].numpy()
    words = words[words != b""]
    vectors = [
        served["embed"](word=tf.constant(part))["vector"].numpy()
        for part in np.array_split(words, max(len(words) // 1000, 1))
    ]
    return [word.decode() for word in words], np.concatenate(vectors)


def told(served):
    """Yield each well-known example with what the model answers, and how many are right."""
    rows = [*examples()]
    a, b, c = (tf.constant(column) for column in list(zip(*rows, strict=True))[:3])
    answer = served["serving_default"](a=a, b=b, c=c)
    right = 0
    for row, found, known in zip(
        rows, answer["words"].numpy(), answer["known"].numpy(), strict=True
    ):
        first = found[0].decode()
        right += first in row[3]
        wrong = f"{first}, not {row[3][0]}" if known.all() else "a word is unknown"
        yield f"{row[0]} - {row[1]} + {row[2]}", first if first in row[3] else wrong
    yield "examples_right", right
    yield "examples", len(rows)


def _plain(questions):
    """A set of questions as tensors -> as strings and lists."""
    words = [[word.decode() for word in row] for row in questions["words"].numpy()]
    names = {name: questions[name].numpy().decode() for name in ("set", "section")}
    return {**names, "words": words, "score": questions["score"].numpy().tolist()}


words = Task(signatures, served_words.warmup, figures)
