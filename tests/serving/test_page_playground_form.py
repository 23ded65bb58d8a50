"""The Playground's form: weights read and written, links, the keyboard, plots of activations."""

import pytest

from tests.serving.playground import enter, network, press


@pytest.fixture
def page(bare_visit, bare_url):
    return enter(bare_visit, bare_url)


def test_a_line_tells_its_weight(page):
    place = (
        page.locator(".pg-hit")
        .nth(3)
        .evaluate(
            """path => {
          const point = path.getPointAtLength(path.getTotalLength() / 4);
          const { x, y } = point.matrixTransform(path.getScreenCTM());
          return [x, y, Number(document.elementFromPoint(x, y).dataset.line)];
        }"""
        )
    )
    page.mouse.move(*place[:2])
    page.locator(".pg-tip", has_text="Weight").wait_for()
    told = float(page.locator(".pg-tip").text_content().split()[1].replace("−", "-"))
    line = int(place[2])
    assert told == round(network(page)[0]["kernel"][line], 3)


def fields(page):
    """{label: field} of the unit whose weights are open."""
    labels = page.locator(".pg-fields label")
    return {label.text_content(): label.locator("input") for label in labels.all()}


def surface(page):
    return page.locator(".pg-surface").evaluate("canvas => canvas.toDataURL()")


def test_a_weight_can_be_changed(page):
    before, picture = network(page), surface(page)
    press(page, "Unit 2 of layer 1")
    assert [*fields(page)] == ["Bias", "x₁", "x₂"]
    page.mouse.move(0, 0)  # the large picture is the output's again
    fields(page)["x₂"].fill("-1.5")
    after = network(page)
    assert after[0]["kernel"][4 + 1] == -1.5
    assert surface(page) != picture
    fields(page)["Bias"].fill("")  # no number: the old one stays
    assert network(page) == after
    after[0]["kernel"][4 + 1] = before[0]["kernel"][4 + 1]
    assert after == before
    press(page, "Step")
    assert float(fields(page)["x₂"].input_value()) == round(network(page)[0]["kernel"][5], 4)
    press(page, "Close the weights")
    assert not page.locator(".pg-fields").is_visible()


def test_a_line_opens_its_weight(page):
    page.locator(".pg-hit").nth(9).dispatch_event("click")  # from unit 1 of layer 1 to unit 2
    assert page.locator(".pg-fields b").text_content() == "Unit 2 of layer 2"
    focused = "document.activeElement.closest('label').textContent"
    assert page.evaluate(focused) == "unit 1 of layer 1"
    page.keyboard.type("0.75")
    assert network(page)[1]["kernel"][1] == 0.75


def test_a_link_shows_the_same_network(page, bare_visit, bare_url):
    press(page, "XOR")
    press(page, "Feature x₁x₂")
    press(page, "Add a hidden layer")
    page.select_option("#pg-activation", "elu")
    page.select_option("#pg-penalty", "l1")
    page.locator("#pg-noise").fill("0.2")
    page.locator("#pg-seed").fill("7")
    page.locator("#pg-seed").press("Enter")
    page.get_by_label("Show test points").check()
    other = enter(bare_visit, bare_url, page.url.split("?")[1])
    assert network(other) == network(page)
    for one in (page, other):
        press(one, "Step", 2)
    assert network(other) == network(page)
    assert other.locator("#pg-penalty").input_value() == "l1"
    assert other.get_by_label("Show test points").is_checked()
    assert other.locator(".pg-kind[aria-pressed=true]").text_content() == "XOR"


def test_a_link_that_makes_no_sense_is_passed_over(bare_visit, bare_url):
    said = "data=cube&features=x9&hidden=4+99&rate=7&seed=x&activation=sign&noise=0.3"
    page = enter(bare_visit, bare_url, said)
    assert [layer["units"] for layer in network(page)] == [4, 2, 1]
    assert page.locator(".pg-kind[aria-pressed=true]").text_content() == "Circle"
    values = {name: page.locator(f"#pg-{name}").input_value() for name in ("rate", "seed", "noise")}
    assert values == {"rate": "0.03", "seed": "1", "noise": "0.3"}
    assert network(page)[0]["activation"] == "sign"  # what does make sense is taken
    page.goto(page.url.replace("noise=0.3", "noise=0.1"))
    page.wait_for_function("() => document.querySelector('#pg-noise').value === '0.1'")


def test_copy_link_puts_the_address_on_the_clipboard(bare_visit, bare_url):
    page = enter(bare_visit, bare_url, permissions=["clipboard-read", "clipboard-write"])
    press(page, "Copy link")
    page.get_by_role("button", name="Copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == page.url
    assert "#playground?data=circle&features=x1+x2&hidden=4+2&" in page.url


def test_every_activation_is_drawn_with_its_slope(page):
    page.get_by_text("Activations and their gradients").click()
    options = page.locator("#pg-activation option").evaluate_all("all => all.map(o => o.value)")
    plots = page.locator(".pg-bend")
    assert plots.evaluate_all("all => all.map(b => b.dataset.bend)") == options
    relu = plots.nth(options.index("relu"))
    # from (-3, 0) by (0, 0) to (3, 3), 20 to a unit, downwards from 60; the slope jumps to 1
    value = relu.locator(".value").get_attribute("d")
    assert value.startswith("M0.0 60.0L")
    assert "L60.0 60.0L61.0 59.0L" in value
    assert value.endswith("L120.0 0.0")
    assert "L60.0 60.0L61.0 40.0L" in relu.locator(".slope").get_attribute("d")
    relu.click()
    assert page.locator("#pg-activation").input_value() == "relu"
    assert network(page)[0]["activation"] == "relu"
    assert page.locator(".pg-bend[aria-pressed=true]").count() == 1


def test_a_keyboard_is_enough(page):
    def enter_on(name):
        page.get_by_role("button", name=name, exact=True).focus()
        page.keyboard.press("Enter")

    enter_on("Feature x₁x₂")
    label = "document.activeElement.ariaLabel"
    assert page.evaluate(label) == "Feature x₁x₂"  # the row was laid out anew
    assert page.evaluate("document.activeElement.ariaPressed") == "true"
    enter_on("One unit more in layer 1")
    assert page.evaluate(label) == "One unit more in layer 1"
    assert [(layer["inputs"], layer["units"]) for layer in network(page)] == [
        (3, 5),
        (5, 2),
        (2, 1),
    ]
    page.get_by_role("button", name="Unit 2 of layer 1").focus()
    assert (
        "Unit 2 of layer 1: bias 0.000; weights x₁ " in page.locator("#pg-readout").text_content()
    )
    enter_on("Train")
    page.wait_for_function("() => window.neuralzooPlayground.pictures > 8")
    enter_on("Pause")
    for name in ("Feature x₁x₂", "Feature x₂", "Feature x₁"):
        enter_on(name)  # the last one stays
    assert page.locator(".pg-feature[aria-pressed=true]").count() == 1
