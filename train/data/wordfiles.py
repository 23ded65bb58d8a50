"""Texts for word vectors, read as a stream: words on disk as numbers, never whole in memory.

A word is [a-z]+ in lower case; accents are stripped, a possessive 's is dropped.  The text is
read once: each word gets the next free number, and the numbers go to a file that is mapped into
memory when it is read again.  It is kept in $XDG_CACHE_HOME/neuralzoo/words (~/.cache), 4 bytes a
word, under a name that changes when the text does.

    sample      a part of Simple English Wikipedia that comes with neuralzoo
    simplewiki  Simple English Wikipedia of 2018, 16.2 million words, from ZOO_DATA
    enwiki      a quarter of the oldest articles of English Wikipedia, 10 million, from ZOO_DATA
    wikipedia   all of English Wikipedia by tensorflow-datasets; also wikipedia/20230601.de
    tatoeba/de  sentences of one language, a line each: train/data/tatoeba.py; also fr, en
    PATH        a UTF-8 text of yours, plain or .xz or .gz

Several are joined by commas.  Wikipedia's text is CC BY-SA.

With `lines` a word is of any letters, accents are kept, and each line stands for itself: its end is
the word `GAP`, `GAPS` times, so that no window of that size reaches over it.
"""

import gzip
import hashlib
import json
import lzma
import os
import re
import sys
import unicodedata
from array import array
from collections import defaultdict
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import rich.progress
from rich.console import Console

from train.data.tatoeba import sentences
from zoo.files import written_aside

SAMPLE = Path(__file__).parent / "samples" / "simplewiki.txt.xz"
GAP, GAPS = "</s>", 3
FILES = {
    "simplewiki": "word2vec/simplewiki-2018.txt.xz",
    "enwiki": "word2vec/enwiki-core-0of4.txt.xz",
    "topics": "word2vec/enwiki-extra-states-topics.txt.xz",
}
WIKIPEDIA = "wikipedia/20230601.en"
BLOCK = 1 << 22  # bytes that are read at once
OPENERS = {".xz": lzma.open, ".gz": gzip.open}
NO_BUILDER = """the text {name!r} could not be had by tensorflow-datasets: {cause}
Ways out:
  - `pip install apache-beam`, which its wikipedia builder needs to prepare some versions, and
    stay connected to the internet (20 GB for the English one);
  - train on the part that comes with neuralzoo, --set text=sample;
  - train on a file of yours, --set text=PATH"""


def words_in(text):
    """A str -> its words, a list of bytes."""
    text = unicodedata.normalize("NFKD", text.replace("’", "'")) if not text.isascii() else text
    plain = re.sub("[\u0300-\u036f]+", "", text).encode("ascii", "replace").lower()
    return re.findall(rb"[a-z]+", re.sub(rb"'s\b", b"", plain))


def letters_in(text):
    """A str -> its words in lower case, a list of str: letters of any alphabet."""
    return re.findall(r"[^\W\d_]+", unicodedata.normalize("NFC", text).lower())


def _lines_in(text):
    gap = [GAP.encode()] * GAPS
    for line in text.splitlines():
        yield from (word.encode() for word in letters_in(line))
        yield from gap


def numbered(name, lines=False):
    """Numbers, words and counts of the text called `name`: see the module's docstring.

    Returns a read-only int32 array mapped from disk, the words as a list of str in the order of
    their numbers, and how often each stands, int64.
    Raises OSError when the text can't be had, ValueError when it is not UTF-8 or has no words.
    """
    parts = [part for part in name.split(",") if part]
    sources = [_source(part) for part in parts]
    folder = _cache() / _key(sources, lines)
    if not folder.exists():
        try:
            with written_aside(folder) as part:
                _number(sources, part, name, _lines_in if lines else words_in)
        except FileExistsError:  # another run was as quick
            pass
    note = json.loads((folder / "words.json").read_text(encoding="utf-8"))
    ids = np.memmap(folder / "ids.bin", "int32", mode="r")
    return ids, note["words"], np.array(note["counts"], "int64")


def _cache():
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "neuralzoo" / "words"


