"""A recipe: everything that one training run is, as plain data.

Recipes live in `train/recipes/NAME.py`, each a docstring (command, time, score)
and `recipe = Recipe(…)`.  `with_settings` is what `--set key=value` does: the key is a
field of the recipe, a size of its model or an option of its data loader.
"""

import ast
import importlib
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path

from train.tasks import Task
from zoo import registry

RECIPES = Path(__file__).parent / "recipes"
TRUTH = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


@dataclass(frozen=True)
class Recipe:
    """One training run.

    model, sizes: what `zoo.build` is given.
    data: loader called with batch_size, seed and `data_options`; gives `pipeline.Data`.
    loss, metrics: as `keras.Model.compile` takes them, by the model's output names.
    optimizer: a name of `keras.optimizers`; `optimizer_options` go to its constructor.
    epochs: passes over the data; 0 for a network that is counted (train/counting.py).
    schedule: "constant", or "cosine" from `learning_rate` to zero over all epochs.
    monitor: the figure that decides which epoch is kept; one ending in `accuracy` is to
        be high, any other low; "epoch" keeps the last.
    average_from: the first epoch, from 1, whose weights go into an average that is kept in place
        of the best epoch (train/averaging.py); 0 keeps the best epoch.
    task: what the trained model is served as, for `zoo export` and `zoo evaluate`.
    start: the recipe whose best weights this one starts from; its run lies beside this one's.
    begin: begin(model, started, sizes) sets the first weights of a model that is another than
        `started`, which `start` trained; sizes are those that the data gives.
    expect: for `pytest --slow`: {"val_accuracy": (lowest, highest)}.
    """

    model: str
    data: Callable
    loss: Mapping
    metrics: Mapping = field(default_factory=dict)
    sizes: Mapping = field(default_factory=dict)
    data_options: Mapping = field(default_factory=dict)
    optimizer: str = "adam"
    optimizer_options: Mapping = field(default_factory=dict)
    learning_rate: float = 1e-3
    schedule: str = "constant"
    epochs: int = 10
    batch_size: int = 128
    seed: int = 0
    monitor: str = "val_loss"
    average_from: int = 0
    jit_compile: bool = False
    task: Task | None = None
    start: str = ""
    begin: Callable | None = None
    expect: Mapping = field(default_factory=dict)

    def settings(self):
        """What `--set` can change, each with its value."""
        own = {f.name: getattr(self, f.name) for f in fields(self)}
        plain = {k: v for k, v in own.items() if isinstance(v, str | int | float)}
        return {**plain, **self._sizes(), **self._data_options()}

    def _sizes(self):
        return {**registry.sizes(self.model), **self.sizes}

    def _data_options(self):
        parameters = inspect.signature(self.data).parameters.values()
        options = {p.name: p.default for p in parameters if p.default is not p.empty}
        settable = {k: v for k, v in options.items() if isinstance(v, str | int | float)}
        return {**settable, **self.data_options}

    def with_settings(self, texts):
        """A copy with `texts` ("key=value", …) applied; ValueError names what is off."""
        changed = self
        for text in texts:
            key, equals, value = text.partition("=")
            if not equals:
                raise ValueError(f"--set takes key=value, not {text!r}")
            registry.found(key, self.settings(), "setting")
            changed = changed._with(key, _parse(key, value, self.settings()[key]))
        return changed

    def _with(self, key, value):
        if key in self._data_options():
            return replace(self, data_options={**self.data_options, key: value})
        if key in self._sizes():
            return replace(self, sizes={**self.sizes, key: value})
        return replace(self, **{key: value})


def names():
    """Every recipe's name, sorted."""
    return sorted(path.stem for path in RECIPES.glob("[!_]*.py"))


def load(name):
    """The recipe called `name`; ValueError names the nearest ones."""
    registry.found(name, names(), "recipe")
    return importlib.import_module(f"train.recipes.{name}").recipe


def _parse(key, text, like):
    """`text` as a value of the type of `like`."""
    if isinstance(like, str):
        return text
    try:
        value = TRUTH[text.lower()] if isinstance(like, bool) else ast.literal_eval(text)
    except (KeyError, ValueError, SyntaxError):
        value = text
    if isinstance(like, float) and type(value) is int:
        value = float(value)
    if type(value) is not type(like):
        wanted = type(like).__name__
        raise ValueError(f"{key} takes a value of type {wanted} such as {like}, not {text!r}")
    return value
