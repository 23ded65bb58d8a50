"""The Words tab's second picture in a real browser: two languages over hand-made vectors."""

import time

import httpx
import numpy as np
import pytest

from serving.app import create_app
from serving.client import LocalClient
from serving.demo import words_languages
from serving.store import Store
from tests.serving import browser, models
from tests.serving.browser import TOO_WIDE, open_page
from zoo.export import export
from zoo.translations import signatures

FAMILY = words_languages.TOPICS["Family"].split()
WORDS = {
    "en": [*FAMILY, "dog", "cat"],
    "de": [*("x" + word for word in FAMILY), "hund", "<b>katze</b>"],
    "fr": [*("y" + word for word in FAMILY), "chien", "chat"],
}
COUNT = len(FAMILY) + 2


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    rng = np.random.default_rng(0)
    english = rng.normal(size=(COUNT, 20))
    others = [english + 0.1 * rng.normal(size=english.shape) for _ in ("de", "fr")]
    vectors = np.concatenate([english, *others])
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    export(folder / "translations", signatures(WORDS, vectors), [], {})
    store = Store(folder)
    store.load()
    return store


@pytest.fixture(scope="module")
def client(store):
    return LocalClient(store)


@pytest.fixture(scope="module")
def url(store):
    app = create_app(store, ui=False)
    with models.running(app) as rest, browser.server(backend=rest) as url:
        while "gradio" not in httpx.get(f"{url}/ui/", timeout=30).text:  # its doors open later
            time.sleep(0.2)
        yield url


@pytest.fixture(scope="module")
def chromium():
    with browser.browser() as chromium:
        yield chromium


@pytest.fixture
def visit(chromium, url):
    with browser.visits(chromium, url) as visit:
        yield visit


def opened(page, url):
    page.set_default_timeout(60_000)
    open_page(page, url, "words")
    page.locator("#words-languages .translations .word", has_text="hund").wait_for()
    return page


def test_both_languages_stand_in_one_picture(visit, url):
    page = opened(visit(viewport={"width": 1280, "height": 900}), url)
    section = page.locator("#words-languages")
    names = section.locator(".point.to .name").all_text_contents()
    assert sorted(names) == sorted("x" + word for word in FAMILY)
    assert section.locator(".arrow").count() == len(FAMILY)
    section.locator(".chip", has_text="French").click()
    section.locator(".translations .winner .word", has_text="chien").wait_for()
    assert "ymother" in section.locator(".point.to .name").all_text_contents()
    section.locator(".words-chart").focus()
    page.keyboard.press("ArrowRight")
    section.locator(".words-told", has_text="mother → ymother: cosine").wait_for()
    place = "() => document.querySelector('#words-languages .point').getAttribute('transform')"
    before = page.evaluate(place)
    section.get_by_role("button", name="Larger").click()
    assert page.evaluate(place) != before


def test_a_word_is_translated_and_an_unknown_one_told(visit, url):
    page = opened(visit(viewport={"width": 1280, "height": 900}), url)
    section = page.locator("#words-languages")
    section.locator("#words-english").fill("Cat")
    page.keyboard.press("Enter")
    section.locator(".winner .word", has_text="<b>katze</b>").wait_for()
    section.locator("#words-english").fill("motherr")
    page.keyboard.press("Enter")
    section.locator(".words-notice", has_text="“motherr” is not among").wait_for()
    assert "mother" in section.locator(".words-notice").text_content().split(":")[1]
    assert section.locator(".translations li").count() == 0


def test_a_phone_shows_it_in_its_width(visit, url):
    page = opened(visit(viewport={"width": 390, "height": 844}, has_touch=True), url)
    assert page.locator(".tabitem *, .tab-wrapper").evaluate_all(TOO_WIDE) == []


def test_without_the_model_there_is_no_section_but_a_sentence(client, tmp_path):
    (tmp_path / "digits" / "1").mkdir(parents=True)
    (tmp_path / "digits" / "1" / "saved_model.pb").touch()
    nobody = LocalClient(Store(tmp_path))
    said = words_languages.draw(nobody, {"ask": 3})
    assert said == {"ask": 3, "trouble": "This server has no model named “translations”."}


def test_whatever_the_page_sends_there_is_a_picture(client):
    for asked in (None, {}, {"topic": "x", "language": "it", "word": "\ud800"}, {"word": 3}):
        drawn = words_languages.draw(client, asked)
        assert len(drawn["points"]) == 2 * len(FAMILY)
    # Animals: two of them are known
    drawn = words_languages.draw(client, {"topic": "Animals", "language": "fr"})
    assert [point["word"] for point in drawn["points"]] == ["dog", "cat", "chien", "chat"]
    assert [(arrow["from"], arrow["to"]) for arrow in drawn["arrows"]] == [(0, 2), (1, 3)]


def test_topics_are_plain_words():
    for words in words_languages.TOPICS.values():
        assert len(set(words.split())) == len(words.split()) > 9
