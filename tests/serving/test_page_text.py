"""The Text tab in a real browser, over small language models made here."""

import time

import httpx
import pytest

from serving.app import create_app
from serving.client import LocalClient
from serving.demo import text, text_lens
from serving.demo.generations import NAMES, roster
from serving.store import Store
from tests.serving import browser, letters, models
from tests.serving.browser import TOO_WIDE, open_page


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    letters.save(folder)
    store = Store(folder)
    store.load()
    return store


@pytest.fixture(scope="module")
def client(store):
    return LocalClient(store)


@pytest.fixture(scope="module")
def line(store):
    return letters.Line(create_app(store, ui=False))


@pytest.fixture(scope="module")
def url(line):
    with models.running(line) as backend, browser.server(backend=backend) as url:
        line.url = backend
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
    page = visit(viewport={"width": 1280, "height": 900})
    open_page(page, url, "text")
    page.locator(".chip input:checked").first.wait_for()
    return page


def dial(page, name, value):
    script = "(e, v) => { e.value = v; e.dispatchEvent(new Event('input', { bubbles: true })); }"
    page.locator(f"#text-{name}").evaluate(script, str(value))


def begin(page, prompt="ROMEO:\n", length=100, **dials):
    page.get_by_label("The beginning").fill(prompt)
    for name, value in {"length": length, **dials}.items():
        dial(page, name, value)
    page.get_by_role("button", name="Write", exact=True).click()


def written(page, model):
    return page.locator(f".folio[data-model={model}] .written").text_content()


def done(page):
    page.locator(".desk-status", has_text="Done.").wait_for()
    lengths = "() => [...document.querySelectorAll('.written')].map(e => e.textContent.length)"
    goal = int(page.locator("#text-length").input_value())
    page.wait_for_function(f"Math.min(...({lengths})()) >= {goal}")


def test_two_models_write_letter_by_letter(page):
    begin(page, length=600)
    both = ("shakespeare", "shakespeare_ngram")
    first = "n => [...document.querySelectorAll('.written')].every(e => e.textContent.length > n)"
    page.wait_for_function(first, arg=0)
    before = [written(page, model) for model in both]
    page.wait_for_function(first, arg=max(map(len, before)))
    after = [written(page, model) for model in both]
    assert all(later.startswith(earlier) for earlier, later in zip(before, after, strict=True))
    assert all(len(text) < 600 for text in before)
    done(page)
    assert [len(written(page, model)) for model in both] == [600, 600]
    assert int(page.locator(".figures dd").first.text_content()) > 0


def test_the_seed_decides_and_the_server_says_the_same(page, url, line):
    begin(page, "JULIET:\nO ", temperature=1.2, top=7, seed=42)
    done(page)
    texts = {name: written(page, name) for name in ("shakespeare", "shakespeare_ngram")}
    page.get_by_role("button", name="Write", exact=True).click()
    done(page)
    assert {name: written(page, name) for name in texts} == texts
    given = {"prompt": "JULIET:\nO ", "length": 100, "temperature": 1.2, "top_k": 7, "seed": 42}
    for name, found in texts.items():
        rest = f"{line.url}/v1/models/{name}:predict"
        answer = httpx.post(rest, json={"instances": [given]}, timeout=30).json()
        assert answer == {"predictions": [found]}
    page.get_by_role("button", name="Throw the dice").click()
    page.get_by_role("button", name="Write", exact=True).click()
    done(page)
    assert written(page, "shakespeare_ngram") != texts["shakespeare_ngram"]


def test_stop_stops_the_server_too(page, line):
    begin(page, length=2000)
    page.locator(".written", has_text="e").first.wait_for()
    page.get_by_role("button", name="Stop").click()
    page.locator(".desk-status", has_text="Stopped.").wait_for()
    look(page, "To be")  # whatever was under way at the click has come to its end
    calls, found = line.calls, written(page, "shakespeare")
    time.sleep(0.5)
    assert line.calls == calls
    assert written(page, "shakespeare") == found
    assert len(found) < 2000
    begin(page)  # and one can go on
    done(page)


def test_who_leaves_is_written_for_no_longer(visit, url, line):
    page = visit()
    open_page(page, url, "text")
    page.locator(".chip input:checked").first.wait_for()
    begin(page, length=2000)
    page.locator(".written", has_text="e").first.wait_for()
    start, calls = line.calls, None
    page.close()
    while calls != line.calls:
        calls = line.calls
        time.sleep(0.5)
    assert calls < start + 100  # the whole text takes 130 and more


def test_only_the_chosen_write_and_the_missing_are_shown_as_such(page):
    page.locator(".chip", has_text="LSTM").click()
    missing = page.locator(".chip.away")
    assert missing.count() == 3
    assert "not on this server" in missing.first.text_content()
    assert page.locator(".chip.away input:disabled").count() == 3
    begin(page)
    done(page)
    assert page.locator(".folio").count() == 1
    page.locator(".chip", has_text="n-gram").click()
    page.get_by_role("button", name="Write", exact=True).click()
    page.locator(".desk-status", has_text="at least one").wait_for()


def test_signs_that_no_model_knows_and_html_are_text(page):
    prompt = "<img src=x onerror=alert(1)> 漢🙂 ${1} {{x}} `</div>\n"
    begin(page, prompt)
    done(page)
    assert page.locator(".given").first.text_content() == prompt
    assert page.locator(".folio img").count() == 0
    page.get_by_role("button", name="Look inside LSTM").click()
    page.locator(".letters span").first.wait_for()
    shown = page.locator(".letters").text_content()
    assert shown == prompt + written(page, "shakespeare")
    assert page.locator(".letters img").count() == 0


