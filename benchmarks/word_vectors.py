"""CBOW vectors here and by gensim's Word2Vec: words a second, and analogies that come out right.

    python -m benchmarks.word_vectors --setup      # gensim, in an environment of its own
    python -m benchmarks.word_vectors [--text simplewiki] [--dims 100 300] [--vocab 10000 30000
        100000] [--negative 10] [--epochs 5] [--rounds 3] [--words N] [--set KEY=VALUE]

Both learn from the same words in the same order with window 5, sample 1e-4, at least 5 of each
word, for the same number of epochs, in turn, each in a process of its own; gensim with 2 workers,
from a file, the faster of its ways.  Each round has its own seed.  Seconds are those of training:
numbering the words and counting the vocabulary come before, for both; our checkpoints, validation
and tracing count.  `words/s` are words of the text, as gensim counts them,
and `µs CPU` what a word takes of all cores together, which other load on the machine changes least.
The accuracy is that on questions-words among the first 30,000 words (train/analogies.py).
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.serving.peers import default_folder

GENSIM = "gensim==4.4.0"
SETTINGS = {"window": 5, "sample": 1e-4, "min_count": 5}
LINE = 1000  # words


def set_up(folder):
    """Make gensim's environment."""
    place = Path(folder) / "gensim"
    subprocess.run([sys.executable, "-m", "venv", place], check=True)
    subprocess.run([place / "bin" / "python", "-m", "pip", "install", "-q", GENSIM], check=True)


def ours(text, words, dim, vocab, epochs, seed, negative, more):
    """A run of the recipe `cbow`: seconds, CPU seconds, vocabulary, accuracy."""
    from train import loop, recipe
    from train.analogies import Space
    from train.loop import load_data

    settings = [f"text={text}", f"embed_dim={dim}", f"max_vocab={vocab}", f"epochs={epochs}"]
    settings += [
        f"seed={seed}",
        f"negative={negative}",
        *more,
        *(f"{key}={value}" for key, value in SETTINGS.items()),
    ]
    chosen = recipe.load("cbow").with_settings(settings)
    data = load_data(chosen)  # numbers the words, if they are not yet
    with tempfile.TemporaryDirectory() as out:
        cpu = time.process_time()
        report = loop.fit(chosen, Path(out) / "run", verbose=0)
        cpu = time.process_time() - cpu
        vectors = loop.trained(chosen, Path(out) / "run").get_layer("w").w.numpy()
    space = Space(data.assets["words"], vectors)
    found = {"seconds": report["seconds"], "cpu": cpu, "vocab": data.sizes["vocab_size"]}
    return {**found, "accuracy": _accuracy(space)}


def gensims(python, text, words, dim, vocab, epochs, seed, negative):
    """The same of gensim; text: a file of lines."""
    from train.analogies import LIMIT, Space
    from zoo.word2vec_format import read

    given = {**SETTINGS, "vector_size": dim, "max_final_vocab": vocab, "epochs": epochs}
    given |= {"seed": seed + 1, "sg": 0, "workers": 2, "negative": negative}
    script = Path(__file__).with_name("word_vectors_gensim.py")
    with tempfile.TemporaryDirectory() as folder:
        vectors = Path(folder) / "vectors.bin"
        command = [python, script, text, vectors, json.dumps(given)]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
        space = Space(*read(vectors, LIMIT))
    return {**json.loads(done.stdout.splitlines()[-1]), "accuracy": _accuracy(space)}


def _accuracy(space):
    from train.analogies import measure
    from train.data.questions import read

    sets = [each for each in read() if each["set"] == "questions-words"]
    return dict(measure(space, sets))["questions-words"]


def prepared(text, limit, folder):
    """Write the text as lines of words, cut after `limit` words; its path and their number."""
    from train.data.wordfiles import numbered

    ids, words, _ = numbered(text)
    ids = ids[:limit] if limit else ids
    path = Path(folder) / "lines.txt"
    with path.open("w") as file:
        for start in range(0, len(ids), LINE):
            print(*(words[i] for i in ids[start : start + LINE]), file=file)
    return path, len(ids)


def main():
    options = _options()
    if options.setup:
        set_up(options.environments)
        return
    if options.one:
        given = json.loads(options.one)
        print(json.dumps((gensims if "python" in given else ours)(**given)))
        return
    python = options.environments / "gensim" / "bin" / "python"
    if not python.exists():
        sys.exit(f"{python} is missing: run `python -m benchmarks.word_vectors --setup` first")
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        lines, words = prepared(options.text, options.words, folder)
        for dim in options.dims:
            for vocab in options.vocab:
                shared = {"text": str(lines), "words": words, "dim": dim, "vocab": vocab}
                shared |= {"epochs": options.epochs, "negative": options.negative}
                _compare(shared, str(python), options.rounds, options.set)


def _options():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    add = parser.add_argument
    add("--setup", action="store_true", help="make gensim's virtual environment, and stop")
    add("--environments", type=Path, default=default_folder(), help="where it is")
    add("--text", default="simplewiki", help="see train/data/wordfiles.py")
    add("--words", type=int, help="of the text's beginning; default: all")
    add("--dims", nargs="+", type=int, default=[100, 300])
    add("--vocab", nargs="+", type=int, default=[10_000, 30_000, 100_000])
    add("--negative", type=int, default=10)
    add("--epochs", type=int, default=5)
    add("--rounds", type=int, default=3)
    add("--set", nargs="*", default=[], metavar="KEY=VALUE", help="more settings of the recipe")
    add("--one", help=argparse.SUPPRESS)
    return parser.parse_args()


def _compare(shared, python, rounds, more):
    results = {"gensim": [], "ours": []}
    for seed in range(rounds):
        for side, found in results.items():  # each in a process of its own, in turn
            own = {"python": python} if side == "gensim" else {"more": more}
            given = {**shared, "seed": seed, **own}
            command = [sys.executable, "-m", "benchmarks.word_vectors", "--one", json.dumps(given)]
            environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
            done = subprocess.run(
                command, stdout=subprocess.PIPE, text=True, check=True, env=environment
            )
            found.append(json.loads(done.stdout.splitlines()[-1]))
    total = shared["words"] * shared["epochs"]
    print(f"dim {shared['dim']}, negative {shared['negative']}")
    middle = {
        side: {key: statistics.median(run[key] for run in runs) for key in runs[0]}
        for side, runs in results.items()
    }
    for side, run in middle.items():
        print(
            f"vocab {run['vocab']:7.0f}  {side:6} "
            f"{total / run['seconds']:11,.0f} words/s "
            f"({middle['gensim']['seconds'] / run['seconds']:.2f}x)  "
            f"{1e6 * run['cpu'] / total:.2f} µs CPU a word  {100 * run['accuracy']:.2f} % right",
            flush=True,
        )


if __name__ == "__main__":
    main()
