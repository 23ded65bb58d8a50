"""The language models' benchmark: its sides are the same network, and each of them runs."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import httpx
import keras
import pytest

from benchmarks import soak, visitors
from benchmarks.language_models import keras_side
from serving.client import LocalClient
from serving.store import Store
from tests.serving import letters

SIZES = {"vocab_size": 66, "embed_dim": 4, "units": 8, "depth": 1}
TRAINING = {"sizes": SIZES, "rows": 4, "window": 8, "precision": "float32", "steps": 2, "warm": 1}


@pytest.fixture(autouse=True)
def fresh_policy():
    yield
    keras.config.set_dtype_policy("float32")


@pytest.mark.parametrize("cell", ["lstm", "elman"])
def test_both_sides_train_networks_of_one_size(cell):
    ours, stock = keras_side._ours(cell, SIZES), keras_side._stock(cell, 4, 8, **SIZES)
    assert ours.count_params() == stock.count_params()


@pytest.mark.parametrize("side", ["ours", "stock"])
def test_a_side_gives_characters_per_second(side):
    assert keras_side.train(side=side, cell="lstm", **TRAINING) > 0
    assert keras_side.write(side=side, cell="lstm", sizes=SIZES, length=3) > 0


def test_the_command_compares_the_sides_it_has(tmp_path):
    sizes = ["--units", "8", "--rows", "4", "--window", "8", "--steps", "2", "--warm", "1"]
    options = ["--only", "writing", "--rounds", "1", "--length", "3", *sizes]
    command = [sys.executable, "-m", "benchmarks.language_models", *options]
    done = subprocess.run([*command, "--environments", tmp_path], capture_output=True, text=True)
    assert "PyTorch is left out" in done.stderr
    assert "lstm: characters written" in done.stdout
    assert done.stdout.count("predict") == 2


def test_visitors_who_write_at_once_get_their_texts(tmp_path):
    letters.save(tmp_path)
    store = Store(tmp_path)
    store.load()
    models = ["shakespeare", "shakespeare_ngram"]
    with soak.running(tmp_path, options=()) as (_, (url, _)), ThreadPoolExecutor(3) as pool:
        httpx.get(f"{url}/ui/config", timeout=120)  # answered when the page is built
        visits = list(pool.map(lambda seed: visitors.visit(url, models, 100, seed), range(3)))
    how = {"prompt": [visitors.PROMPT], "length": [100], "temperature": [0.8], "top_k": [0]}
    for seed, (first, last, sheets) in enumerate(visits):
        assert 0 < first < last
        for model in models:
            alone = LocalClient(store).predict(model, how | {"seed": [seed]})
            assert sheets[model]["text"] == alone["text"][0].decode()
