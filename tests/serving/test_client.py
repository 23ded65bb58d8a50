"""Both clients give the same arrays and raise the same errors."""

import numpy as np
import pytest
import tensorflow as tf

from serving.app import create_app
from serving.client import LocalClient, RestClient
from serving.errors import ServingError
from serving.store import Store
from tests.serving import models


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    """A store of one model with inputs and outputs of many kinds, named awkwardly."""
    base = tmp_path_factory.mktemp("shelf")
    kinds = {
        "x": models.spec(tf.float32, "x", [None, 2]),
        "n": models.spec(tf.int64, "n", []),
        "image_bytes": models.spec(tf.string, "image_bytes", [None]),
        "text": models.spec(tf.string, "text", [None]),
        "flag": models.spec(tf.bool, "flag", [None]),
    }

    def check(x):
        with tf.control_dependencies([tf.debugging.Assert(x > 0, ["x must be positive"])]):
            return {"y": tf.sqrt(x)}

    models.save(
        base / "a model/é".replace("/", " ") / "3",
        serving_default=(lambda **t: {k: tf.identity(v) for k, v in t.items()}, kinds),
        root=(check, {"x": models.spec(tf.float32, "x", [])}),
        image=(
            lambda image: {"size": tf.shape(tf.io.decode_image(image))},
            {"image": models.spec(tf.string, "image", [])},
        ),
    )
    store = Store(base)
    store.load()
    return store


MODEL = "a model é"


@pytest.fixture(scope="module", params=["local", "rest"])
def client(request, shelf):
    if request.param == "local":
        yield LocalClient(shelf)
        return
    with models.running(create_app(shelf, ui=False)) as url:
        yield RestClient(url)


def refusal(client, *args, **kwargs):
    with pytest.raises(ServingError) as caught:
        client.predict(*args, **kwargs)
    return str(caught.value)


def test_every_kind_of_tensor_comes_back(client):
    inputs = {
        "x": np.float32([[0.1, np.nan], [-np.inf, 1e-30]]),
        "n": 2**60 + 1,
        "image_bytes": [b"\xff\x00", b""],
        "text": ["é", 'b:"c"'],
        "flag": [True, False, True],
    }
    outputs = client.predict(MODEL, inputs, version=3)
    assert outputs.keys() == inputs.keys()
    np.testing.assert_array_equal(outputs["x"], inputs["x"], strict=True)
    assert outputs["n"].dtype == "int64"
    assert outputs["n"].shape == ()
    assert outputs["n"] == 2**60 + 1
    assert outputs["image_bytes"].tolist() == [b"\xff\x00", b""]
    assert outputs["text"].tolist() == ["é".encode(), b'b:"c"']
    assert outputs["flag"].tolist() == [True, False, True]


def test_one_output_keeps_its_name(client):
    outputs = client.predict(MODEL, {"x": 4}, signature="root")
    assert outputs == {"y": np.float32(2)}


def test_the_model_authors_words_come_through(client):
    message = refusal(client, MODEL, {"x": -1.0}, signature="root")
    assert message == "INVALID_ARGUMENT: x must be positive"
    message = refusal(client, MODEL, {"image": b"no picture"}, signature="image")
    assert message.startswith("INVALID_ARGUMENT: Unknown image file format.")
    assert not set("[]{}") & set(message)


def test_refusals(client):
    assert refusal(client, "nope", {}) == "NOT_FOUND: Servable not found for request: Latest(nope)"
    assert "Specific(a model é, 4)" in refusal(client, MODEL, {}, version=4)
    assert '"nope" not found' in refusal(client, MODEL, {}, signature="nope")
    assert refusal(client, MODEL, {"x": "four"}, signature="root").startswith("INVALID_ARGUMENT")
    assert "shape [1], expected []" in refusal(client, MODEL, {"x": [4.0]}, signature="root")
    inputs = {"x": [[1, 2]], "n": 1.5, "image_bytes": [], "text": [], "flag": []}
    assert "input 'n' takes int64" in refusal(client, MODEL, inputs)
    del inputs["flag"]
    inputs["n"] = 1
    assert "flag" in refusal(client, MODEL, inputs)


def test_models_and_metadata(client):
    assert client.models() == [(MODEL, 3, "AVAILABLE")]
    definitions = client.metadata(MODEL)["metadata"]["signature_def"]["signature_def"]
    assert definitions["root"]["outputs"]["y"]["dtype"] == "DT_FLOAT"


def test_no_server():
    with pytest.raises(ServingError, match=r"UNAVAILABLE: no answer from http://127\.0\.0\.1:9"):
        RestClient("http://127.0.0.1:9").models()
