"""Digits: draw one, and see what the network reads, and what it looks at on the way.

The ten examples are from MNIST's training file (Y. LeCun and C. Cortes, CC BY-SA 3.0).
"""

import base64
import binascii
from html import escape

import gradio as gr

from serving.demo import figures, parts
from serving.errors import ServingError

CARD = parts.Card(
    tab="digits",
    title="Digits",
    year=1998,
    line="A convolutional network that reads the digit you draw, stroke by stroke.",
    paper="LeCun, Bottou, Bengio & Haffner, 1998, Gradient-Based Learning Applied to Document "
    "Recognition",
    tries="Draw a digit and look through the network's eyes",
    picture="lenet",
)
IDLE = parts.notice("Draw a digit from 0 to 9: the network reads along.")


def tab(client):
    """Lay the tab out; `client` answers for the model `digits`."""
    gr.HTML(parts.heading(CARD), apply_default_css=False)
    standing = gr.HTML(apply_default_css=False)
    with gr.Row(elem_classes="digits"):
        with gr.Column(min_width=300):
            pad = gr.HTML(
                value="",
                html_template=parts.asset("pad.html").replace("@examples", _examples()),
                js_on_load=parts.asset("pad.js"),
                apply_default_css=False,
                elem_id="pad",
            )
        with gr.Column(min_width=300):
            answer = gr.HTML(IDLE + _bars([0.0] * 10), apply_default_css=False, elem_id="answer")
    inside = gr.HTML(apply_default_css=False, elem_id="inside")
    about = gr.HTML(apply_default_css=False)

    # always_last: strokes that come while one is being read are not queued, only the newest is
    pad.input(
        lambda picture: read(client, picture),
        pad,
        [answer, inside],
        trigger_mode="always_last",
        **parts.MODEL_CALL,
    )
    parts.keep_informed(client, "digits", standing)
    gr.on(None, lambda: _about(client), None, about, **parts.QUIET)


def read(client, picture):
    """What the visitor sees for `picture`, a data URL ("" for an empty sheet).

    Returns:
        (answer, inside): HTML of the reading, and of what the network saw.
    """
    if not picture:
        return IDLE + _bars([0.0] * 10), ""
    try:
        image = [_bytes(picture)]
        reading = client.predict("digits", {"image": image})
        seen = client.predict("digits", {"image": image}, signature="features")
    except ServingError as error:
        return parts.trouble(error, client, "digits") + _bars([0.0] * 10), ""
    return (
        _verdict(int(reading["digit"][0]), reading["probabilities"][0]),
        _inside(seen["normalized"][0], seen["feature_maps"][0]),
    )


def _bytes(picture):
    try:
        return base64.b64decode(picture.partition(",")[2], validate=True)
    except binascii.Error:
        raise ServingError("INVALID_ARGUMENT", "The picture arrived damaged; try again.") from None


def _verdict(digit, probabilities):
    sure = _percent(probabilities[digit]).replace("&gt; ", "more than ")
    return (
        f'<p class="verdict" role="status"><b id="digit">{digit}</b> <span>{sure} sure</span></p>'
        + _bars(probabilities, digit)
    )


def _bars(probabilities, winner=None):
    rows = []
    for digit, p in enumerate(probabilities):
        chosen = ' class="winner"' if digit == winner else ""
        rows.append(
            f'<li{chosen} aria-label="{digit}: {p:.1%}"><span>{digit}</span>'
            f'<i style="--p:{p:.4f}"></i><span>{"" if winner is None else _percent(p)}</span></li>'
        )
    return f'<ol class="bars" aria-label="Probability of each digit">{"".join(rows)}</ol>'


def _percent(p):
    if p < 0.0005:
        return "–"
    return "&gt; 99.9%" if p >= 0.9995 else f"{p:.1%}"


def _inside(normalized, maps):
    seen = figures.image(normalized, "The digit as the network sees it: 28 by 28 pixels")
    grid = "".join(
        figures.image(figures.stretch(maps[..., i]), f"Feature map {i + 1}", figures.EMBER)
        for i in range(maps.shape[-1])
    )
    return f"""
<div class="inside">
  <figure>
    <div class="seen">{seen}</div>
    <figcaption><b>What the network sees.</b> Your digit, cropped, shrunk and centred by its
    weight in 28 × 28 pixels, as every digit in MNIST was.</figcaption>
  </figure>
  <figure>
    <div class="maps">{grid}</div>
    <figcaption><b>What its first layer sees.</b> {maps.shape[-1]} filters look at the digit; each
    glows where it finds what it answers to: an edge, a stroke, the empty paper.</figcaption>
  </figure>
</div>"""


def _about(client):
    """Two short texts; the figures of ours come out of the served model itself."""
    facts = parts.facts(client, "digits").get("training", {})
    words = []
    if "parameters" in facts:
        words.append(f"has {facts['parameters']:,} weights")
    if "val_accuracy" in facts.get("best", {}):
        missed = 1 - facts["best"]["val_accuracy"]
        words.append(f"misreads {missed:.2%} of the digits that were kept back from its training")
    figures = f"It {' and '.join(words)}." if words else ""
    return parts.asset("digits.html").replace("@figures", figures)


def _examples():
    files = sorted((parts.HERE / "examples").glob("*.png"))
    return "".join(
        f'<button type="button"><img src="{figures.data_url(file.read_bytes())}" '
        f'alt="A handwritten {escape(file.stem)}"></button>'
        for file in files
    )
