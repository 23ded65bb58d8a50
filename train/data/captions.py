"""Photographs with captions by people: Flickr8k, its own splits.

    source=flickr8k    8,091 photographs, five captions each; 6,000 / 1,000 / 1,000 are the splits
    source=FOLDER      a folder laid out in the same way; or photographs to be captioned alone, with
                       a table *.tsv that has the columns `file` and `captions_json`, a list

The photographs may be used for research that is not commercial; one asks for them at
https://hockenmaier.cs.illinois.edu/8k-pictures.html, and they are not downloaded from here.
Folder: Flickr8k.token.txt (`FILE#n<tab>caption`), Flickr_8k.{train,dev,test}Images.txt, and the
pictures in Flicker8k_Dataset/, Flicker8k_Images/, images/ or a .tar of such a folder.  With
`ZOO_DATA=FOLDER` it is FOLDER/flickr8k.

Reference: Hodosh, Young & Hockenmaier (2013), Framing Image Description as a Ranking Task,
Journal of Artificial Intelligence Research 47.
"""

import csv
import json
import os
import tarfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tensorflow as tf

from train.data import features
from train.data.pipeline import Data
from zoo.captions import Words, plain

SPLITS = ("train", "dev", "test")
WINDOW = 20  # batches whose captions are sorted by length, so that little is padded
WAYS_OUT = """captions: {cause}
Ways out:
  - ask for Flickr8k at https://hockenmaier.cs.illinois.edu/8k-pictures.html, unpack it into
    FOLDER, and give --set source=FOLDER, or put it into DATA/flickr8k and set ZOO_DATA=DATA"""


@dataclass(frozen=True)
class Photo:
    """A photograph: its name, its file's bytes, what people said of it."""

    name: str
    data: bytes
    captions: tuple


def read(source):
    """{"train": [Photo, …], "dev": …, "test": …}; raises OSError if it cannot be had."""
    for table in sorted(Path(source).glob("*.tsv")):
        return {"train": [], "dev": [], "test": _listed(table)}
    folder = _folder(source)
    pictures, captions = _pictures(folder), {}
    for line in (folder / "Flickr8k.token.txt").read_text(encoding="utf-8").splitlines():
        name, _, caption = line.partition("\t")
        captions.setdefault(name.partition("#")[0], []).append(caption)
    return {split: _split(folder, split, pictures, captions) for split in SPLITS}


def _split(folder, split, pictures, captions):
    names = (folder / f"Flickr_8k.{split}Images.txt").read_text(encoding="utf-8").split()
    missing = [name for name in names if name not in pictures or name not in captions]
    if missing:
        raise OSError(f"{folder}: {len(missing)} photographs of the {split} split are missing, "
                      f"such as {missing[0]}")  # fmt: skip
    return [Photo(name, pictures[name], tuple(captions[name])) for name in names]


def _listed(table):
    """The photographs of a table, beside it or in images/."""
    text = table.read_text(encoding="utf-8").splitlines()
    lines = csv.DictReader(text, delimiter="\t", quoting=csv.QUOTE_NONE)
    told = {line["file"]: tuple(json.loads(line["captions_json"])) for line in lines}
    inside = table.parent / "images"
    home = inside if inside.is_dir() else table.parent
    return [Photo(name, (home / name).read_bytes(), told[name]) for name in sorted(told)]


def _folder(source):
    data = os.environ.get("ZOO_DATA")
    if source != "flickr8k":
        folder = Path(source)
    elif data:
        folder = Path(data) / "flickr8k"
    else:
        raise OSError(WAYS_OUT.format(cause="Flickr8k cannot be downloaded without asking for it"))
    if not (folder / "Flickr8k.token.txt").exists():
        raise OSError(WAYS_OUT.format(cause=f"{folder} holds no Flickr8k.token.txt"))
    return folder


def _pictures(folder):
    for archive in sorted(folder.glob("*.tar")):
        with tarfile.open(archive) as tar:
            files = [member for member in tar if member.isfile()]
            return {Path(member.name).name: tar.extractfile(member).read() for member in files}
    for name in ("Flicker8k_Dataset", "Flicker8k_Images", "images", "Images"):
        if (folder / name).is_dir():
            return {path.name: path.read_bytes() for path in sorted((folder / name).glob("*.jpg"))}
    raise OSError(WAYS_OUT.format(cause=f"{folder} holds no pictures"))


