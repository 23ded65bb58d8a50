"""The served captioner, by REST: the bytes of a picture in, what it shows out."""

import base64
import io

import httpx
import numpy as np
import pytest
from PIL import Image

from serving.app import create_app
from serving.store import Store
from tests.serving import models
from tests.serving.browser import ROOT

PHOTOS = ROOT / "serving" / "demo" / "examples" / "photos"
DOG = PHOTOS / "frisbee.jpg"


@pytest.fixture(scope="module")
def http(tmp_path_factory):
    base = tmp_path_factory.mktemp("models")
    (base / "captions").symlink_to(ROOT / "saved_models" / "captions")
    store = Store(base)
    store.load()
    with models.running(create_app(store, ui=False)) as url, httpx.Client(base_url=url) as http:
        yield http
    store.stop()


def post(http, *pictures, signature="serving_default", **more):
    rows = [{"image": {"b64": base64.b64encode(p).decode()}, **more} for p in pictures]
    body = {"signature_name": signature, "instances": rows}
    return http.post("/v1/models/captions:predict", json=body, timeout=120)


def predict(http, *pictures, **how):
    response = post(http, *pictures, **how)
    assert response.status_code == 200, response.text
    return response.json()["predictions"]


def opened(name):
    with Image.open(PHOTOS / f"{name}.jpg") as picture:
        return picture.convert("RGB")


def written(picture, kind, **options):
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def test_a_photograph_is_told_in_words(http):
    names = ("skateboard", "birthday", "skiers")
    answers = predict(http, *((PHOTOS / f"{name}.jpg").read_bytes() for name in names))
    for answer, words in zip(answers, ("trick skateboard", "baby child", "snow"), strict=True):
        assert any(word in " ".join(answer["captions"]) for word in words.split()), answer
        assert answer["caption"] == answer["captions"][0]
        assert answer["scores"] == sorted(answer["scores"], reverse=True)
        assert answer["score"] == answer["scores"][0] < 0
        assert len(set(answer["captions"])) == 5


def test_a_picture_by_itself_is_an_instance(http):
    body = {"instances": [{"b64": base64.b64encode(DOG.read_bytes()).decode()}]}
    answer = http.post("/v1/models/captions:predict", json=body, timeout=120).json()
    assert answer["predictions"][0]["caption"] == predict(http, DOG.read_bytes())[0]["caption"]


def test_alone_and_among_others_it_is_told_the_same(http):
    dog, gull = DOG.read_bytes(), (PHOTOS / "gull.jpg").read_bytes()
    assert predict(http, dog, gull)[0]["caption"] == predict(http, dog)[0]["caption"]


def test_each_word_has_its_place_in_the_picture(http):
    [answer] = predict(http, DOG.read_bytes(), signature="attend")
    told = [word for word in answer["words"] if word]
    assert " ".join(told) == answer["caption"]
    attention = np.array(answer["attention"])
    assert attention.shape[1:] == (7, 7)
    np.testing.assert_allclose(attention[: len(told)].sum((1, 2)), 1, atol=1e-3)


def test_the_width_of_the_beam(http):
    [narrow] = predict(http, DOG.read_bytes(), signature="beam", width=1)
    [wide] = predict(http, DOG.read_bytes(), signature="beam", width=5)
    [usual] = predict(http, DOG.read_bytes())
    assert wide["caption"] == usual["caption"]
    assert narrow["score"] <= wide["score"]
    response = post(http, DOG.read_bytes(), signature="beam", width=6)
    assert response.status_code == 400
    assert "width: expected 1 (greedy) to 5, got [6]" in response.json()["error"]


def test_every_kind_of_picture(http):
    picture = opened("frisbee")
    exif = Image.Exif()
    exif[0x0112] = 6  # held upright: stored lying on its left side
    lying = written(picture.rotate(90, expand=True), "JPEG", quality=98, exif=exif.tobytes())
    same = [written(picture, "PNG"), written(picture, "WEBP", lossless=True),
            written(picture.convert("RGBA"), "PNG"), lying]  # fmt: skip
    told = {answer["caption"] for answer in predict(http, DOG.read_bytes(), *same)}
    assert len(told) <= 2  # the turned one was compressed anew
    grey, dot = picture.convert("L"), Image.new("RGB", (1, 1))
    assert all(
        answer["caption"] for answer in predict(http, *(written(p, "PNG") for p in (grey, dot)))
    )


def test_of_an_animation_the_first_picture(http):
    first = opened("frisbee")
    second = opened("skiers").resize(first.size)
    still = written(first.convert("P"), "GIF")
    moving = written(first.convert("P"), "GIF", save_all=True, append_images=[second.convert("P")])
    told = predict(http, still, moving)
    assert told[0]["caption"] == told[1]["caption"]


@pytest.mark.parametrize("data", [b"", b"no picture", DOG.read_bytes()[:5000]])
def test_what_is_no_picture_is_refused(http, data):
    response = post(http, data)
    assert response.status_code == 400
    error = response.json()["error"]
    assert "expected the bytes of a PNG, JPEG, WebP or GIF file" in error or "JPEG" in error
