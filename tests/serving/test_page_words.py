"""The Words tab in a real browser, over hand-made vectors where king − man + woman is queen."""

import time

import httpx
import numpy as np
import pytest

from serving.app import create_app
from serving.client import LocalClient
from serving.demo import words, words_answers, words_picture
from serving.demo.words_relations import RELATIONS
from serving.store import Store
from tests.serving import browser, models
from tests.serving.browser import TOO_WIDE, open_page
from zoo.export import export
from zoo.words import signatures

# "royal", "female", "capital", and where the word is at home
VECTORS = {
    "man": (0, 0, 0, 1, 0, 0, 0),
    "woman": (0, 1, 0, 1, 0, 0, 0),
    "king": (1, 0, 0, 1, 0, 0, 0),
    "queen": (1, 1, 0, 1, 0, 0, 0),
    "prince": (1, 0, 0, 1, 0.6, 0, 0),
    "france": (0, 0, 0, 0, 1, 0, 0.1),
    "paris": (0, 0, 1, 0, 1, 0, 0.1),
    "italy": (0, 0, 0, 0, 0, 1, 0.1),
    "rome": (0, 0, 1, 0, 0, 1, 0.1),
    "spain": (0, 0, 0, 0, 0.5, 0.7, 0.3),
    "madrid": (0, 0, 1, 0, 0.5, 0.7, 0.3),
    "<b>bold</b>": (0, 0.9, 0, 0.8, 0, 0.1, 0),
    "woods": (0, 0, 0, -1, 0, 0, 1),
}
NOTES = {"sizes": {"vocab_size": len(VECTORS), "embed_dim": 7}, "training": {"epochs": 3}}


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    served = signatures(list(VECTORS), np.float32([*VECTORS.values()]))
    export(folder / "analogies", served, [], NOTES)
    store = Store(folder)
    store.load()
    return store


@pytest.fixture(scope="module")
def client(store):
    return LocalClient(store)


@pytest.fixture(scope="module")
def rest(store):
    with models.running(create_app(store, ui=False)) as rest:
        yield rest


@pytest.fixture(scope="module")
def url(rest):
    with browser.server(backend=rest) as url:
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


@pytest.fixture
def page(visit, url):
    return opened(visit(viewport={"width": 1280, "height": 900}), url)


@pytest.fixture
def nobody(tmp_path):
    """A client of a server without the model."""
    (tmp_path / "digits" / "1").mkdir(parents=True)
    (tmp_path / "digits" / "1" / "saved_model.pb").touch()
    return LocalClient(Store(tmp_path))


def opened(page, url):
    open_page(page, url, "words")
    page.locator(".sum", has_text="queen").wait_for()
    page.locator(".words-chart .arrow").first.wait_for()
    return page


def ask(page, *asked):
    for name, word in zip("abc", asked, strict=True):
        page.locator(f"#words-{name}").fill(word)
    page.get_by_role("button", name="Ask", exact=True).click()


def rows(page, which):
    found = page.locator(f".{which} li")
    names = found.locator(".word").all_text_contents()
    return list(zip(names, found.locator("span").all_text_contents(), strict=True))


def too_wide(page):
    """What does not fit, without the copy of the tabs that Gradio keeps unseen to measure them."""
    return page.locator(".tabitem *, .tab-wrapper").evaluate_all(TOO_WIDE)


def shown(names, scores):
    scores = [f"{score:.2f}".replace("-", "−") for score in scores]
    return [(word, score) for word, score in zip(names, scores, strict=True) if word]


def test_ranked_answers_are_those_of_the_rest_call(page, rest):
    ask(page, "Paris", "france", "italy")
    page.locator(".sum", has_text="rome").wait_for()
    body = {"inputs": {"a": ["Paris"], "b": ["france"], "c": ["italy"]}}
    answer = httpx.post(f"{rest}/v1/models/analogies:predict", json=body, timeout=30)
    found = answer.json()["outputs"]
    assert rows(page, "answers") == shown(found["words"][0], found["scores"][0])
    assert page.locator(".answers .winner .word").text_content() == "rome"
    body = {"signature_name": "neighbors", "inputs": {"word": ["rome"]}}
    answer = httpx.post(f"{rest}/v1/models/analogies:predict", json=body, timeout=30)
    near = answer.json()["outputs"]
    assert page.locator("#words-word").input_value() == "rome"
    assert rows(page, "neighbours") == shown(near["words"][0], near["scores"][0])


def test_how_it_was_found_adds_up(page):
    told = page.locator(".score").text_content()
    assert told.startswith("cos(queen, king − man + woman) = (")
    sum_, score = told.replace("−", "-").split(" = ")[1:]
    assert eval(sum_) == pytest.approx(float(score), abs=0.02)  # the page's own arithmetic
    assert score == rows(page, "answers")[0][1]
    assert page.locator(".strip").count() == 5
    assert page.locator(".strip.total .cells i").count() == 7


def test_an_unknown_word_brings_suggestions_to_click(page):
    ask(page, "king", "man", "womann")
    page.locator(".unknown", has_text="“womann” is not among the words").wait_for()
    assert page.locator(".answers li").count() == 0
    assert page.locator(".found").is_hidden()
    page.locator(".suggestion", has_text="woman").first.click()
    page.locator(".sum", has_text="queen").wait_for()
    assert page.locator("#words-c").input_value() == "woman"
    assert page.locator(".unknown").count() == 0


def test_a_missing_word_is_told(page):
    ask(page, "king", " ", "woman")
    page.locator(".words-notice", has_text="A word is missing").wait_for()


