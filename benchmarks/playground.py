"""How often the page's playground learns and draws in a second, and whether the page still answers.

    python -m benchmarks.playground [--seconds 8] [--visitors 4] [--rounds 3]

Starts a server and Chromium on this machine.  An update is an epoch of training and the whole
picture drawn anew: decision surface, loss curves, every unit's own picture.  Measured are the
playground as one meets it and the largest network that it takes (all features, six layers of
eight units); with one page, and with so many pages training at once.  The page's answer is the
time from a timer's due moment to its call, the longest that a click would have waited.  Medians
over the rounds.
"""

import argparse
import statistics
import time

from tests.serving.browser import browser, open_page, server_without_models

LARGEST = (
    "#playground?data=spiral&features=x1+x2+square1+square2+product+sine1+sine2&hidden=8+8+8+8+8+8"
)
NETWORKS = {"as one meets it": "#playground", "the largest": LARGEST}
WATCH = """() => {
  window.late = 0;
  window.due = performance.now() + 20;
  setInterval(() => {
    const now = performance.now();
    window.late = Math.max(window.late, now - window.due);
    window.due = now + 20;
  }, 20);
}"""
SEEN = """() => [window.neuralzooPlayground.pictures, window.late,
  Number(document.querySelector(".pg-epoch b").textContent.replaceAll(",", ""))]"""


def entered(chromium, url, place):
    """A page of its own visitor, with the playground open."""
    page = chromium.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.set_default_timeout(60_000)
    if "?" in place:
        page.goto(f"{url}/ui/{place}")
    else:
        open_page(page, url, "playground")
    page.locator(".pg-node").first.wait_for()
    return page


def measure(pages, seconds, pace):
    """(updates, epochs) a second of the slowest page, and the longest wait in ms of any."""
    for page in pages:
        page.select_option("#pg-pace", pace)
        page.get_by_role("button", name="Train", exact=True).click()
        page.wait_for_timeout(500)  # the first steps are compiled
        page.evaluate(WATCH)
    start, before = time.monotonic(), [page.evaluate(SEEN) for page in pages]
    pages[0].wait_for_timeout(1000 * seconds)
    after = [page.evaluate(SEEN) for page in pages]
    spent = time.monotonic() - start
    for page in pages:
        page.get_by_role("button", name="Pause", exact=True).click()
    updates, epochs = (
        min(a[k] - b[k] for a, b in zip(after, before, strict=True)) / spent for k in (0, 2)
    )
    return updates, epochs, max(late for _, late, _ in after)


def line(chromium, url, name, visitors, options):
    """A row of the table."""
    pages = [entered(chromium, url, NETWORKS[name]) for _ in range(visitors)]
    plain = [measure(pages, options.seconds, "1") for _ in range(options.rounds)]
    fast = [measure(pages, options.seconds, "20") for _ in range(options.rounds)]
    for page in pages:
        page.context.close()
    updates, _, late = (statistics.median(each) for each in zip(*plain, strict=True))
    _, epochs, _ = (statistics.median(each) for each in zip(*fast, strict=True))
    return f"| {name} | {visitors} | {updates:.1f} | {late:.0f} | {epochs:.0f} |"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--visitors", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    print("| network | pages | updates/s | longest wait, ms | epochs/s at the fast pace |")
    print("|---|---:|---:|---:|---:|")
    with server_without_models() as url, browser() as chromium:
        for name in NETWORKS:
            for visitors in (1, options.visitors):
                print(line(chromium, url, name, visitors, options), flush=True)


if __name__ == "__main__":
    main()
