"""Measure what is served: the figures of a SavedModel, by the recipe's own data."""

from pathlib import Path

import tensorflow as tf

from train.loop import load_data
from zoo.export import versions


def evaluate(recipe, folder, split="test"):
    """Yield (name, value) for the newest version in `folder`, on "test" or "validation".

    folder: `saved_models/<name>`, or one version in it.
    Raises FileNotFoundError if there is no model, ValueError for another split.
    """
    if split not in ("test", "validation"):
        raise ValueError(f"split={split!r}: choose test or validation")
    folder = Path(folder)
    if not (folder / "saved_model.pb").exists():
        if not versions(folder):
            raise FileNotFoundError(f"{folder} holds no SavedModel; run `zoo export` first")
        folder = folder / str(versions(folder)[-1])
    data = load_data(recipe)
    splits = {"test": data.test, "validation": data.held_out or (lambda: data.validation)}
    served = tf.saved_model.load(str(folder))
    yield from recipe.task.figures(served.signatures, splits[split]())
