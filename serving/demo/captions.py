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
    stage = _scripted(shelf, "captions_photo.js", "captions.js", elem_id="captions")
    fits = _scripted(parts.asset("captions_align.html"), "captions_align.js", elem_id="fits")
    finds = _scripted(parts.asset("captions_search.html"), "captions_search.js", elem_id="finds")
    gr.HTML(parts.asset("captions_about.html"), apply_default_css=False)
    ready, told, aligned, found = map(_carrier, ("ready", "told", "aligned", "found"))

    newest = parts.MODEL_CALL | {"trigger_mode": "always_last"}

    def tell(asked):
        yield from captions_answers.tell(client, asked)

    stage.input(tell, stage, told, **newest)
    fits.input(lambda asked: captions_answers.align(client, asked), fits, aligned, **newest)
    finds.input(lambda asked: captions_answers.search(client, asked), finds, found, **newest)
    _keep_informed(client, standing, ready)


def _scripted(html, *scripts, **options):
    return gr.HTML(
        value=None,
        html_template=html,
        js_on_load="".join(map(parts.asset, ("captions_heat.js", *scripts))),
        apply_default_css=False,
        **options,
    )


def _carrier(name):
    """An unseen component; hands its value to the scripts as the event `zoo-captions-<name>`."""
    script = """
    const tell = () => {
      if (props.value) document.dispatchEvent(new CustomEvent("@event", { detail: props.value }));
    };
    watch("value", tell);
    setTimeout(tell);  // what came before this tab was first opened
    """
    return gr.HTML(
        value=None,
        html_template="<span></span>",
        js_on_load=script.replace("@event", f"zoo-captions-{name}"),
        apply_default_css=False,
        elem_classes="carrier",
    )


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
