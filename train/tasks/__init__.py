"""What a trained model is served as: signatures, warm-up requests, figures."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Task:
    """The end user's side of a recipe.

    signatures: Keras model -> {signature name: tf.function}; `serving_default` is one.
    warmup: those -> list of (signature name, {input name: array}) for `zoo.export`.
    figures: (loaded signatures, dataset) -> (name, value) pairs; what `zoo evaluate` prints.
    """

    signatures: Callable
    warmup: Callable
    figures: Callable[..., Iterable[tuple[str, float]]]
