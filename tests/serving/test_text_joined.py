"""Visitors of the Text tab who write at the same time share runs, and nothing else."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from serving.app import create_app
from serving.batching import Batching
from serving.client import LocalClient, NotFound
from serving.demo import text
from serving.engine import Engine
from serving.errors import ServingError
from serving.store import Store
from tests.serving import letters, models

VISITORS = [
    {"prompt": f"ROMEO:\n{'O ' * i}", "length": 100 + 37 * i, "temperature": 0.4 + 0.2 * i,
     "top_k": 3 * i, "seed": i, "models": ["shakespeare"], "run": i}
    for i in range(5)
]  # fmt: skip


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    letters.save(folder)
    store = Store(folder)
    store.load()
    return store


@pytest.fixture
def rows():
    return []


@pytest.fixture
def client(store, rows):
    """What the page has, with one run of a signature at a time; `rows` of each are kept."""
    limits = Batching(num_batch_threads=1)
    engine = Engine(store, limits, lambda path, count, seconds: rows.append(count))
    with models.running(create_app(store, ui=False, engine=engine)):
        yield LocalClient(store, engine.run_from_thread)


def write(client, asked):
    *_, last = text.write(client, asked)
    return last["sheets"]["shakespeare"]["text"]


def test_each_visitor_gets_the_text_of_one_alone(store, client, rows):
    with ThreadPoolExecutor(len(VISITORS)) as pool:
        found = list(pool.map(lambda asked: write(client, asked), VISITORS))
    assert max(rows) > 1
    assert found == [write(LocalClient(store), asked) for asked in VISITORS]
    assert [len(text) for text in found] == [asked["length"] for asked in VISITORS]


def test_one_who_asks_wrongly_disturbs_nobody(client):
    wrong = {"length": [9], "temperature": [-1.0], "top_k": [0], "seed": [1], "prompt": ["O"]}

    def ask():
        with pytest.raises(ServingError, match="temperature: expected 0 to 100"):
            client.predict("shakespeare", wrong)

    with ThreadPoolExecutor(len(VISITORS) + 1) as pool:
        refused = pool.submit(ask)
        found = list(pool.map(lambda asked: write(client, asked), VISITORS))
        refused.result()
    assert [len(text) for text in found] == [asked["length"] for asked in VISITORS]


def test_errors_are_those_of_the_store(client):
    with pytest.raises(NotFound, match="nothing"):
        client.predict("nothing", {"x": [1]})
