"""The Captions tab in a real browser: the served model, and one that tells captions alone."""

import base64
import time

import httpx
import numpy as np
import pytest
import tensorflow as tf

from serving.app import create_app
from serving.client import LocalClient
from serving.demo import captions, captions_answers, captions_photos
from serving.store import Store
from tests.serving import browser, models
from tests.serving.browser import TOO_WIDE, open_page
from zoo.export import export

SKIERS = (captions_photos.FOLDER / "skiers.jpg").read_bytes()
SIZE = {"viewport": {"width": 1280, "height": 900}, "reduced_motion": "reduce"}
STILL = """async (select) => {
  const canvas = document.querySelector(select);
  return canvas.classList.contains("on") ? canvas.toDataURL() : "";
}"""


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    """A server of the model that these tests are about."""
    base = tmp_path_factory.mktemp("models")
    (base / "captions").symlink_to(browser.ROOT / "saved_models" / "captions")
    with browser.server(base, waits_for="captions") as url:
        yield url


@pytest.fixture(scope="module")
def teller(tmp_path_factory):
    """The store of a model that tells captions, and can neither attend nor search."""

    @tf.function(input_signature=[tf.TensorSpec((None,), tf.string, "image")])
    def serving_default(image):
        told = tf.tile([["a <b>dog</b> runs", "a dog"]], [tf.size(image), 1])
        scores = tf.tile([[-1.5, -2.0]], [tf.size(image), 1])
        return {"caption": told[:, 0], "score": scores[:, 0], "captions": told, "scores": scores}

    folder = tmp_path_factory.mktemp("teller")
    export(folder / "captions", {"serving_default": serving_default}, [], {})
    store = Store(folder)
    store.load()
    return store


@pytest.fixture(scope="module")
def chromium():
    with browser.browser() as chromium:
        yield chromium


@pytest.fixture
def visit(chromium, url):
    with browser.visits(chromium, url) as visit:
        yield visit


@pytest.fixture
def page(visit, url):
    return opened(visit(**SIZE), url)


def opened(page, url):
    page.set_default_timeout(60_000)
    open_page(page, url, "captions")
    page.locator(".beam li").first.wait_for()
    return page


def upload(page, content, name="photo.jpg"):
    file = {"name": name, "mimeType": "image/jpeg", "buffer": content}
    page.locator("#captions input[type=file]").set_input_files(file)


def caption(page):
    return " ".join(page.locator(".told-words button").all_text_contents())


def choose(page, file):
    page.locator(f"[data-free='{file}']").click()
    page.locator(f"[data-free='{file}'][aria-pressed=true]").wait_for()
    page.locator(".beam li").first.wait_for()


def search(page, sentence):
    page.locator(".wanted").fill(sentence)
    page.get_by_role("button", name="Search").click()
    page.locator(".finding:not([aria-busy]) li").first.wait_for()
    return page.locator(".finding img")


def ask(url, **inputs):
    signature = inputs.pop("signature", "serving_default")
    body = {"signature_name": signature, "inputs": inputs}
    answer = httpx.post(f"{url}/v1/models/captions:predict", json=body, timeout=60)
    return answer.json()["outputs"]


def number(text):
    return float(text.replace("−", "-"))


def b64(content):
    return [{"b64": base64.b64encode(content).decode()}]


def test_an_uploaded_photo_is_told(page):
    choose(page, "pizza.jpg")
    before = caption(page)
    upload(page, SKIERS)
    page.locator(".frame[data-state=full] .photo[alt='Your photo']").wait_for()
    page.locator(".beam li").first.wait_for()
    assert len(caption(page).split()) > 3
    assert caption(page) != before
    assert caption(page) == page.locator(".beam .winner .beam-text").text_content()
    assert page.locator(".credit").text_content() == ""


def test_the_caption_of_a_free_photo_is_that_of_the_rest_call(page, url):
    choose(page, "skiers.jpg")
    answer = ask(url, image=b64(SKIERS))
    assert caption(page) == answer["caption"][0]
    assert page.locator(".beam-text").all_text_contents() == answer["captions"][0]
    scores = [number(text) for text in page.locator(".beam-score").all_text_contents()]
    assert scores == pytest.approx(answer["scores"][0], abs=0.006)
    assert page.locator(".credit a").count() == 2


def test_the_heat_map_is_that_of_the_word_looked_at(page):
    page.mouse.move(0, 0)
    assert page.evaluate(STILL, "#captions .heat") == ""
    words = page.locator(".told-words button")
    words.nth(1).hover()
    first = page.evaluate(STILL, "#captions .heat")
    words.last.hover()
    last = page.evaluate(STILL, "#captions .heat")
    assert first
    assert last
    assert first != last
    words.nth(1).focus()  # a keyboard is enough
    assert page.evaluate(STILL, "#captions .heat") == first
    assert page.locator(".tile").count() == words.count()


def test_a_caption_is_said_word_by_word(visit, url):
    page = opened(visit(viewport={"width": 1280, "height": 900}), url)
    page.locator("[data-free='skateboard.jpg']").click()
    page.locator(".told-words button.here").wait_for()
    early = len(caption(page))
    page.wait_for_function("() => document.querySelector('#captions .unseen').textContent")
    assert len(caption(page)) > early > 0


def test_a_sentence_finds_its_photo_and_the_visitors_own(page):
    found = search(page, "people ski in the snow")
    assert found.first.get_attribute("src").endswith("/skiers.jpg")
    scores = page.locator(".finding p").all_text_contents()
    values = [number(score) for score in scores]
    assert values == sorted(values, reverse=True)
    upload(page, SKIERS)
    page.locator(".photo[alt='Your photo']").first.wait_for()
    page.locator(".beam li").first.wait_for()
    search(page, "skiers in the snow")
    page.locator(".finding em", has_text="yours").wait_for()
    page.locator(".finding button", has=page.locator("img[alt='Your photo']")).click()
    page.locator(".frame .photo[alt='Your photo']").first.wait_for()


