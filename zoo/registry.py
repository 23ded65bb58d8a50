"""Find a network by its name; no list of names is kept anywhere.

A family file registers its builder, and with it any further sizes as data:

    @register(resnet18={"blocks": (2, 2, 2, 2)}, resnet34={"blocks": (3, 4, 6, 3)})
    def resnet(classes=1000, blocks=(2, 2, 2, 2)): ...

Names, years and papers are read from the family's source (the `register` decorators
and the docstring's `Reference:`), so that listing them loads no TensorFlow.
"""

import ast
import difflib
import importlib
import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

FAMILIES = Path(__file__).parent / "families"
_builders: dict[str, tuple[Callable, dict]] = {}


@dataclass(frozen=True)
class Info:
    """What the source of a family says of one name."""

    name: str
    family: str
    year: int
    reference: str
    module: str = field(repr=False, default="")


def register(function=None, /, **variants):
    """Register a builder under its own name and, with other sizes, under `variants`.

    Raises ValueError when a name is taken by another builder.
    """

    def add(builder):
        for name, sizes in {builder.__name__: {}, **variants}.items():
            taken, _ = _builders.get(name, (builder, None))
            if taken.__module__ != builder.__module__:
                raise ValueError(f"{name!r} is registered by {taken.__module__} already")
            _builders[name] = (builder, sizes)
        return builder

    return add if function is None else add(function)


def names():
    """Every registered name, sorted."""
    return sorted({*_scan(), *_builders})


def info(name):
    """Family, year and reference of `name`, read from the family's docstring."""
    found(name, names(), "network")
    if name in _scan():
        return _scan()[name]
    return Info(name, name, 0, "", _builders[name][0].__module__)


def builder(name):
    """The function behind `name`, and the sizes that the name fixes."""
    found(name, names(), "network")
    if name not in _builders:
        importlib.import_module(_scan()[name].module)
    return _builders[name]


def sizes(name):
    """The sizes that `build(name)` takes, each with its default: {"classes": 10, …}."""
    function, fixed = builder(name)
    parameters = inspect.signature(function).parameters
    return {key: fixed.get(key, p.default) for key, p in parameters.items()}


def build(name, **given):
    """Build the `keras.Model` called `name`; `given` are sizes such as `classes=10`.

    Raises ValueError for an unknown name or size, naming the nearest known ones.
    """
    function, fixed = builder(name)
    for key in given:
        found(key, sizes(name), f"size of {name}")
    return function(**{**fixed, **given})


def found(name, known, kind):
    """Return `name` if it is in `known`; else raise ValueError with the nearest choices."""
    if name in known:
        return name
    near = difflib.get_close_matches(str(name), list(known), n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(near)}?" if near else f"choose from {', '.join(known)}."
    raise ValueError(f"unknown {kind} {name!r}: {hint}")


@cache
def _scan():
    entries = {}
    for path in sorted(FAMILIES.glob("[!_]*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        doc = ast.get_docstring(tree) or ""
        reference = " ".join(doc.partition("Reference:")[2].split("\n\n")[0].split())
        year = re.search(r"\b(1[89]|20)\d\d\b", reference)
        for name in _registered(tree):
            if name in entries:
                raise ValueError(f"{name!r} stands in {entries[name].family} and {path.stem}")
            module = f"zoo.families.{path.stem}"
            entries[name] = Info(name, path.stem, int(year[0]) if year else 0, reference, module)
    return entries


def _registered(tree):
    for node in tree.body:
        for decorator in getattr(node, "decorator_list", ()):
            call = decorator.func if isinstance(decorator, ast.Call) else decorator
            if getattr(call, "id", None) == "register":
                yield node.name
                yield from (k.arg for k in getattr(decorator, "keywords", ()))
