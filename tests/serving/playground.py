"""What the tests of the Playground tab do there."""

from tests.serving.browser import open_page

PLAIN = """network => network.layers.map(l => ({
  units: l.units, inputs: l.inputs, activation: l.activation,
  kernel: [...l.kernel], bias: [...l.bias]}))"""


def enter(visit, url, said="", **options):
    """A page with the tab open, through its door or by the settings that an address says."""
    page = visit(**{"viewport": {"width": 1280, "height": 900}} | options)
    page.set_default_timeout(60_000)
    if said:
        page.goto(f"{url}/ui/#playground?{said}")
    else:
        open_page(page, url, "playground")
    page.locator(".pg-node").first.wait_for()
    return page


def press(page, name, times=1):
    for _ in range(times):
        page.get_by_role("button", name=name, exact=True).click()


def hidden(page, *widths):
    """Give the network these hidden layers."""
    while page.get_by_label("Remove the last hidden layer").is_enabled():
        press(page, "Remove the last hidden layer")
    for number, width in enumerate(widths, 1):
        press(page, "Add a hidden layer")
        now = int(page.locator(".pg-width b").nth(number - 1).text_content())
        way = "more" if width > now else "less"
        press(page, f"One unit {way} in layer {number}", abs(width - now))


def network(page):
    return page.evaluate(f"({PLAIN})(window.neuralzooPlayground.network)")


def number(page, name):
    return float(page.locator(f".pg-{name} b").text_content().rstrip("%").replace(",", ""))


def train_until(page, script, arg=None):
    page.select_option("#pg-pace", "20")
    press(page, "Train")
    page.wait_for_function(script, arg=arg)
    press(page, "Pause")
