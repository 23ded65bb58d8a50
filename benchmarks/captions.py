"""Captioning, and learning to, beside plain Keras: the same networks, in one run.

    python -m benchmarks.captions

Captions: photographs (random pixels, JPEG) go in as bytes and come out as words.  Ours is the
exported model, whose loop over words runs inside the graph; the other side is what one writes with
Keras alone: `predict` of the encoder, then `predict` of the captioner on the words so far, once a
word.  Weights are random and END is never said, so that both tell 22 words for each picture.

Training: steps of `captioner` on one batch, with our recurrent layers and with Keras's own.

The sides take turns; figures are medians of the rounds, and ratios ours to the other.
"""

import argparse
import io
import os
import statistics
import tempfile
import time
from functools import partial
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from PIL import Image

import zoo
from train.precision import POLICIES, choose
from zoo import captioning
from zoo.captions import END, SPECIAL, START, Words
from zoo.export import export
from zoo.eyes import Eyes

STOCK = {"lstm": layers.LSTM, "gru": layers.GRU, "elman": layers.SimpleRNN}


def main():
    options = _options()
    keras.utils.set_random_seed(0)
    ours, plain = _served(options), _plain(options)
    for batch in options.batches:
        images = [jpeg(i) for i in range(batch)]
        runs = {
            "ours, greedy": partial(ours, images, 1),
            "ours, beam 5": partial(ours, images, 5),
            "predict by word": partial(plain, images),
        }
        _compare(f"pictures captioned per second, batch {batch}", runs, batch, options.rounds)
    keras.config.set_dtype_policy(choose(options.precision))
    for cell in options.cells:
        batch = (options.rows, options.regions, options.channels, options.words, options.vocab_size)
        runs = {"ours": _trainer(_ours(cell, options), *batch),
                "Keras": _trainer(stock(cell, options), *batch)}  # fmt: skip
        title = f"{cell}, {keras.config.dtype_policy().name}: captions learned from per second"
        _compare(title, runs, options.rows, options.rounds)


def _options(given=None):
    parser = argparse.ArgumentParser("python -m benchmarks.captions")
    add = parser.add_argument
    add("--batches", type=int, nargs="*", default=[1, 32])
    add("--cells", nargs="*", default=["lstm", "elman"], choices=STOCK)
    add("--precision", default="auto", choices=POLICIES)
    add("--rounds", type=int, default=5)
    add("--rows", type=int, default=128, help="captions in a step of training")
    add("--words", type=int, default=14)
    add("--vocab-size", type=int, default=2539)
    add("--regions", type=int, default=49)
    add("--channels", type=int, default=1280)
    add("--units", type=int, default=384)
    add("--side", type=int, default=224, help="pixels of a picture, as the encoder sees it")
    return parser.parse_args(given)


def jpeg(seed):
    """A photograph of random pixels, as large as those on the page."""
    pixels = np.random.default_rng(seed).integers(0, 256, (240, 320, 3), "uint8")
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=90)
    return file.getvalue()


def networks(options):
    """An encoder and an attention captioner with random weights that never says END."""
    encoder = zoo.build("efficientnet_lite0", side=options.side)
    _, rows, columns, channels = encoder.output["regions"].shape
    sizes = {"vocab_size": options.vocab_size, "embed_dim": 256, "units": options.units}
    seen = {"regions": rows * columns, "channels": channels}
    captioner = zoo.build("attention_captioner", **sizes, **seen)
    bias = captioner.get_layer("teller").logits.bias
    bias.assign(tf.tensor_scatter_nd_sub(bias.value, [[END]], [1e4]))
    return encoder, captioner


def _served(options):
    """(pictures' bytes, width of the beam) -> captions, by the exported model."""
    encoder, captioner = networks(options)
    words = Words([*SPECIAL, *(f"w{i}" for i in range(4, options.vocab_size))])
    signatures = captioning.signatures(captioner, Eyes(encoder), words)
    with tempfile.TemporaryDirectory() as folder:
        path = export(Path(folder) / "captions", signatures, [], {})
        beam = tf.saved_model.load(str(path)).signatures["beam"]

    def told(images, width):
        widths = tf.fill(len(images), width)
        return beam(image=tf.constant(images), width=widths)["caption"].numpy()

    return told


def _plain(options):
    encoder, captioner = networks(options)

    def told(images):
        pictures = [Image.open(io.BytesIO(data)).convert("RGB") for data in images]
        pixels = np.stack(
            [np.asarray(picture.resize((options.side, options.side))) for picture in pictures]
        )
        seen = encoder.predict({"image": pixels.astype("float32")}, verbose=0)["regions"]
        regions = seen.reshape(len(images), -1, seen.shape[-1])
        words = np.full((len(images), 1), START, "int32")
        for _ in range(captioning.LONGEST):
            logits = captioner.predict({"regions": regions, "words": words}, verbose=0)["logits"]
            words = np.concatenate([words, logits[:, -1:].argmax(-1).astype("int32")], 1)
        return words

    return told


def _ours(cell, options):
    sizes = {"vocab_size": options.vocab_size, "embed_dim": options.units, "units": options.units}
    seen = {"regions": options.regions, "channels": options.channels}
    return zoo.build("captioner", cell=cell, dropout=0.4, **sizes, **seen)


def stock(cell, options):
    """`captioner` written with layers of Keras alone."""
    regions = keras.Input((options.regions, options.channels), name="regions")
    words = keras.Input((None,), dtype="int32", name="words")
    seen = layers.Dense(options.units)(layers.GlobalAveragePooling1D()(regions))
    told = layers.Embedding(options.vocab_size, options.units)(words)
    x = layers.Concatenate(1)([layers.Reshape((1, options.units))(seen), told])
    h = STOCK[cell](options.units, return_sequences=True)(layers.Dropout(0.4)(x))
    h = layers.Dropout(0.4)(h[:, 1:])
    logits = layers.Dense(options.vocab_size, dtype="float32")(h)
    return keras.Model({"regions": regions, "words": words}, {"logits": logits})


def _trainer(model, rows, regions, channels, time_, vocab_size):
    model.compile("adamw", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    words = tf.random.uniform((rows, time_), 4, vocab_size, tf.int32)
    x = {"regions": tf.random.uniform((rows, regions, channels)), "words": words}
    batches = tf.data.Dataset.from_tensors((x, {"logits": words})).cache().repeat()
    model.make_train_function()
    batches = iter(batches)
    return lambda: float(model.train_function(batches)["loss"])


def _compare(title, runs, count, rounds):
    """Print how many a second each side does; a round is as many calls as fit into a second."""
    calls = {}
    for name, run in runs.items():
        run()  # traces
        start = time.perf_counter()
        run()
        calls[name] = max(1, int(1 / (time.perf_counter() - start)))
    found = {name: [] for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            start = time.perf_counter()
            for _ in range(calls[name]):
                run()
            found[name].append(count * calls[name] / (time.perf_counter() - start))
    first = statistics.median(next(iter(found.values())))
    print(f"{title} ({os.cpu_count()} cores; median, lowest to highest, the first to it)")
    for name, values in found.items():
        middle = statistics.median(values)
        print(f"  {name:16} {middle:8.1f}  {min(values):8.1f} to {max(values):8.1f}"
              f"  {first / middle:7.2f}x", flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
