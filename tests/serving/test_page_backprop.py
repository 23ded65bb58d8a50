"""The Backprop tab in a real browser; no model is served for it."""

import pytest

from serving.demo import backprop
from tests.serving.browser import TOO_WIDE, open_page
from zoo.backprop import EXAMPLES, step


@pytest.fixture
def page(bare_visit, bare_url):
    page = bare_visit(viewport={"width": 1280, "height": 900})
    page.set_default_timeout(30_000)
    open_page(page, bare_url, "backprop")
    page.locator(".bp-counter").first.wait_for()
    return page


def rows(page):
    """{first cell: the others} over all tables."""
    script = "rows => rows.map(r => [...r.cells].map(c => c.textContent))"
    found = page.locator(".bp-table tbody tr").evaluate_all(script)
    return {first: others for first, *others in found}


def cell(page, row, column, text):
    """Wait until this cell holds `text`."""
    place = page.locator(".bp-table tbody tr", has=page.get_by_text(row, exact=True))
    place.locator("td").nth(column).and_(page.get_by_text(text, exact=True)).wait_for()


def by_hand(page):
    page.get_by_label("the order of a calculation by hand").check()


def test_the_figures_of_the_worked_example_are_on_the_page(page):
    told = rows(page)
    exact = [told[unit][1] for unit in ("h1", "h2", "y")]
    assert exact == ["0.680267", "0.663739", "0.690283"]
    assert [told[unit][3] for unit in ("h1", "h2")] == ["o = 0.68", "o = 0.6637"]
    assert told["y"][2:] == ["−0.040681", "o = 0.69, δ = −0.0406"]
    assert told["h1 → y"][2::2] == ["0.272326", "0.272392"]
    assert told["h2 → y"][2::2] == ["0.872998", "0.87305"]
    assert told["x1 → h1"] == ["0.1", "−0.000929", "0.099071", "0.099157", "0.09916"]


def test_by_hand_the_hidden_weights_are_the_printed_ones(page):
    by_hand(page)
    cell(page, "x1 → h1", 2, "0.099157")
    told = rows(page)
    hidden = {
        "x1 → h1": ("0.099157", "0.09916"),
        "x2 → h1": ("0.797831", "0.7978"),
        "x1 → h2": ("0.397226", "0.3972"),
        "x2 → h2": ("0.592866", "0.5928"),
    }
    for name, (exact, printed) in hidden.items():
        assert told[name][2::2] == [exact, printed]
        assert abs(float(exact) - float(printed)) < 1e-4
    assert told["x2 → h2"][3] == "0.592646"  # beside it, that of the gradient
    assert told["t − o of y, after"] == ["−0.182031", "−0.18205"]
    assert "a term in η²" in page.locator(".room").last.text_content()


def test_the_second_network_and_the_graph(page):
    page.get_by_role("button", name="λ and Ω to α and β").click()
    page.locator(".bp-name", has_text="Ω").wait_for()
    assert page.locator(".bp-name").all_text_contents() == ["λ", "Ω", "A", "B", "C", "α", "β"]
    traced = EXAMPLES["λ and Ω to α and β"].step()
    shown = page.locator(".bp-output").all_text_contents()
    assert shown == [f"{o:.4f}" for layer in traced.outputs for o in layer]
    assert page.locator(".bp-line").count() == page.locator(".bp-weight").count() == 12
    told = rows(page)
    assert told["A → α"] == ["0.2", "0.065671", "0.265671", "0.265671"]  # no printed figure here
    assert told["β"][2] == f"{traced.deltas[1][1]:.6f}".replace("-", "−")


def test_a_number_can_be_changed_and_all_follow(page):
    page.get_by_label("Weight from x1 to h1").fill("-2.5")
    page.get_by_label("Learning rate η").fill("0.1")
    example = EXAMPLES["two inputs, one output"]
    weights = (((-2.5, 0.4), (0.8, 0.6)), ((0.3,), (0.9,)))
    traced = step(example.inputs, weights, example.target, rate=0.1)
    cell(page, "x1 → h1", 2, f"{traced.weights[0][0, 0]:.6f}".replace("-", "−"))
    told = rows(page)
    assert told["y"][1:] == [f"{traced.outputs[2][0]:.6f}", f"−{-traced.deltas[1][0]:.6f}"]
    assert told["E, after"] == [f"{traced.loss_after:.6f}"]
    page.get_by_label("Weight from x1 to h1").fill("")
    page.locator(".bp-graph .notice", has_text="A number is missing").wait_for()
    assert page.locator(".bp-table").count() == 0


def test_a_keyboard_shapes_the_network(page):
    for name in ("More: Hidden layers", "More: Outputs", "More: Inputs"):
        page.get_by_role("button", name=name).focus()
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.ariaLabel") == name  # it is still there
    page.locator(".bp-name", has_text="x3").wait_for()
    names = ["x1", "x2", "x3", "a1", "a2", "b1", "b2", "y1", "y2"]
    assert page.locator(".bp-name").all_text_contents() == names
    assert page.get_by_label("Weight from x1 to a1").input_value() == "0.1"
    for _ in range(2):
        page.get_by_role("button", name="Fewer: Hidden layers").click()
    page.locator(".bp-name").nth(5).wait_for(state="detached")
    assert page.locator(".bp-line").count() == 6


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_shows_everything_in_its_width(bare_visit, bare_url, scheme):
    page = bare_visit(viewport={"width": 390, "height": 844}, color_scheme=scheme, has_touch=True)
    page.set_default_timeout(30_000)
    open_page(page, bare_url, "backprop")
    for _ in range(2):
        page.get_by_role("button", name="More: Hidden units").click()
    page.locator(".bp-name", has_text="h4").wait_for()
    assert page.locator("body *").evaluate_all(TOO_WIDE) == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"inputs": [0.1, None]}, "A number is missing"),
        ({"inputs": [0.1, float("nan")]}, "Nan is out of reach"),
        ({"rate": 1e9}, "choose numbers up to 1000"),
        ({"inputs": [0.1]}, "do not fit"),
        ({"names": [["x"] * 9, ["y"]]}, "1 to 4 units"),
        ({"weights": [[[1.0, 2.0], [3.0]], [[1.0], [1.0]]]}, "notice"),
        ({"target": [0.1, 0.2]}, "needs (1,)"),
    ],
)
def test_what_is_no_network_is_a_sentence(change, words):
    graph, tables = backprop.trace(backprop.PRESETS[0] | change)
    assert 'class="notice"' in graph
    assert words in graph
    assert tables == ""
    assert 'class="notice"' in backprop.trace(None)[0]


def test_names_are_escaped():
    names = [["<b>", "x2"], ["h1", "h2"], ["y"]]
    graph, tables = backprop.trace(backprop.PRESETS[0] | {"names": names})
    assert "<b>x" not in graph + tables
    assert "&lt;b&gt;" in graph
    assert "&lt;b&gt; →" in tables
