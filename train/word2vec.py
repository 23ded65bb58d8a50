"""From a run to a file of word2vec's format, and from such a file to a served model."""

import json
from pathlib import Path

from train.loop import trained
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