def captions(
    batch_size, seed, source="flickr8k", encoder="efficientnet_lite0", longest=22, min_count=5
):
    """Captions as `pipeline.Data`: {"regions", "words"} -> {"logits": the words after these}.

    regions: (batch, regions, channels) float32, what the encoder sees; words: (batch, time) int32,
    START first, of about the same length, `longest` at most; targets are 0 after END, and are not
    counted.
    min_count: a word of the training captions that stands less often is unknown.
    The test split is the photographs' bytes and, tab-separated, their captions.
    """
    photos = read(source)
    if not photos["train"]:
        return Data(_nothing, 0, None, lambda: test_split(photos["test"]))
    counts = Counter(word for p in photos["train"] for c in p.captions for word in plain(c))
    words = Words.of(counts, min_count)
    everything = {p.name: p.data for split in SPLITS for p in photos[split]}
    seen = features.regions(encoder, everything)
    place = {name: i for i, name in enumerate(everything)}

    def pairs(split):
        listed = [(place[p.name], words.numbers(c, longest)) for p in photos[split]
                  for c in p.captions]  # fmt: skip
        listed.sort(key=lambda pair: np.count_nonzero(pair[1]))
        return np.array([i for i, _ in listed]), np.array([w for _, w in listed], "int32")

    def batch(place, told):
        told = told[:, : tf.reduce_max(tf.math.count_nonzero(told, 1))]
        inputs = {"regions": features.rows(seen, place), "words": told[:, :-1]}
        return inputs, {"logits": told[:, 1:]}

    places, told = pairs("train")
    train, steps = shuffled(places, told, batch_size, seed, batch, np.count_nonzero(told, 1))
    dev = tf.data.Dataset.from_tensor_slices(pairs("dev")).batch(250)
    return Data(
        train,
        steps,
        dev.map(batch).prefetch(2),
        lambda: test_split(photos["test"]),
        sizes={"vocab_size": len(words), "regions": seen.shape[1], "channels": seen.shape[2]},
        assets={"words": words.words, "encoder": encoder},
        held_out=lambda: test_split(photos["dev"]),
    )


def _nothing(start):
    raise ValueError("source: these photographs are to be captioned; there are none to learn from")


def test_split(photos):
    """Photographs as a dataset of (bytes, tab-separated captions)."""
    told = ["\t".join(photo.captions) for photo in photos]
    return tf.data.Dataset.from_tensor_slices(([photo.data for photo in photos], told))


def shuffled(place, told, batch_size, seed, batch, lengths=None):
    """`train` and `steps_per_epoch` of a `pipeline.Data`; batch: (place, told) -> what it holds.

    place: (n,) int, the pictures' places in the features; told: (n, …) int32.
    lengths: (n,) int; with it a batch holds examples of about the same length.
    """
    steps = len(place) // batch_size
    if not steps:
        raise ValueError(f"{len(place)} examples are fewer than one batch of {batch_size}")
    place, told = tf.constant(place), tf.constant(told)
    lengths = tf.zeros(len(place), tf.int32) if lengths is None else tf.cast(lengths, tf.int32)
    window = tf.range(steps * batch_size) // (WINDOW * batch_size)

    def epoch(e):
        def order(n, which):
            return tf.random.experimental.stateless_shuffle(tf.range(n), seed=[seed, 2 * e + which])

        rows = order(len(place), 0)[: steps * batch_size]
        size = tf.reduce_max(lengths) + 1
        rows = tf.gather(rows, tf.argsort(window * size + tf.gather(lengths, rows), stable=True))
        rows = tf.reshape(rows, (steps, batch_size))
        return tf.data.Dataset.from_tensor_slices(tf.gather(rows, order(steps, 1)))

    def of(rows):
        return batch(tf.gather(place, rows), tf.gather(told, rows))

    def train(start):
        epochs = tf.data.Dataset.range(start, 2**31).map(lambda e: tf.cast(e, tf.int32))
        return epochs.flat_map(epoch).map(of, num_parallel_calls=2).prefetch(4)

    return train, steps
