"""Every registered name builds, takes a step in every precision, is saved, exported, reloaded."""

import subprocess
import sys

import numpy as np
import pytest

import zoo
from tests.checks import POLICIES, check_family, check_family_policy
from zoo import registry

# Of a deep network's sizes one is enough: they differ in numbers alone, and tracing takes long.
DEEP = ("efficientnet_lite", "efficientnet_lite0")
NAMES = [name for name in zoo.names() if not name.startswith(DEEP[0]) or name == DEEP[1]]


def build(name):
    """The network, on small pictures where their size may be chosen."""
    return zoo.build(name, **({"side": 64} if "side" in registry.sizes(name) else {}))


def sample_inputs(model, batch=2):
    """Random inputs of a model's own names, shapes and kinds."""
    rng = np.random.default_rng(0)
    inputs = {}
    for name, tensor in model.input.items():
        shape = (batch, *(5 if size is None else size for size in tensor.shape[1:]))
        whole = "int" in str(tensor.dtype)
        inputs[name] = (rng.integers(0, 8, shape) if whole else rng.random(shape)).astype(
            tensor.dtype
        )
    return inputs


@pytest.mark.parametrize("name", NAMES)
def test_family_contract(name, tmp_path, seeded):
    model = build(name)
    check_family(model, sample_inputs(model), tmp_path)


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("name", NAMES)
def test_family_learns_in(name, policy, seeded):
    check_family_policy(lambda: build(name), sample_inputs(build(name)), policy)


@pytest.mark.parametrize("name", zoo.names())
def test_docstring_names_year_and_paper(name):
    info = zoo.info(name)
    assert 1943 <= info.year <= 2030
    assert str(info.year) in info.reference


def test_importing_zoo_and_listing_names_loads_no_tensorflow():
    code = "import sys, zoo; zoo.names(); print(*{'tensorflow', 'keras'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_names_read_from_source_are_those_that_get_registered():
    for name in zoo.names():
        registry.builder(name)
    assert set(registry._builders) == set(registry._scan())


def test_unknown_name_names_the_nearest():
    with pytest.raises(ValueError, match=r"unknown network 'lenet': did you mean lenet5"):
        zoo.build("lenet")


def test_unknown_size_names_the_nearest():
    with pytest.raises(ValueError, match=r"unknown size of lenet5 'clases': did you mean classes"):
        zoo.build("lenet5", clases=3)


def test_a_taken_name_is_refused():
    zoo.build("lenet5")

    def lenet5(): ...

    with pytest.raises(ValueError, match=r"'lenet5' is registered by zoo.families.lenet5 already"):
        zoo.register(lenet5)


def test_variants_are_builders_with_other_sizes():
    assert registry.sizes("lenet5")["output"] == "dense"
    assert registry.sizes("lenet5_1998")["output"] == "rbf"
    assert zoo.build("lenet5_1998", output="dense", classes=3).output["logits"].shape == (None, 3)
