"""Captions: a network tells what it sees in a photo, and finds photos by what one says of them.

The page's scripts and this module exchange plain values: a hidden component each for what the
model can do, for a caption, for an alignment, and for vectors.  The visitor's own photos stay in
the visitor's browser: they are sent to be looked at, and not kept.
"""

import gradio as gr

from serving.demo import captions_answers, captions_photos, parts
from serving.errors import ServingError

CARD = parts.Card(
    tab="captions",
    title="Captions",
    year=2015,
    line="A network that looks at your photo and tells, word by word, what it sees.",
    paper="Karpathy & Fei-Fei, 2015, Deep Visual-Semantic Alignments for Generating Image "
    "Descriptions; Vinyals et al., Show and Tell; Xu et al., Show, Attend and Tell",
    tries="Show the network a photo, and watch where it looks",
    picture="captioning",
)
MODEL = captions_answers.MODEL
SEARCHING = {"embed_image", "embed_text", "align"}


def tab(client):
    """Lay the tab out; `client` answers for the model `captions`."""
    gr.HTML(parts.heading(CARD), apply_default_css=False)
    standing = gr.HTML(apply_default_css=False)
    shelf = parts.asset("captions.html").replace("@shelf", captions_photos.shelf())
    stage = parts.scripted(shelf, _script("captions_photo.js", "captions.js"), elem_id="captions")
    fits = _section("align", elem_id="fits")
    finds = _section("search", elem_id="finds")
    gr.HTML(parts.asset("captions_about.html"), apply_default_css=False)
    names = ("ready", "told", "aligned", "found")
    ready, told, aligned, found = (parts.carrier(f"zoo-captions-{name}") for name in names)

    newest = parts.MODEL_CALL | {"trigger_mode": "always_last"}

    def tell(asked):
        yield from captions_answers.tell(client, asked)

    stage.input(tell, stage, told, **newest)
    fits.input(lambda asked: captions_answers.align(client, asked), fits, aligned, **newest)
    finds.input(lambda asked: captions_answers.search(client, asked), finds, found, **newest)
    _keep_informed(client, standing, ready)


def _section(name, **options):
    markup = parts.asset(f"captions_{name}.html")
    return parts.scripted(markup, _script(f"captions_{name}.js"), **options)


def _script(*names):
    return "".join(map(parts.asset, ("captions_heat.js", *names)))


def _keep_informed(client, place, ready):
    """Say why the model cannot answer, until it can; and what it can do."""
    clock = gr.Timer(2, active=False)

    def look():
        message, waiting = parts.standing(client, MODEL)
        return parts.notice(message), abilities(client, message), gr.Timer(active=waiting)

    gr.on(None, look, None, [place, ready, clock], **parts.QUIET)  # as the page opens
    clock.tick(look, None, [place, ready, clock], **parts.QUIET)


def abilities(client, message=""):
    """{"ready", "searches"}: whether the model tells captions, and whether it also searches."""
    try:
        known = set() if message else set(client.signatures(MODEL))
    except ServingError:
        known = set()
    return {"ready": bool(known), "searches": known >= SEARCHING}