def look(page, words, model="shakespeare"):
    page.locator(".lens-model").select_option(model)
    page.locator("#lens-text").fill(words)
    page.get_by_role("button", name="Read this text").click()
    page.wait_for_function(
        "words => document.querySelector('.letters').textContent === words", arg=words
    )


def tints(page):
    tint = "spans => spans.map(e => e.className[0] + e.style.getPropertyValue('--a'))"
    return page.locator(".letters span").evaluate_all(tint)


def test_letters_are_tinted_by_a_unit(page, client):
    words = "Now is the winter\nof our discontent"
    look(page, words)
    unit = int(page.locator("#lens-unit").input_value())
    seen = client.predict("shakespeare", {"text": [words], "unit": [unit]}, signature="look")
    expected = [
        f"{'d' if a < 0 else 'u'}{abs(round(float(a), 3)):.3f}" for a in seen["activation"][0]
    ]
    assert tints(page) == expected
    colours = page.locator(".letters span").evaluate_all(
        "spans => new Set(spans.map(e => getComputedStyle(e).backgroundColor)).size"
    )
    assert colours > 5
    page.get_by_role("button", name="Next telling unit").click()
    other = seen["telling"][0].tolist()
    other = other[(other.index(unit) + 1) % len(other)]
    page.locator(".lens-status", has_text=f"Unit {other} of 0 to 15").wait_for()
    assert tints(page) != expected
    page.get_by_label("surprise").check()
    assert tints(page)[0] == f"u{min(seen['nats'][0][0] / 6, 1):.3f}"


def test_pointing_at_a_letter_shows_what_was_expected(page, client):
    words = "the king"
    look(page, words, "shakespeare_ngram")
    given = {"text": [words], "unit": [0]}
    seen = client.predict("shakespeare_ngram", given, signature="look")
    page.locator(".letters span").nth(1).hover()
    page.locator(".came", has_text="“h” came").wait_for()
    bars = page.locator(".expected .bars li")
    assert bars.count() == 8
    likeliest = [token.decode() for token in seen["likeliest"][0, 1]]
    assert bars.locator("span:first-child").all_text_contents()[0] == likeliest[0] == "h"
    assert bars.first.get_attribute("class") == "winner"
    assert f"{seen['probabilities'][0, 1, 0]:.1%}" in bars.first.text_content()
    page.locator(".letters").focus()
    for key in ("ArrowRight", "ArrowRight"):
        page.keyboard.press(key)
    page.locator(".came", has_text="A space came").wait_for()
    assert "no hidden units" in page.locator(".lens-status").text_content()
    assert page.locator("#lens-unit").is_disabled()


def test_a_keyboard_is_enough(page):
    page.get_by_label("The beginning").focus()
    page.keyboard.press("Control+Enter")
    page.locator(".desk-status", has_text="Writing").wait_for()
    page.get_by_role("button", name="Stop").focus()
    page.keyboard.press("Enter")
    page.locator(".desk-status", has_text="Stopped.").wait_for()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_shows_everything_in_its_width(visit, url, scheme):
    page = visit(viewport={"width": 390, "height": 844}, color_scheme=scheme, has_touch=True)
    open_page(page, url, "text")
    page.locator(".chip input:checked").first.wait_for()
    begin(page)
    done(page)
    look(page, "a" * 60 + " and done")
    assert page.locator("body *").evaluate_all(TOO_WIDE) == []


def test_the_page_knows_the_models_and_their_losses(client):
    entries, waiting = roster(client)
    losses = {entry["model"]: entry["loss"] for entry in entries if entry["ready"]}
    assert losses == dict.fromkeys(["shakespeare_ngram", "shakespeare"], letters.LOSS)
    assert [entry["model"] for entry in entries] == list(NAMES)
    assert not waiting


def test_pieces_are_small_at_first_and_make_up_the_text(client):
    how = {"prompt": "O", "length": 100, "temperature": 0.7, "top_k": 0, "seed": 5}
    asked = {**how, "models": ["shakespeare"], "run": 1}
    states = [state["sheets"]["shakespeare"] for state in text.write(client, asked)]
    assert [len(sheet["text"]) for sheet in states] == [8, 24, 56, 88, 100]
    whole = client.predict("shakespeare", {name: [value] for name, value in how.items()})
    assert states[-1]["text"] == whole["text"][0].decode()


def test_what_fails_is_a_sentence(client):
    assert list(text.write(client, None)) == []
    asked = {"models": ["shakespeare_gru"], "length": "x", "seed": float("nan"), "run": 3}
    (last,) = text.write(client, asked)
    sheet = last["sheets"]["shakespeare_gru"]
    assert (last["run"], sheet["done"], sheet["text"]) == (3, True, "")
    assert sheet["note"] == "This server has no model named “shakespeare_gru”."
    for asked, words in (
        (None, "Choose a network"),
        ({"model": "digits", "text": "a"}, "Choose a network"),
        ({"model": "shakespeare", "text": ""}, "no text yet"),
        ({"model": "shakespeare", "text": "a", "unit": 99}, "Expected 0 to 15, got [99]"),
    ):
        assert words in text_lens.look(client, asked)["trouble"]
