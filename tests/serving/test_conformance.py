"""TensorFlow Serving's own behaviour, case by case, over HTTP where a case can be sent there."""

import gzip
import json

import numpy as np
import pytest

from serving import codec
from serving.codec import encode
from serving.errors import ServingError
from serving.rest import parse_path
from tests.serving import models


def parametrize(*kinds, having="id"):
    cases = [case for case in models.cases(*kinds) if having in case]
    return pytest.mark.parametrize("case", cases, ids=[case["id"] for case in cases])


def body_of(request):
    generator = request.get("body_generator")
    if not generator:
        return request.get("body", "").encode()
    depth = generator["depth"]
    middle = generator["open"] * depth + generator["close"] * depth
    return (generator["prefix"] + middle + generator["suffix"]).encode()


def loads(text, compare):
    if compare == "tokens":
        return json.loads(text, parse_int=str, parse_float=str, parse_constant=str)
    return json.loads(text)


def check_body(got, expect):
    """`got` (bytes) is the body that a case expects: whole, or an error holding some words."""
    if "body" in expect:
        compare = expect["compare"]
        assert loads(got, compare) == loads(expect["body"], compare)
    if "error_substring" in expect:
        assert expect["error_substring"] in json.loads(got)["error"]
    assert expect.get("body_contains", "").encode() in got


def check_response(response, expect):
    assert response.status_code == expect["status"], response.text
    for name, value in expect.get("headers", {}).items():
        assert response.headers[name].startswith(value)
    if response.status_code != 404 or "error_substring" in expect:
        check_body(response.content, expect)


@parametrize("http")
def test_http(case, http):
    request = case["request"]
    body, headers = body_of(request), request.get("headers", {})
    if request.get("body_encoding") == "gzip":
        body = gzip.compress(body)
    response = http.request(request["method"], request["path"], content=body, headers=headers)
    check_response(response, case["expect"])


@parametrize("predict_decode", "predict_encode", "example_decode", having="http_replay")
def test_replay(case, http):
    replay = case["http_replay"]
    path = "/v1/models/{model}:predict"
    body = replay.get("request_body", "").encode()
    if "request" in case:
        path, body = case["request"]["path"], body_of(case["request"])
    half = replay["fixture"] == "half_plus_two"
    model = "saved_model_half_plus_two_2_versions" if half else case["id"]
    for action in case.get("applies_to", ["predict"]):
        target = path.replace("{model}", model).replace("{classify|regress}", action)
        check_response(http.post(target, content=body), replay)


def refusal(case, call):
    """The error that `call` raises, checked against what the case expects."""
    expect = case["expect"]
    with pytest.raises(ServingError) as caught:
        call()
    assert caught.value.code == expect.get("code", "INVALID_ARGUMENT")
    assert expect["error_substring"] in caught.value.message


@parametrize("predict_decode")
def test_decode(case):
    inputs = case["signature"]["inputs"]
    dtypes = {name: info["dtype"].removeprefix("DT_").lower() for name, info in inputs.items()}

    def call():
        return codec.decode_predict(body_of(case["request"]), lambda signature: dtypes)

    expect = case["expect"]
    if not expect["ok"]:
        return refusal(case, call)
    request = call()
    assert request.signature == expect["signature_name"]
    assert request.rows == (expect["format"] == "row")
    assert request.tensors.keys() == expect["inputs"].keys()
    for name, spec in expect["inputs"].items():
        want = models.values(spec)
        assert request.tensors[name].dtype == want.dtype
        np.testing.assert_array_equal(request.tensors[name], want, strict=True)
    return None


@parametrize("predict_encode")
def test_encode(case):
    outputs = {name: models.values(spec) for name, spec in case["outputs"].items()}

    def call():
        return codec.encode_predict(outputs, case["format"] == "row")

    if case["expect"]["ok"]:
        check_body(call(), case["expect"])
    else:
        refusal(case, call)


@parametrize("example_decode")
def test_examples(case):
    expect = case["expect"]

    def call():
        return codec.decode_examples(body_of(case["request"]))

    if not expect["ok"]:
        return refusal(case, call)
    signature, examples = call()
    assert signature == expect["signature_name"]
    assert examples == [
        {
            name: (kind, [v.encode() if kind == "bytes_list" else v for v in values])
            for name, feature in example.items()
            for kind, values in feature.items()
        }
        for example in expect["examples"]
    ]
    return None


@parametrize("result_encode")
def test_results(case):
    def call():
        if "regressions" in case:
            return codec.encode_regressions(np.array(case["regressions"], "float32"))
        rows = case["classifications"]
        labels = np.array([[label.encode() for label, _ in row] for row in rows], "object")
        scores = np.array([[score for _, score in row] for row in rows], "float32")
        return codec.encode_classifications(labels, scores)

    if case["expect"]["ok"]:
        check_body(call(), case["expect"])
    else:
        refusal(case, call)


@parametrize("error_encode")
def test_error(case):
    check_body(encode.encode_error(case["message"]), case["expect"])


@parametrize("path_parse")
def test_path(case):
    expect, request = case["expect"], case["request"]

    def call():
        return parse_path(request["method"], request["path"])

    if not expect["ok"]:
        return refusal(case, call)
    target = call()
    assert target.model == expect["model_name"]
    assert target.version == expect.get("version")
    assert target.label == expect.get("label")
    assert target.action == expect.get("api", expect.get("subresource", "status"))
    return None
