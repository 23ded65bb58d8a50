"""The file format of word2vec, which gensim's `KeyedVectors.load_word2vec_format` reads too.

    text      "words features\n", then a line for each word: "word 0.1 -0.2 …"
    binary    the same first line, then for each word "word " and its numbers as float32,
              little-endian; some programs end each with a line feed, some do not

GloVe's text files are the same without a first line, and are read as well.

A name that ends in `.bin`, or `.bin.gz`, means binary; `.gz` is packed.  Words are UTF-8 and hold
no white space; the most frequent stand first.

Reference: Mikolov's word2vec.c (2013), code.google.com/archive/p/word2vec.
"""

import gzip
from pathlib import Path

import numpy as np

LONGEST = 2000  # bytes of a word, beyond which a file is none of this format


def is_binary(path):
    """Whether the name of a file says that it is binary."""
    return Path(path).name.removesuffix(".gz").endswith(".bin")


def write(path, words, vectors):
    """Write words, a list of str, and their vectors (n, features).

    Raises ValueError when their numbers differ or a word is empty or holds white space.
    """
    vectors = np.asarray(vectors, "<f4")
    if vectors.ndim != 2 or len(words) != len(vectors):
        raise ValueError(f"{len(words)} words, but vectors of shape {vectors.shape}")
    for word in words:
        if word.split() != [word]:
            raise ValueError(f"the word {word!r} is empty or holds white space")
    binary = is_binary(path)
    with _open(path, "wb") as file:
        file.write(f"{len(words)} {vectors.shape[1]}\n".encode())
        for word, vector in zip(words, vectors, strict=True):
            # nine digits give every float32 back
            row = vector.tobytes() if binary else b" ".join(b"%.9g" % x for x in vector.tolist())
            file.write(word.encode() + b" " + row + b"\n")


def read(path, limit=None):
    """Words, a list of str, and their vectors (n, features) float32; the first `limit` of them.

    Raises OSError when there is no such file, ValueError when it is of another format, is cut
    short, or holds a word twice.
    """
    count, features = (None, 0) if is_binary(path) else _glove(path)
    with _open(path, "rb") as file:
        if count is None:
            count, features = _head(path, file.readline(100))
        count = min(count, limit) if limit else count
        one = _binary_row if is_binary(path) else _text_row
        words, vectors = [], np.zeros((count, features), "float32")
        for i in range(count):
            try:
                word, vectors[i] = one(file, features)
                words.append(word.decode())
            except ValueError as error:
                raise ValueError(f"{path}: word {i + 1} of {count}: {error}") from None
    if len(set(words)) != len(words):
        twice = next(word for i, word in enumerate(words) if word in words[:i])
        raise ValueError(f"{path}: the word {twice!r} stands twice")
    return words, vectors


def _open(path, mode):
    return gzip.open(path, mode) if Path(path).suffix == ".gz" else open(path, mode)


def _glove(path):
    """How many words and features a file without a first line has; (None, 0) for any other."""
    with _open(path, "rb") as file:
        numbers = file.readline().split()[1:]
        if len(numbers) < 2 or not all(_is_number(number) for number in numbers):
            return None, 0
        return 1 + sum(1 for _ in file), len(numbers)


def _is_number(text):
    try:
        float(text)
    except ValueError:
        return False
    return True


def _head(path, line):
    try:
        count, features = (int(part) for part in line.split())
    except ValueError:
        count = features = 0
    if count < 1 or features < 1:
        raise ValueError(
            f"{path} begins with {line[:40]!r}: expected a line with the numbers of words and of "
            "features, as word2vec writes, or a word and its numbers, as GloVe does"
        )
    return count, features


def _text_row(file, features):
    word, *numbers = file.readline().rstrip().split(b" ")
    if len(numbers) != features:
        raise ValueError(f"expected {features} numbers, got {len(numbers)}")
    return word, [float(number) for number in numbers]


def _binary_row(file, features):
    word = bytearray()
    while (letter := file.read(1)) != b" ":
        if not letter or len(word) > LONGEST:
            raise ValueError("expected a word and a space; is the file cut short, or not binary?")
        if letter != b"\n":
            word += letter
    numbers = file.read(4 * features)
    if len(numbers) < 4 * features:
        raise ValueError(f"the file ends within its {features} numbers")
    return bytes(word), np.frombuffer(numbers, "<f4")
