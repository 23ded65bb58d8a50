"""Questions about words: analogies, and pairs whose likeness people have judged.

    questions-words  19,544 analogies in 14 sections: Mikolov, Chen et al. (2013), Apache-2.0
    msr              8,000 syntactic analogies: Mikolov, Yih & Zweig (2013)
    wordsim353       353 pairs, 0 to 10: Finkelstein et al. (2002), CC BY 4.0

questions-words comes with neuralzoo; the others are read from ZOO_DATA/analogies if they are there.
Settings are chosen by the seven sections of `VALIDATION` alone; what is told of the other seven, of
msr and of wordsim353 is a test.
"""

import lzma
import os
from pathlib import Path

import tensorflow as tf

SAMPLE = Path(__file__).parent / "samples" / "questions-words.txt.xz"
# capital-common-countries is a part of capital-world, so both are on one side
VALIDATION = (
    "city-in-state",
    "family",
    "gram1-adjective-to-adverb",
    "gram3-comparative",
    "gram5-present-participle",
    "gram7-past-tense",
    "gram9-plural-verbs",
)


def validation():
    """The sections of questions-words that settings are chosen by; as `questions`."""
    return _dataset([each for each in read() if each["section"] in VALIDATION])


def questions():
    """Question sets as a dataset: {"set", "section"} (), "words" (n, 4 or 2), "score" (n,).

    words: a, b, c, d of "a is to b as c is to d", or the two words of a pair, which has a score.
    """
    return _dataset([*read()])


def _dataset(sets):
    spec = {
        "set": tf.TensorSpec((), tf.string),
        "section": tf.TensorSpec((), tf.string),
        "words": tf.TensorSpec((None, None), tf.string),
        "score": tf.TensorSpec((None,), tf.float32),
    }
    return tf.data.Dataset.from_generator(lambda: iter(sets), output_signature=spec)


def read():
    """Yield what `questions` holds, as plain lists and strings."""
    yield from _sections(_text(SAMPLE))
    folder = Path(os.environ.get("ZOO_DATA", "")) / "analogies"
    if not (folder / "msr.txt.xz").is_file():
        return
    rows = [line.lower().split() for line in _text(folder / "msr.txt.xz").splitlines()]
    yield _set("msr", "", [row for row in rows if len(row) == 4])
    lines = _text(folder / "wordsim353.tsv.xz").splitlines()
    pairs = [line.lower().split("\t") for line in lines if not line.startswith("#")]
    pairs = [row for row in pairs if len(row) == 3 and row[2].replace(".", "").isdigit()]
    yield _set("wordsim353", "", [row[:2] for row in pairs], [float(row[2]) for row in pairs])


def _sections(text):
    for part in text.split(": ")[1:]:
        name, *rows = part.strip().splitlines()
        yield _set("questions-words", name.strip(), [row.lower().split() for row in rows])


def _set(name, section, words, score=()):
    return {"set": name, "section": section, "words": words, "score": list(score)}


def _text(path):
    return lzma.decompress(path.read_bytes()).decode("utf-8")
