"""From a run to a file of word2vec's format, and from such a file to a served model."""

import json
from pathlib import Path

from train.analogies import Space, measure
from train.data.questions import VALIDATION, read
from train.data.relations import examples
from train.loop import trained
from train.tasks.words import SERVED
from zoo import word2vec_format, words
from zoo.export import export


def write_run(recipe, out, path):
    """Write the vectors of the run in `out` to `path`, binary if it ends in .bin; return `path`.

    Raises ValueError for a recipe that has no word vectors, FileNotFoundError without a run.
    """
    model = trained(recipe, out)
    note = json.loads((Path(out) / "data.json").read_text(encoding="utf-8"))
    if "words" not in note["assets"]:
        raise ValueError(f"the recipe of {recipe.model} has no word vectors to write")
    word2vec_format.write(path, note["assets"]["words"], model.get_layer("w").w.numpy())
    return path


def serve_file(path, folder, limit=None):
    """Export the vectors in a file as the next version of a served model in `folder`.

    limit: how many words at most, the first of the file, which are the most frequent.
    Raises OSError or ValueError as `zoo.word2vec_format.read` does.
    """
    found, vectors = word2vec_format.read(path, limit)
    notes = {"source": Path(path).name, "words": len(found), "features": vectors.shape[1]}
    return export(folder, words.signatures(found, vectors), words.warmup(), notes)


def figures(path, split="test"):
    """Yield the figures of the vectors in a file: question sets, then each well-known example.

    Raises OSError or ValueError as `zoo.word2vec_format.read` does.
    """
    # the answers to examples are sought among as many words as in a served model
    found, vectors = word2vec_format.read(path, SERVED)
    sets = [each for each in read() if split == "test" or each["section"] in VALIDATION]
    yield from measure(Space(found, vectors), sets)
    if split == "test":
        yield from told(Space(found, vectors, SERVED))


def told(space):
    """Yield each well-known example with the answer, and how many are right."""
    right, asked = 0, 0
    for a, b, c, answers in examples():
        _, numbers = space.known([(b, a, c)])  # b is to a as c is to the answer
        first = space.words[space.answers(numbers)[0]] if len(numbers) else "a word is unknown"
        right, asked = right + (first in answers), asked + 1
        wrong = f"{first}, not {answers[0]}" if len(numbers) else first
        yield f"{a} - {b} + {c}", first if first in answers else wrong
    yield "examples_right", right
    yield "examples", asked
