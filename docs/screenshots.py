"""Take the README's pictures of the page from a running server.

zoo serve
python -m docs.screenshots http://127.0.0.1:8501 [NAME …]
"""

import sys
from pathlib import Path

from PIL import Image

from tests.serving.browser import THREE, browser, draw, open_page

FOLDER = Path(__file__).parent / "pictures"
DESK = {"viewport": {"width": 1200, "height": 900}, "color_scheme": "light"}
PHONE = {
    "viewport": {"width": 390, "height": 844},
    "color_scheme": "dark",
    "device_scale_factor": 2,
    "has_touch": True,
}


def story(page, url):
    open_page(page, url)


def digits(page, url):
    open_page(page, url, "digits")
    draw(page, THREE)
    page.locator(".maps img").first.wait_for()
    page.mouse.move(0, 0)
    page.evaluate("window.scrollTo(0, 0)")


def text(page, url):
    open_page(page, url, "text")
    for chip in page.locator(".chip input:enabled:not(:checked)").all():
        chip.check()
    page.get_by_role("button", name="Write", exact=True).click()
    page.locator(".desk-status", has_text="Done.").wait_for(timeout=120_000)
    page.evaluate("window.scrollTo(0, 0)")


def words(page, url):
    open_page(page, url, "words")
    page.locator(".sum").wait_for(timeout=60_000)
    page.wait_for_timeout(3000)  # the picture comes after the answers
    page.evaluate("window.scrollTo(0, 0)")


SPIRAL = "data=spiral&features=x1+x2+sine1+sine2&hidden=8+6&rate=0.1&pace=20"


def playground(page, url):
    """A network that has learned the spiral."""
    page.goto(f"{url}/ui/#playground?{SPIRAL}")
    page.locator(".pg-node").first.wait_for()
    page.get_by_role("button", name="Train", exact=True).click()
    loss = "Number(document.querySelector('.pg-test b').textContent)"
    page.wait_for_function(f"() => {loss} < 0.03", timeout=240_000)
    page.get_by_role("button", name="Pause", exact=True).click()


def backprop(page, url):
    open_page(page, url, "backprop")
    page.locator(".bp-table").first.wait_for()


def captions(page, url):
    open_page(page, url, "captions")
    page.locator("[data-free='skateboard.jpg']").click()
    page.locator(".fit-words li").first.wait_for(timeout=120_000)
    page.locator(".finds .starts button", has_text="snow").click()
    page.locator(".finding li").first.wait_for(timeout=60_000)
    page.locator(".told-words button").nth(1).focus()
    page.evaluate("window.scrollTo(0, 0)")


SHOTS = {
    "story": (DESK, story),
    "digits": (DESK | {"viewport": {"width": 1200, "height": 1370}}, digits),
    "text": (DESK | {"viewport": {"width": 1200, "height": 1180}}, text),
    "words": (DESK | {"viewport": {"width": 1200, "height": 1400}}, words),
    "playground": (DESK | {"viewport": {"width": 1200, "height": 860}}, playground),
    "backprop": (DESK | {"viewport": {"width": 1200, "height": 1480}}, backprop),
    "captions": (DESK | {"viewport": {"width": 1200, "height": 1480}}, captions),
    "digits-phone": (PHONE, digits),
}


def main(url, *names):
    with browser() as chromium:
        for name in names or SHOTS:
            options, act = SHOTS[name]
            page = chromium.new_page(**options)
            act(page, url.rstrip("/"))
            page.evaluate("document.fonts.ready")
            page.wait_for_timeout(500)  # the bars glide
            page.screenshot(path=FOLDER / f"{name}.png")
            page.close()
            shrink(FOLDER / f"{name}.png")
            print(FOLDER / f"{name}.png")


def shrink(path):
    """256 colours are enough for a README, and a third of the bytes."""
    picture = Image.open(path).convert("RGB").quantize(256, dither=Image.Dither.NONE)
    picture.save(path, optimize=True)


if __name__ == "__main__":
    if len(sys.argv) < 2 or not {*sys.argv[2:]} <= {*SHOTS}:
        sys.exit(f"{__doc__}\nNAMEs: {', '.join(SHOTS)}")
    main(*sys.argv[1:])