def _key(sources, lines):
    """Changes when a text does: by path, size and time of the last change."""
    marks = ["1", "lines"] if lines else ["1"]  # this reader's version
    for source in sources:
        stat = source.stat() if isinstance(source, Path) else None
        marks.append(f"{source} {stat.st_size} {stat.st_mtime_ns}" if stat else str(source))
    return hashlib.sha256("\n".join(marks).encode()).hexdigest()[:16]


def _number(sources, folder, name, words_of):
    numbers = defaultdict()
    numbers.default_factory = numbers.__len__  # a new word gets the next number
    counts = np.zeros(0, "int64")
    with (folder / "ids.bin").open("wb") as file:
        for source in sources:
            for text in _texts(source):
                ids = np.array(array("i", map(numbers.__getitem__, words_of(text))), "int32")
                counts = np.pad(counts, (0, len(numbers) - len(counts)))
                counts += np.bincount(ids, minlength=len(counts))
                ids.tofile(file)
    if not numbers:
        raise ValueError(f"text={name} holds no words: expected letters a to z, in UTF-8")
    note = {"words": [word.decode() for word in numbers], "counts": counts.tolist()}
    (folder / "words.json").write_text(json.dumps(note), encoding="utf-8")


def _source(name):
    """A path, or the name of a tensorflow-datasets builder."""
    if name.partition("/")[0] == "wikipedia" and not Path(name).exists():
        return WIKIPEDIA if name == "wikipedia" else name
    if name == "sample":
        return SAMPLE
    if name.partition("/")[0] == "tatoeba" and not Path(name).exists():
        return name
    if name in FILES:
        if "ZOO_DATA" not in os.environ:
            raise FileNotFoundError(
                f"text={name!r} is read from FOLDER/{FILES[name]}: set ZOO_DATA=FOLDER, or train "
                "on wikipedia (by tensorflow-datasets), sample, or a file of yours, text=PATH"
            )
        name = Path(os.environ["ZOO_DATA"]) / FILES[name]
    if not Path(name).is_file():
        known = ", ".join(["sample", *FILES, "wikipedia"])
        raise FileNotFoundError(f"text={str(name)!r} is neither a file nor one of {known}")
    return Path(name).absolute()


def _texts(source):
    """The text in blocks that end with a line."""
    if isinstance(source, Path):
        return _blocks(source)
    kind, _, language = source.partition("/")
    return ["\n".join(sentences(language)) + "\n"] if kind == "tatoeba" else _articles(source)


def _blocks(path):
    done, rest = 0, b""
    with (
        rich.progress.open(path, "rb", description=f"reading {path.name}", **_bar()) as packed,
        OPENERS.get(path.suffix, nullcontext)(packed) as file,
    ):
        while block := file.read(BLOCK):
            head, end, tail = (rest + block).rpartition(b"\n")
            if end or len(tail) > 16 * BLOCK:
                yield _decoded(head + end or tail, path, done)
                done += len(head + end or tail)
            rest = tail if end or len(tail) <= 16 * BLOCK else b""
    yield _decoded(rest, path, done)


def _bar():
    """For a terminal alone, and gone when all is read."""
    return {"console": Console(stderr=True), "transient": True, "disable": not sys.stderr.isatty()}


def _decoded(data, path, offset):
    try:
        return data.decode("utf-8-sig" if offset == 0 else "utf-8")
    except UnicodeDecodeError as error:
        raise ValueError(
            f"{path} is not UTF-8: byte {offset + error.start} is 0x{data[error.start]:02x}; "
            "convert it first, for example with `iconv -f latin1 -t utf-8`"
        ) from None


def _articles(name):
    try:
        import tensorflow_datasets as tfds

        articles = tfds.as_numpy(tfds.load(name, split="train"))
        count = len(articles)
    except Exception as error:  # whatever the network or the disk raise means the same
        cause = str(error).strip().partition("\n")[0] or repr(error)
        raise OSError(NO_BUILDER.format(name=name, cause=cause)) from error
    for article in rich.progress.track(articles, f"reading {name}", count, **_bar()):
        yield article["text"].decode() + "\n"
