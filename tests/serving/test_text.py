"""The served language models, by REST and in this process: a prompt in, a text out."""

import httpx
import numpy as np
import pytest

from serving.app import create_app
from serving.client import LocalClient
from serving.store import Store
from tests.serving import models
from tests.serving.browser import ROOT

NAMES = sorted(path.name for path in (ROOT / "saved_models").glob("shakespeare*"))
HOW = {"length": 40, "temperature": 0.8, "top_k": 0, "seed": 1}


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    base = tmp_path_factory.mktemp("models")
    for name in NAMES:
        (base / name).symlink_to(ROOT / "saved_models" / name)
    return base


@pytest.fixture(scope="module")
def http(base):
    store = Store(base)
    store.load()
    with models.running(create_app(store, ui=False)) as url, httpx.Client(base_url=url) as http:
        yield http
    store.stop()


@pytest.fixture(scope="module")
def client(base):
    """Of another server than `http`, in this process."""
    store = Store(base)
    store.load()
    yield LocalClient(store)
    store.stop()


def write(http, name, prompts, **how):
    rows = [{"prompt": prompt, **HOW, **how} for prompt in prompts]
    response = http.post(f"/v1/models/{name}:predict", json={"instances": rows}, timeout=60)
    assert response.status_code == 200, response.text
    return response.json()["predictions"]


def score(http, name, text):
    body = {"signature_name": "score", "instances": [{"text": text}]}
    [answer] = http.post(f"/v1/models/{name}:predict", json=body).json()["predictions"]
    return answer


@pytest.mark.parametrize("name", NAMES)
def test_a_prompt_is_written_on(http, name):
    [text] = write(http, name, ["ROMEO:\n"])
    assert len(text) == 40
    assert [text] == write(http, name, ["ROMEO:\n"])  # the same seed, the same text
    assert [text] != write(http, name, ["ROMEO:\n"], seed=2)
    assert write(http, name, ["KING", "ROMEO:\n"])[1] == text  # whoever else asks


@pytest.mark.parametrize("name", NAMES)
def test_another_server_writes_the_same(http, client, name):
    given = {"prompt": "KING", **HOW, "length": 300}
    there = client.predict(name, {key: [value] for key, value in given.items()})["text"][0]
    assert write(http, name, ["KING"], length=300) == [there.decode()]


@pytest.mark.parametrize("name", NAMES)
def test_alone_or_joined_every_bit_is_the_same(client, name):
    def last(rows):
        begun = client.predict(
            name, {"prompt": [b"ROMEO:", b"O", b"KING"][:rows]}, signature="read"
        )
        how = {"length": [20, 9, 31], "temperature": [0.8, 0.0, 1.2], "top_k": [0, 3, 5],
               "seed": [1, 2, 3], "position": [0, 4, 7]}  # fmt: skip
        how = {key: values[:rows] for key, values in how.items()}
        return client.predict(name, begun | how, signature="write")["state"][0]

    # a difference in the seventh place would change one text of 50
    np.testing.assert_array_equal(last(1), last(3))
    np.testing.assert_array_equal(last(2), last(3))


@pytest.mark.parametrize("name", NAMES)
def test_english_is_likelier_than_its_letters_in_disorder(http, name):
    text = "My lord, the king is at the door."
    shuffled = "ktir l,gedshiotMmhr te o .ydne ao"
    assert score(http, name, text)["nats"] + 1 < score(http, name, shuffled)["nats"]
    assert score(http, name, "Ω")["unknown"] == 1


@pytest.mark.parametrize("name", NAMES)
def test_a_prompt_of_signs_that_it_does_not_know(http, name):
    [text] = write(http, name, ["Ω ☃\u0000"])
    assert len(text) == 40
    assert "\ufffd" not in text


def test_there_are_five_generations():
    assert len(NAMES) == 5
