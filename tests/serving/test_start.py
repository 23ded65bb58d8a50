"""What the first answer waits for, and what it does not."""

# ruff: noqa: F401, F811 -- fixtures are imported, and named as arguments

import asyncio
import json
import logging
import os
import subprocess
import sys
import threading

import pytest

from serving.client import LocalClient, NotFound
from serving.run import _first_model
from serving.store import Store
from tests.serving import models
from tests.serving.reloading import put, saved, until

QUIET = """
import gc, sys
from serving.quiet import import_tensorflow
import_tensorflow()
print("keras" in sys.modules, "pandas" in sys.modules, gc.isenabled())
import tensorflow as tf
print(tf.keras.layers.Dense(1)(tf.ones([2, 3])).shape, "keras.src.optimizers" in sys.modules)
"""


def test_tensorflow_comes_without_keras_which_comes_when_it_is_wanted():
    done = subprocess.run([sys.executable, "-c", QUIET], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["False False True", "(2, 1) True"]


@pytest.fixture
def half_loaded(tmp_path, put):
    """A store of two models, of which one is ready and the other does not come to its end."""
    put("half", 1)
    pipe = tmp_path / "slow" / "1" / "saved_model.pb"
    pipe.parent.mkdir(parents=True)
    os.mkfifo(pipe)
    store = Store(tmp_path, poll_seconds=0)
    store.load_in_background()
    until(lambda: [v.state for v in store.versions()] == ["AVAILABLE", "LOADING"])
    yield store
    with open(pipe, "wb"):
        store.stop(timeout=60)


def test_models_are_loaded_side_by_side_and_the_page_waits_for_one(half_loaded):
    assert not half_loaded.settled
    asyncio.run(asyncio.wait_for(_first_model(half_loaded), 30))


def test_the_page_waits_for_the_first_model(tmp_path, put):
    put("half", 1)
    store = Store(tmp_path)
    with pytest.raises(TimeoutError):
        asyncio.run(asyncio.wait_for(_first_model(store), 0.2))
    loading = threading.Thread(target=store.load)
    loading.start()
    asyncio.run(asyncio.wait_for(_first_model(store), 60))
    loading.join()


def test_the_smallest_graph_is_loaded_first(tmp_path, put, monkeypatch, caplog):
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    many = {f"x{i}": models.spec("float32", f"x{i}") for i in range(50)}
    models.save(tmp_path / "a" / "1", serving_default=(lambda **x: x, many))
    put("b", 1)
    with caplog.at_level(logging.INFO, "serving"):
        Store(tmp_path).load()
    ready = [r.getMessage() for r in caplog.records if " is ready" in r.getMessage()]
    assert [line.split()[1] for line in ready] == ["b,", "a,"]


def test_a_card_needs_no_loading(tmp_path, put):
    folder = put("half", 1) / "assets.extra"
    folder.mkdir(exist_ok=True)
    (folder / "zoo.json").write_text(json.dumps({"training": 3}))
    client = LocalClient(Store(tmp_path))
    assert client.card("half") == {"training": 3}
    with pytest.raises(NotFound):
        client.card("other")