def test_an_answer_is_a_link_to_its_neighbours(page):
    page.locator(".answers .word", has_text="prince").click()
    page.wait_for_function("() => document.querySelector('#words-word').value === 'prince'")
    page.locator(".neighbours .word", has_text="king").wait_for()
    page.locator("#words-word").fill("pariss")
    page.keyboard.press("Enter")
    page.locator(".suggestion", has_text="paris").click()
    page.locator(".neighbours .word", has_text="france").wait_for()


def test_words_are_completed_and_a_keyboard_is_enough(page):
    page.locator("#words-a").fill("")
    page.locator("#words-a").focus()
    page.wait_for_timeout(300)
    options = page.locator("#words-a ~ .suggestions li")
    for _ in range(20):  # the known words may still be on their way
        page.locator("#words-a").fill("")
        page.keyboard.type("wo")
        if options.count():
            break
        page.wait_for_timeout(200)
    assert options.all_text_contents() == ["woman", "woods"]
    page.keyboard.press("ArrowDown")
    assert page.locator("#words-a").get_attribute("aria-activedescendant")
    page.keyboard.press("Enter")
    assert page.locator("#words-a").input_value() == "woman"
    assert options.first.is_hidden()
    page.locator("#words-c").fill("king")
    page.keyboard.press("Enter")
    page.locator(".sum", has_text="queen").wait_for()


def test_the_picture_has_arrows_that_can_be_walked_and_enlarged(page):
    assert page.locator("[name=words-relation]:checked").get_attribute("value") == "gender"
    page.locator(".chip", has_text="Countries").click()
    page.locator(".point .name", has_text="madrid").wait_for(state="attached")
    assert page.locator(".arrow:not(.yours)").count() == 3
    assert page.locator(".arrow.yours").count() == 2
    page.locator("#words-picture .words-chart").focus()
    page.keyboard.press("ArrowRight")
    page.locator("#words-picture .words-told", has_text="france → paris").wait_for()
    assert page.locator(".arrow.here").count() == 1
    place = "() => document.querySelector('.point').getAttribute('transform')"
    before = page.evaluate(place)
    page.get_by_role("button", name="Larger").click()
    assert page.evaluate(place) != before
    page.get_by_role("button", name="All", exact=True).click()
    assert page.evaluate(place) == before
    box = page.locator("#words-picture .words-chart").bounding_box()
    page.mouse.move(box["x"] + 5, box["y"] + 5)
    page.mouse.down()
    page.mouse.move(box["x"] + 60, box["y"] + 40, steps=3)
    page.mouse.up()
    assert page.evaluate(place) != before


def test_html_in_a_word_is_text(page):
    word = "<img src=x onerror=alert(1)> ${1} {{x}}"
    ask(page, "king", "man", word)
    page.locator(".unknown").wait_for()
    assert word in page.locator(".unknown").text_content()
    assert page.locator(".words img").count() == 0
    ask(page, "queen", "king", "<b>bold</b>")
    page.locator(".score", has_text="<b>bold</b>").wait_for()
    page.locator(".name", has_text="<b>bold</b>").wait_for(state="attached")
    assert page.locator(".words b b, .words-picture b").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_shows_everything_in_its_width(visit, url, scheme):
    size = {"width": 390, "height": 844}
    page = opened(visit(viewport=size, color_scheme=scheme, has_touch=True), url)
    assert too_wide(page) == []
    ask(page, "king", "man", "w" * 60)
    page.locator(".unknown").wait_for()
    assert too_wide(page) == []


def test_the_figures_are_those_of_the_model(client, nobody):
    told = "knows 13 words, 7 numbers for each, learned in 3 passes over its text."
    assert told in words.about(client)
    assert "knows" not in words.about(nobody)


def test_pca_by_hand():
    rows = np.array([[0, 0, 0], [3, 0, 0], [0, -1, 0], [3, -1, 0.0]])
    points, share = words_picture.plane(rows, [(1, 0), (3, 2)])
    assert share == pytest.approx(1)
    np.testing.assert_allclose(points[0] - points[1], [3, 0], atol=1e-9)
    np.testing.assert_allclose(np.abs(points[0] - points[2]), [0, 1], atol=1e-9)


def test_parallel_steps_agree(client):
    drawn = words_picture.draw(client, {"relation": "gender", "words": None, "ask": 4})
    assert drawn["ask"] == 4
    steps = [arrow["agrees"] for arrow in drawn["arrows"]]
    # man → woman is (0, 0.707, −0.293), king → queen (−0.130, 0.577, −0.130)
    assert steps == pytest.approx([0.963, 0.963], abs=0.005)
    assert "aunt" in drawn["missing"]
    assert not [arrow for arrow in drawn["arrows"] if arrow["yours"]]


def test_what_cannot_be_answered_is_a_sentence(client, nobody):
    assert "missing" in words_answers.answer(client, None)["trouble"]
    assert "missing" in words_answers.answer(client, {"words": "king"})["trouble"]
    assert words_answers.answer(client, {"words": ["\ud800", "man", "king"]})["unknown"]
    nobody_knows = words_answers.answer(nobody, {"kind": "neighbors", "words": ["king"]})
    assert nobody_knows["trouble"] == "This server has no model named “analogies”."
    assert "no model named" in words_picture.draw(nobody, {})["trouble"]
    assert words_answers.listed(nobody) == {"words": ""}


def test_relations_are_pairs_of_plain_words():
    for relation in RELATIONS:
        assert all(len(pair) == 2 for pair in relation.pairs)
        assert len(set(relation.pairs)) == len(relation.pairs) > 10
