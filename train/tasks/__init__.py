"""What a trained model is served as: signatures, warm-up requests, figures."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Task:
    """The end user's side of a recipe.

    signatures: Keras model -> {signature name: tf.function}; `serving_default` is one.  What the
        data gave as assets comes by name; with `joins` also `joined`, {recipe's name: (model,
        assets)} of those whose runs there are.
    warmup: those -> list of (signature name, {input name: array}) for `zoo.export`.
    figures: (loaded signatures, dataset) -> (name, value) pairs; what `zoo evaluate` prints.
    joins: recipes whose trained networks are served in the same SavedModel, where their runs lie
        beside this one's.
    served: the served model's name, where it is not the recipe's own.
    """

    signatures: Callable
    warmup: Callable
    figures: Callable[..., Iterable[tuple[str, float]]]
    joins: tuple = ()
    served: str = ""
