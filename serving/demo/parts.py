"""What the tabs share: the card a tab shows on the front page, and how it speaks of models.

A tab is a module beside this one with `CARD` and `tab(client)`.  It reaches models through
`client` alone, and turns every failure into a sentence for the visitor.
"""

import re
from dataclasses import dataclass
from html import escape
from pathlib import Path

from serving.errors import ServingError

HERE = Path(__file__).parent

# Programs talk to the REST routes; the page's own events are nobody else's.
QUIET = {"show_progress": "hidden", "api_visibility": "private"}

# One queue for all model calls of the page, so that visitors cannot crowd out the REST clients.
MODEL_CALL = QUIET | {"concurrency_id": "models", "concurrency_limit": 4}


@dataclass(frozen=True)
class Card:
    """What the front page says about a network that can be played with.

    Attributes:
        tab: id of the tab, also its model's name, such as "digits".
        title: what stands on the tab, such as "Digits".
        year: of the paper; cards stand in this order.
        line: one sentence about the network.
        paper: authors, year and title, as one would cite them.
        tries: what the visitor can do there, in a few words.
        picture: name of a drawing in `pictures/`, without `.svg`.
    """

    tab: str
    title: str
    year: int
    line: str
    paper: str
    tries: str
    picture: str


def drawing(name):
    """The SVG markup of `pictures/<name>.svg`: inline, so that it takes the page's colours."""
    return asset(f"pictures/{name}.svg")


def asset(name):
    return (HERE / name).read_text(encoding="utf-8")


def heading(card):
    """How a tab begins."""
    return (
        f'<header class="heading"><h1>{escape(card.title)}</h1><p>{escape(card.line)}</p></header>'
    )


def notice(message):
    """A sentence to the visitor, spoken by screen readers as it appears."""
    return f'<p class="notice" role="status">{escape(message)}</p>' if message else ""


def standing(client, model):
    """Why `model` cannot answer now, and whether waiting helps.

    Returns:
        (message, waiting): an empty message when the model is ready.
    """
    try:
        states = {name: state for name, _, state in client.models()}
    except ServingError as error:
        return f"The models cannot be reached: {error.message}", True
    state = states.get(model)
    if state == "AVAILABLE":
        return "", False
    if state is None:
        return f"This server has no model named “{model}”.", False
    if state == "END":
        return f"The model “{model}” could not be loaded; the server's log says why.", False
    return f"The model “{model}” is still loading; it will answer in a moment.", True


def trouble(error, client, model):
    """Why `model` gave a ServingError instead of an answer, as a notice to the visitor."""
    return notice(sentence(error, client, model))


def sentence(error, client, model):
    """Why `model` gave a ServingError instead of an answer, as plain text."""
    words = re.sub(r"^\w+: ", "", error.message).rstrip(".")  # without the input's name
    return standing(client, model)[0] or words[:1].upper() + words[1:] + "."


def scripted(html, script, **options):
    """A component of the page's own: its markup and, once that is there, its script."""
    import gradio as gr

    return gr.HTML(
        value=None, html_template=html, js_on_load=script, apply_default_css=False, **options
    )


def carrier(event):
    """An unseen component; it hands its value to the scripts as the document's event `event`."""
    script = """
    const tell = () => {
      if (props.value) document.dispatchEvent(new CustomEvent("@event", { detail: props.value }));
    };
    watch("value", tell);
    setTimeout(tell);  // what came before this tab was first opened
    """
    return scripted("<span></span>", script.replace("@event", event), elem_classes="carrier")


def keep_informed(client, model, place):
    """Show in the HTML component `place` why `model` cannot answer, until it can."""
    import gradio as gr

    clock = gr.Timer(2, active=False)

    def look():
        message, waiting = standing(client, model)
        return notice(message), gr.Timer(active=waiting)

    gr.on(None, look, None, [place, clock], **QUIET)  # as the page opens
    clock.tick(look, None, [place, clock], **QUIET)


def facts(client, model):
    """What the model's zoo.json says about it; {} where the client cannot tell."""
    try:
        return client.card(model)
    except ServingError:  # not loaded yet, or not at all
        return {}
