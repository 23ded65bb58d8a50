"""The shorter way of small calls: who may take it, and that nobody can tell."""

import json

import httpx
import pytest

from serving import guard
from serving.app import create_app
from serving.connection import limited
from tests.serving import models, raw
from tests.serving.test_conformance import body_of

PATH = "/v1/models/default:predict"
CALL = b'{"instances": [1.0, 2.0]}'
UNUSUAL = {"content-encoding": "identity"}  # means nothing, and does not take the shorter way


def scope(method="POST", path=PATH, **headers):
    given = {"host": "localhost", "content-length": "9"} | headers
    pairs = [(n.replace("_", "-").encode(), v.encode()) for n, v in given.items()]
    return {"type": "http", "method": method, "path": path, "headers": pairs}


@pytest.fixture
def app(store):
    app = create_app(store, ui=False)
    guard.protect(app, host="127.0.0.1", token="secret")
    return app


def test_a_usual_small_call_may_take_it(app):
    assert app.short(scope(authorization="Bearer secret")) is app.rest


@pytest.mark.parametrize(
    "other",
    [
        scope(),
        scope(authorization="Bearer wrong"),
        scope(authorization="Bearer secret", content_length="40000"),
        scope(authorization="Bearer secret", content_length="x"),
        scope(authorization="Bearer secret", content_encoding="gzip"),
        scope(authorization="Bearer secret", transfer_encoding="chunked"),
        scope(authorization="Bearer secret", expect="100-continue"),
        scope(authorization="Bearer secret", origin="http://localhost"),
        scope(authorization="Bearer secret", sec_fetch_site="cross-site"),
        scope("GET", authorization="Bearer secret"),
        scope(path="/healthz", authorization="Bearer secret"),
    ],
    ids=str,
)
def test_nobody_else_may(app, other):
    assert app.short(other) is None


def test_a_name_that_is_not_ours_may_not(store):
    app = create_app(store, ui=False)
    guard.protect(app, host="127.0.0.1")
    assert app.short(scope()) is app.rest
    assert app.short(scope(host="evil.example")) is None


def test_both_ways_answer_the_same(http):
    for case in models.cases("http"):
        request = case["request"]
        if request["method"] != "POST" or request.get("body_encoding"):
            continue
        answers = [
            http.post(request["path"], content=body_of(request), headers=headers)
            for headers in ({}, UNUSUAL)
        ]
        usual, other = ((a.status_code, sorted(a.headers), a.content) for a in answers)
        assert usual == other, case["id"]


def test_the_body_may_come_in_pieces_and_the_next_call_ahead(store):
    call = raw.request(PATH, "POST", CALL)
    last = raw.request(PATH, "POST", b'{"instances": [3.0]}', connection="close")
    with raw.running(create_app(store, ui=False), http=limited()) as (_, address):
        answers = raw.exchange(address, call[:-5], call[-5:] + call, call + last)
    parts = answers.split(b"HTTP/1.1 200 OK\r\n")[1:]
    found = [json.loads(part.partition(b"\r\n\r\n")[2])["predictions"] for part in parts]
    assert found == [[2.5, 3.0]] * 3 + [[3.5]]
    assert [b"connection: close" in part for part in parts] == [False] * 3 + [True]


def test_a_model_that_fails_or_is_not_there(url):
    with httpx.Client(base_url=url) as client:
        bad = client.post(PATH, content=b'{"instances": ["a"]}')
        assert (bad.status_code, list(bad.json())) == (400, ["error"])
        assert client.post("/v1/models/other:predict", content=CALL).status_code == 404
        assert client.post("/v1/models/default:Predict", content=CALL).status_code == 400
