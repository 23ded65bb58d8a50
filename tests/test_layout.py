"""Imports point one way; this parses the sources and holds the table."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
OURS = {"zoo", "train", "serving", "tests", "benchmarks"}
# folder or file -> what of ours it may import; the longest match decides
MAY = {
    "zoo": ("zoo",),
    "zoo/registry.py": (),
    "zoo/activations.py": (),
    "zoo/files.py": (),
    "zoo/layers": ("zoo.layers", "zoo.activations"),
    "zoo/families": ("zoo.registry", "zoo.activations", "zoo.layers"),
    "train": ("train", "zoo"),
    "train/cli.py": ("train", "zoo", "serving"),  # the command of both halves
    "serving": ("serving",),
    "serving/demo/backprop.py": ("serving", "zoo.backprop"),
}
SOURCES = sorted(p for top in ("zoo", "train", "serving") for p in (ROOT / top).rglob("*.py"))


def imports(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield node.module


def allowed(path):
    name = path.relative_to(ROOT).as_posix()
    rule = max((r for r in MAY if name == r or name.startswith(f"{r}/")), key=len)
    return MAY[rule]


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_imports_point_one_way(path):
    ours = [name for name in imports(path) if name.split(".")[0] in OURS]
    wrong = [n for n in ours if not any(n == a or n.startswith(f"{a}.") for a in allowed(path))]
    assert not wrong, f"may import {allowed(path)}, imports {wrong}"


def test_a_family_is_one_file_with_a_test():
    for family in (ROOT / "zoo" / "families").glob("[!_]*.py"):
        assert (ROOT / "tests" / "families" / f"test_{family.name}").exists(), family.name
