"""A real server and a real browser, for the tests of the page and for its screenshots."""

import contextlib
import math
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import httpx
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[2]
INSTALLED = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
NOWHERE = "http://127.0.0.1:9"  # a backend that no tab of a test asks
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")

# Pen strokes as points on a sheet of side 1.
SEVEN = [(0.27, 0.24), (0.73, 0.24), (0.42, 0.82)]
THREE = [
    (0.47 + width * math.cos(turn), height + 0.16 * math.sin(turn))
    for width, height, first, last in ((0.18, 0.34, -2.6, 1.4), (0.21, 0.66, -1.4, 2.6))
    for turn in (first + (last - first) * step / 9 for step in range(10))
]


def find_browser(playwright):
    """Path of an installed Chromium or Chrome, else of the one Playwright brought.

    Raises FileNotFoundError, with the way out, if there is neither.
    """
    for name in INSTALLED:
        if path := shutil.which(name):
            return path
    if Path(playwright.chromium.executable_path).exists():
        return playwright.chromium.executable_path
    raise FileNotFoundError("the page's tests need Chromium: run `sh tests/browser.sh` first")


@contextlib.contextmanager
def browser():
    """A running Chromium (playwright.sync_api.Browser)."""
    with sync_playwright() as playwright:
        path = find_browser(playwright)
        chromium = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield chromium
        chromium.close()


# Gradio clips what is too wide, so the document's own width would tell nothing.
TOO_WIDE = """elements => elements.filter(e => {
  const box = e.getBoundingClientRect();
  const copy = e.closest(".visually-hidden") ||  // on these Gradio measures its tabs
    (e.matches("button[tabindex='-1']") && !e.closest(".tabitem"));
  return box.width && !copy && (box.left < 0 || box.right > innerWidth + 0.5);
}).map(e => e.outerHTML.slice(0, 80))"""


@contextlib.contextmanager
def visits(chromium, url):
    """Opens pages; in the end none of them may have complained, or asked another machine."""
    seen, contexts = [], []

    def visit(**options):
        contexts.append(chromium.new_context(**options))
        page = contexts[-1].new_page()
        page.set_default_timeout(15_000)
        page.on("request", lambda request: seen.append(("request", request.url)))
        page.on(
            "console",
            lambda message: seen.append(
                (message.type, f"{message.text} {message.location['url']}")
            ),
        )
        page.on("pageerror", lambda error: seen.append(("error", str(error))))
        return page

    yield visit
    noticed = list(seen)  # not what Gradio says of the calls that it breaks off on leaving
    for context in contexts:
        context.close()
    here = (url, "data:", "blob:")
    away = [text for kind, text in noticed if kind == "request" and not text.startswith(here)]
    errors = [text for kind, text in noticed if kind == "error"]
    assert not away + errors, away + errors


@contextlib.contextmanager
def server(models=None, backend=None, waits_for="digits"):
    """`zoo serve` on free ports, over a folder of models or the URL of a backend; gives its URL.

    waits_for: the model of the folder that is to be loaded.
    """
    command = [sys.executable, "-c", "from train.cli import main; main()", "serve"]
    options = ["--rest-api-port", "0", "--port", "0"]
    options += ["--backend", backend] if backend else ["--model-base-path", str(models)]
    with subprocess.Popen(
        command + options, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        try:
            lines = []
            for line in process.stdout:
                lines.append(line)
                if (
                    backend or f"model {waits_for}, " in line
                ):  # ready, or failed: its page says so then
                    break
            found = re.search(r"http://127\.0\.0\.1:\d+", "".join(lines))
            if not found:
                raise RuntimeError("the server did not start:\n" + "".join(lines))
            yield found[0]
        finally:
            process.terminate()
            process.stdout.read()


@contextlib.contextmanager
def server_without_models():
    """`zoo serve` for tabs that ask no model; gives its URL when the page is built."""
    with server(backend=NOWHERE) as url:
        while "gradio" not in httpx.get(f"{url}/ui/", timeout=60).text:  # its doors open later
            time.sleep(0.2)
        yield url


def open_page(page, url, tab=None):
    """Go to the story, or through its door to the tab with this id."""
    page.goto(f"{url}/ui/")
    page.locator(".dates").wait_for()
    if tab:
        page.locator(f"[data-tab={tab}]").first.click()


def draw(page, points, lift=True):
    """Draw one stroke with the mouse, in steps as a hand does."""
    sheet = page.locator("#pad canvas")
    sheet.scroll_into_view_if_needed()
    box = sheet.bounding_box()
    place = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]
    page.mouse.move(*place[0])
    page.mouse.down()
    for point in place[1:]:
        page.mouse.move(*point, steps=2)
    if lift:
        page.mouse.up()
