"""The page, in a real browser against the real server and the real model."""

import io

import pytest
from PIL import Image

from serving import demo
from serving.client import LocalClient
from serving.demo import digits, parts
from serving.store import Store
from tests.serving import browser
from tests.serving.browser import SEVEN, THREE, TOO_WIDE, draw, open_page

EXAMPLES = sorted((parts.HERE / "examples").glob("*.png"))
MODELS = browser.ROOT / "saved_models"


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    """A server of the model that these tests are about."""
    base = tmp_path_factory.mktemp("models")
    (base / "digits").symlink_to(MODELS / "digits")
    with browser.server(base) as url:
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
    page = visit(viewport={"width": 1280, "height": 900})
    open_page(page, url, "digits")
    return page


def wait_for_digit(page, digit):
    page.locator("#digit", has_text=str(digit)).wait_for()


def upload(page, name, content):
    file = {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    page.locator("#pad input[type=file]").set_input_files(file)


@pytest.mark.parametrize(("points", "digit"), [(SEVEN, 7), (THREE, 3)])
def test_a_drawn_digit_is_read(page, points, digit):
    draw(page, points)
    wait_for_digit(page, digit)
    assert page.locator(".bars .winner").get_attribute("aria-label").startswith(f"{digit}: ")


def test_the_network_reads_along_before_the_pen_is_lifted(page):
    draw(page, SEVEN, lift=False)
    wait_for_digit(page, 7)


def test_what_the_network_sees_is_shown(page):
    draw(page, SEVEN)
    page.locator(".seen img").wait_for()
    assert page.locator(".seen img").evaluate("i => [i.naturalWidth, i.naturalHeight]") == [28, 28]
    assert page.locator(".maps img").count() > 1


def test_an_empty_sheet_is_not_guessed_at(page):
    page.locator("#answer .notice", has_text="Draw a digit").wait_for()
    draw(page, SEVEN)
    wait_for_digit(page, 7)
    page.get_by_role("button", name="Clear").click()
    page.locator("#answer .notice", has_text="Draw a digit").wait_for()
    assert page.locator("#digit").count() == 0
    assert page.locator("#inside img").count() == 0


def test_examples_are_read(page):
    buttons = page.locator(".pad-examples button")
    buttons.first.wait_for()
    assert buttons.count() == len(EXAMPLES) == 10
    for file, button in zip(EXAMPLES, buttons.all(), strict=True):
        button.click()
        wait_for_digit(page, file.stem)


def test_a_finger_draws_too(visit, url):
    page = visit(viewport={"width": 390, "height": 844}, has_touch=True)
    open_page(page, url, "digits")
    box = page.locator("#pad canvas").bounding_box()
    touch = page.context.new_cdp_session(page)
    for i, (x, y) in enumerate(SEVEN):
        point = {"x": box["x"] + x * box["width"], "y": box["y"] + y * box["height"]}
        kind = "touchMove" if i else "touchStart"
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [point]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    wait_for_digit(page, 7)


def test_a_keyboard_is_enough(page):
    page.get_by_role("button", name="A handwritten 5").focus()
    page.keyboard.press("Enter")
    wait_for_digit(page, 5)


def test_the_pen_starts_a_new_sheet_over_an_example(page):
    page.get_by_role("button", name="A handwritten 0").click()
    wait_for_digit(page, 0)
    draw(page, SEVEN)
    wait_for_digit(page, 7)


def test_an_uploaded_photo_is_read(page):
    ink = Image.open(EXAMPLES[4]).resize((280, 280))
    photo, file = Image.new("RGB", (900, 600), "white"), io.BytesIO()
    photo.paste((40, 40, 120), (310, 160), ink)
    photo.save(file, "JPEG")
    upload(page, "four.jpg", file.getvalue())
    wait_for_digit(page, 4)


def test_an_upload_that_is_no_picture_is_explained(page):
    upload(page, "notes.txt", b"dear diary, today I drew no digit")
    page.locator("#answer .notice", has_text="PNG or JPEG").wait_for()
    assert page.locator("#digit").count() == 0


def test_an_empty_picture_is_explained(page):
    file = io.BytesIO()
    Image.new("L", (64, 64), 255).save(file, "PNG")
    upload(page, "white.png", file.getvalue())
    page.locator("#answer .notice", has_text="empty").wait_for()
    assert page.locator("#digit").count() == 0


def test_the_story_opens_the_tab_of_a_network(visit, url):
    page = visit()
    open_page(page, url)
    page.get_by_role("button", name="Try it: Digits").first.click()
    page.locator("#pad canvas").wait_for()
    assert page.get_by_role("tab", name="Digits").get_attribute("aria-selected") == "true"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_shows_everything_in_its_width(visit, url, scheme):
    phone = {"viewport": {"width": 390, "height": 844}, "color_scheme": scheme, "has_touch": True}
    story, page = visit(**phone), visit(**phone)
    open_page(story, url)
    assert story.locator("body *").evaluate_all(TOO_WIDE) == []
    open_page(page, url, "digits")
    draw(page, SEVEN)
    wait_for_digit(page, 7)
    assert page.locator("body *").evaluate_all(TOO_WIDE) == []


def test_every_picture_says_what_it_shows(page):
    page.get_by_role("button", name="A handwritten 5").click()
    page.locator(".maps img").first.wait_for()
    silent = "i => i.filter(e => !(e.alt || e.ariaLabel || e.closest('[aria-hidden]'))).length"
    assert page.locator("img, canvas, svg.drawing").evaluate_all(silent) == 0


def test_a_model_that_cannot_answer_is_explained(tmp_path):
    broken = tmp_path / "digits" / "1"
    broken.mkdir(parents=True)
    (broken / "saved_model.pb").write_bytes(b"no model")
    store = Store(tmp_path)
    client = LocalClient(store)
    assert "still loading" in parts.standing(client, "digits")[0]
    answer, inside = digits.read(client, "data:image/png;base64," + "iVBORw0KGgo=")
    assert 'class="notice"' in answer
    assert "still loading" in answer
    assert inside == ""
    store.load()
    assert "could not be loaded" in parts.standing(client, "digits")[0]
    assert "no model named" in parts.standing(client, "elman")[0]


def test_tabs_are_found_and_only_the_page_fires_their_events(tmp_path):
    (tmp_path / "digits" / "1").mkdir(parents=True)
    (tmp_path / "digits" / "1" / "saved_model.pb").touch()
    cards = [module.CARD for module in demo.discover()]
    assert "digits" in {card.tab for card in cards}
    assert cards == sorted(cards, key=lambda card: card.year)
    events = demo.build(LocalClient(Store(tmp_path))).config["dependencies"]
    assert {event["api_visibility"] for event in events} == {"private"}


def test_the_page_alone_shows_the_models_of_another_server(chromium, url):
    with browser.server(backend=url) as alone, chromium.new_context() as context:
        page = context.new_page()
        page.set_default_timeout(15_000)
        open_page(page, alone, "digits")
        draw(page, SEVEN)
        wait_for_digit(page, 7)
        assert page.request.get(f"{alone}/v1/models/digits").status == 404  # it has none itself
        assert page.request.get(f"{alone}/readyz").json() == {"models": {}}
