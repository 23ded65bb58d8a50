"""Every served model has a card, and the card's facts are the model's."""

import json
import re
from pathlib import Path

import pytest
import tensorflow as tf

import zoo
from zoo.export import versions

ROOT = Path(__file__).parents[1]
MODELS = sorted(p for p in (ROOT / "saved_models").iterdir() if p.is_dir())


def test_there_are_models():
    assert "digits" in {p.name for p in MODELS}


@pytest.mark.parametrize("folder", MODELS, ids=lambda p: p.name)
def test_card_is_true(folder):
    card = (folder / "README.md").read_text(encoding="utf-8")
    for heading in ("Data", "Licence", "Recipe", "Quality", "Limits", "Signatures"):
        assert re.search(rf"^##? .*{heading}", card, re.MULTILINE), f"no heading {heading}"
    newest = folder / str(versions(folder)[-1])
    notes = json.loads((newest / "assets.extra" / "zoo.json").read_text(encoding="utf-8"))
    assert notes["name"] == folder.name
    count = zoo.build(notes["network"], **notes["sizes"]).count_params()
    assert f"{count:,} parameters" in card
    for name, signature in tf.saved_model.load(str(newest)).signatures.items():
        assert f"`{name}`" in card
        for tensor in (*signature.structured_input_signature[1], *signature.structured_outputs):
            assert f"`{tensor}`" in card


@pytest.mark.parametrize("folder", MODELS, ids=lambda p: p.name)
def test_nothing_is_too_large(folder):
    assert all(p.stat().st_size < 20e6 for p in folder.rglob("*"))


def test_readme_lists_every_network():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for name in zoo.names():
        row = f"| `{name}` | {zoo.info(name).year} | {zoo.build(name).count_params():,} |"
        assert row in text, f"README lacks the row {row}"