def test_visitors_share_no_photos(visit, url, page):
    upload(page, SKIERS)
    page.locator(".photo[alt='Your photo']").first.wait_for()
    other = opened(visit(**SIZE), url)
    search(other, "people ski in the snow")
    assert other.locator(".finding em").count() == 0


def test_unknown_words_are_named(page):
    search(page, "skiers zyzzyva")
    assert "“zyzzyva”" in page.locator(".finds-notice").text_content()
    page.locator(".wanted").fill("<img src=x> zyzzyva")
    page.keyboard.press("Enter")
    page.locator(".finding:not(:has(li))").wait_for(state="attached")
    page.locator(".wanted").fill(" ")
    page.keyboard.press("Enter")
    page.locator(".finds-notice", has_text="What are you looking for?").wait_for()


def test_words_light_their_regions(page, url):
    choose(page, "skiers.jpg")
    page.locator(".said").fill("<b>people</b> ski down a snowy hill")
    page.get_by_role("button", name="Align").click()
    page.locator(".fit-words li", has_text="hill").wait_for()
    sentence = ["<b>people</b> ski down a snowy hill"]
    answer = ask(url, image=b64(SKIERS), sentence=sentence, signature="align")
    words = page.locator(".fit-words button").all_text_contents()
    assert words == answer["words"][0]
    scores = page.locator(".fit-words span").all_text_contents()
    told = [number(score) for score in scores if score != "–"]
    assert sum(told) == pytest.approx(answer["score"][0], abs=0.05 * len(told) + 0.01)
    page.locator(".fit-words button", has_text="snowy").hover()
    assert page.evaluate(STILL, "#fits .heat")
    assert page.locator(".boxes.one").count() == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"no picture", "This is no picture to be opened. Expected the bytes of a PNG, JPEG"),
        (SKIERS[:40], "This is no picture to be opened."),
        (b"", "This file is empty."),
    ],
)
def test_what_is_no_photo_is_told(page, content, message):
    upload(page, content)
    page.locator(".telling-notice", has_text=message).wait_for()
    assert caption(page) == ""


def test_a_file_too_large_is_told_as_it_is_dropped(page):
    page.evaluate("""() => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([new ArrayBuffer(41e6)], "large.jpg"));
      document.querySelector("#captions .frame").dispatchEvent(
        new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
    }""")
    page.locator(".telling-notice", has_text="This file has 41 MB; photos of up to 40").wait_for()


def test_no_camera_is_told(page):
    page.get_by_role("button", name="Use the camera").click()
    page.locator(".telling-notice", has_text="The camera cannot be used: ").wait_for()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_shows_everything_in_its_width(visit, url, scheme):
    size = {"viewport": {"width": 390, "height": 844}, "reduced_motion": "reduce"}
    page = opened(visit(color_scheme=scheme, has_touch=True, **size), url)
    page.locator(".fit-words li").first.wait_for()
    search(page, "people ski in the snow")
    wide = page.locator(".tabitem *:not(.shelf, .shelf *)").evaluate_all(TOO_WIDE)
    assert wide == []


def test_without_search_the_page_still_tells(chromium, teller):
    with models.running(create_app(teller, ui=False)) as rest, browser.server(backend=rest) as url:
        while "gradio" not in httpx.get(f"{url}/ui/", timeout=30).text:  # its doors open later
            time.sleep(0.2)
        with browser.visits(chromium, url) as visit:
            page = opened(visit(**SIZE), url)
            assert caption(page) == "a <b>dog</b> runs"
            assert page.locator(".tile").count() == 0
            page.locator(".finds-notice", has_text="does not search").wait_for()
            assert page.locator(".fits").is_hidden()
            assert page.locator(".wanted").is_hidden()


def test_what_cannot_be_answered_is_a_sentence(teller, tmp_path):
    (tmp_path / "digits" / "1").mkdir(parents=True)
    (tmp_path / "digits" / "1" / "saved_model.pb").touch()
    nobody, alone = LocalClient(Store(tmp_path)), LocalClient(teller)
    photo = {"free": "skiers.jpg"}
    [told] = captions_answers.tell(nobody, {"ask": 3, "photo": photo})
    assert told == {"ask": 3, "trouble": "This server has no model named “captions”."}
    for wrong in (None, {}, {"photo": {"free": "../photos.tsv"}}, {"photo": 3}):
        [told] = captions_answers.tell(alone, wrong)
        assert told["trouble"].startswith("There is no picture yet")
    [told] = captions_answers.tell(alone, {"photo": {"data": "data:image/png;base64,§"}})
    assert "arrived damaged" in told["trouble"]
    [told] = captions_answers.tell(alone, {"photo": {"data": "x" * 8_000_001}})
    assert "too large" in told["trouble"]
    assert "no sentence" in captions_answers.align(alone, {"photo": photo})["trouble"]
    assert "not found" in captions_answers.search(alone, {"sentence": "dogs"})["trouble"]
    assert captions.abilities(alone) == {"ready": True, "searches": False}
    assert captions.abilities(nobody) == {"ready": False, "searches": False}


def test_free_photos_are_attributed():
    photos = captions_photos.free()
    files = {path.name for path in captions_photos.FOLDER.glob("*.jpg")}
    assert set(photos) == files
    for photo in photos.values():
        assert photo.licence in ("CC BY 2.0", "CC BY-SA 2.0")
        assert photo.address.startswith("http")
        assert photo.licence_address.startswith("http")
        assert photo.told
        assert np.all([c.isprintable() for c in photo.told])
