"""Vectors of several languages, and word pairs that their maps are learned from and measured by.

The vectors are files of word2vec's format, `vectors`/en.bin, de.bin and so on, made by
`zoo export --format word2vec` or by another program; the first of `languages` is English, onto
whose space the others are mapped.  Word pairs: see `train.data.dictionary`.
"""

from pathlib import Path

import numpy as np
import tensorflow as tf

from train.data.dictionary import word_pairs
from train.data.pipeline import Data
from train.data.wordfiles import GAP
from zoo.families.word_map import centred
from zoo.word2vec_format import read


def mapped(
    batch_size,
    seed,
    vectors="runs/vectors",
    languages="en,de,fr",
    pairs="tatoeba",
    max_vocab=12_000,
):
    """`pipeline.Data` for `word_map`: {"tokens"} (batch,) -> {"vectors"} of their translations.

    pairs: "tatoeba" or a folder, see `train.data.tatoeba`; max_vocab: words of each language.
    Raises OSError or ValueError when vectors or pairs can't be had, or hold no pair.
    """
    names = languages.split(",")
    if len(names) < 2:
        raise ValueError(f"languages={languages!r}: expected two or more, such as en,de")
    tables = {name: _table(Path(vectors) / f"{name}.bin", max_vocab) for name in names}
    known = {name: word_pairs(name, pairs) for name in names[1:]}
    numbers = {
        name: {word: i for i, word in enumerate(words)} for name, (words, _) in tables.items()
    }
    seeds = [
        _numbered(known[name]["train"], numbers[name], numbers[names[0]]) for name in names[1:]
    ]
    for name, found in zip(names[1:], seeds, strict=True):
        if not len(found):
            raise ValueError(f"no word pair of {name!r} is among the words of {vectors}")

    def asked(split):
        return lambda: _questions(names, known, numbers, split)

    return Data(
        lambda start: None,
        1,
        _validation(names, tables, known, numbers, batch_size),
        asked("test"),
        held_out=asked("validation"),
        sizes={
            "vocab_size": sum(len(words) for words, _ in tables.values()),
            "embed_dim": next(iter(tables.values()))[1].shape[1],
            "languages": len(names),
        },
        assets={"words": {name: words for name, (words, _) in tables.items()}},
        whole=lambda: {"vectors": [rows for _, rows in tables.values()], "pairs": seeds},
    )


def _table(path, limit):
    words, vectors = read(path, limit + 1)
    kept = [i for i, word in enumerate(words) if word != GAP][:limit]
    return [words[i] for i in kept], vectors[kept]


def _numbered(pairs, foreign, english):
    """Pairs of words -> (n, 2) numbers of those that are known: the foreign one first."""
    known = [(foreign[y], english[x]) for x, y in pairs if y in foreign and x in english]
    return np.array(known, int).reshape(-1, 2)


def _validation(names, tables, known, numbers, size):
    """The validation pairs of all languages as batches."""
    words, targets, first = [], [], len(tables[names[0]][0])
    english = centred(tables[names[0]][1])
    for name in names[1:]:
        found = _numbered(known[name]["validation"], numbers[name], numbers[names[0]])
        words.append(first + found[:, 0])
        targets.append(english[found[:, 1]])
        first += len(tables[name][0])
    inputs = {"tokens": np.concatenate(words).astype("int32")}
    targets = {"vectors": np.concatenate(targets)}
    return tf.data.Dataset.from_tensor_slices((inputs, targets)).batch(size)


def _questions(names, known, numbers, split):
    """Word pairs of a split as a dataset: {"language" (), "english", "foreign", "together" (n,)}.

    together: what the English word goes together with in the training sentences, "" for nothing.
    """

    def sets():
        for name in names[1:]:
            rows = [
                (x, y, known[name]["together"].get(x, ""))
                for x, y in known[name][split]
                if x in numbers[names[0]] and y in numbers[name]
            ]
            english, foreign, together = map(list, zip(*rows, strict=True)) if rows else ([],) * 3
            yield {
                "language": name, "english": english, "foreign": foreign, "together": together
            }  # fmt: skip

    many = tf.TensorSpec((None,), tf.string)
    spec = {"language": tf.TensorSpec((), tf.string)}
    spec |= dict.fromkeys(("english", "foreign", "together"), many)
    return tf.data.Dataset.from_generator(sets, output_signature=spec)
