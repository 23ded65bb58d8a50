"""The served language models, by REST: a prompt in, a text out."""

import httpx
import pytest

from serving.app import create_app
from serving.store import Store
from tests.serving import models
from tests.serving.browser import ROOT

NAMES = sorted(path.name for path in (ROOT / "saved_models").glob("shakespeare*"))
HOW = {"length": 40, "temperature": 0.8, "top_k": 0, "seed": 1}


@pytest.fixture(scope="module")
def http(tmp_path_factory):
    base = tmp_path_factory.mktemp("models")
    for name in NAMES:
        (base / name).symlink_to(ROOT / "saved_models" / name)
    store = Store(base)
    store.load()
    with models.running(create_app(store, ui=False)) as url, httpx.Client(base_url=url) as http:
        yield http
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
