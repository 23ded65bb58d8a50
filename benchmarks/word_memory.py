"""How much memory a text takes, beside its size: numbered, then read as rows for one epoch.

    python -m benchmarks.word_memory [--megabytes 100 400] [--vocab 50000]

Each text is made up, of a vocabulary that does not grow with it, words by Zipf's law; each is read
in a process of its own, whose peak memory is told without that of its imports.  What a growing
vocabulary takes comes on top: about 150 bytes for each different word while a text is numbered.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

LINE = 1000  # words


def write(path, megabytes, vocab):
    """A text of about that size."""
    rng = np.random.default_rng(0)
    letters = np.array(list("abcdefghijklmnopqrstuvwxyz"))
    words = np.array(["".join(rng.choice(letters, 6)) for _ in range(vocab)])
    share = 1 / np.arange(1, vocab + 1)
    edges = np.cumsum(share / share.sum())
    with path.open("w") as file:
        while file.tell() < megabytes * 1e6:
            some = np.searchsorted(edges, rng.random(200 * LINE)).clip(max=vocab - 1)
            for row in words[some].reshape(-1, LINE):
                print(*row, file=file)


def peak():
    """The most memory that this process has had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def read(path):
    """Number the text and read an epoch of it; print the peaks."""
    from train.data.wordfiles import numbered
    from train.data.words import word_rows

    before = peak()
    ids, _, _ = numbered(str(path))
    after = peak()
    data = word_rows(64, 0, text=str(path))
    for _ in data.train(0).take(data.steps_per_epoch):
        pass
    size = path.stat().st_size / 1e6
    print(
        f"{size:5.0f} MB, {len(ids):,} words: {after - before:.0f} MB more to number it, "
        f"{peak() - before:.0f} MB more in all; imports {before:.0f} MB",
        flush=True,
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--megabytes", nargs="+", type=int, default=[100, 400])
    parser.add_argument("--vocab", type=int, default=50_000)
    parser.add_argument("--one", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        read(options.one)
        return
    for size in options.megabytes:
        with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
            path = Path(folder) / "text.txt"
            write(path, size, options.vocab)
            command = [sys.executable, "-m", "benchmarks.word_memory", "--one", str(path)]
            subprocess.run(command, check=True, env={**os.environ, "XDG_CACHE_HOME": folder})


if __name__ == "__main__":
    main()
