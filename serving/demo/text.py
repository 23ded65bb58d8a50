"""Text: five generations of language models write on from a beginning, letter by letter.

The page's script and this module exchange plain values: a hidden component each for which models
there are, for what is being written, and for what `text_lens` sees inside a network.
"""

import math

import gradio as gr

from serving.demo import parts, text_lens
from serving.demo.generations import NAMES, roster
from serving.demo.writers import Writer

CARD = parts.Card(
    tab="text",
    title="Text",
    year=1997,
    line="Five generations of language models write on from your words, letter by letter.",
    paper="Hochreiter & Schmidhuber, 1997, Long Short-Term Memory",
    tries="Give the networks a beginning, and look at what they think",
    picture="lstm",
)
# Of its own: a long text shall not keep the other tabs waiting.
WRITING = parts.QUIET | {"concurrency_id": "writers", "concurrency_limit": 4}
LONGEST = {"prompt": 1000, "length": 2000}  # letters
FIRST, MOST = 8, 32  # letters of a model between two updates: soon the first, then larger ones


def tab(client):
    """Lay the tab out; `client` answers for the models of `generations`."""
    gr.HTML(parts.heading(CARD), apply_default_css=False)
    desk = parts.scripted(parts.asset("text.html"), parts.asset("text.js"), elem_id="desk")
    lens = parts.scripted(parts.asset("lens.html"), parts.asset("lens.js"), elem_id="lens")
    known, written, seen = (parts.carrier(f"zoo-{name}") for name in ("roster", "written", "seen"))

    writing = desk.submit(lambda asked: (yield from write(client, asked)), desk, written, **WRITING)
    desk.stop(None, None, None, cancels=[writing], **parts.QUIET)
    lens.input(
        lambda asked: text_lens.look(client, asked),
        lens,
        seen,
        trigger_mode="always_last",
        **parts.MODEL_CALL,
    )
    _keep_informed(client, known)
    gr.HTML(parts.asset("text_about.html"), apply_default_css=False)


def write(client, asked):
    """Yield what stands on the sheets, again and again until the texts are done.

    asked: what the page's form says: `run`, a number that comes back; `models`, `prompt`,
    `length`, `temperature`, `top_k`, `seed`.

    Yields:
        {"run": …, "sheets": {model: {"text", "speed", "note", "done"}}}
    """
    asked = asked if isinstance(asked, dict) else {}
    how = {
        "temperature": _number(asked, "temperature", 0.8, 0, 1.5),
        "top_k": int(_number(asked, "top_k", 0, 0, 10_000)),
        "seed": int(_number(asked, "seed", 0, 0, 2**53)),
    }
    length = int(_number(asked, "length", 400, 0, LONGEST["length"]))
    prompt = str(asked.get("prompt", ""))[: LONGEST["prompt"]]
    chosen = [name for name in NAMES if name in (asked.get("models") or [])]
    writers = [Writer(client, name, prompt, length, how) for name in chosen]
    chunk = FIRST
    while any(not writer.done for writer in writers):
        for writer in writers:
            writer.go_on(chunk)
        chunk = min(2 * chunk, MOST)
        yield {"run": asked.get("run"), "sheets": {w.model: w.sheet() for w in writers}}


def _number(asked, name, default, low, high):
    """A number out of the form, within its bounds; `default` where it is none."""
    try:
        value = float(asked.get(name, default))
    except (TypeError, ValueError):
        value = default
    return min(max(value, low), high) if math.isfinite(value) else default


def _keep_informed(client, place):
    """Tell the page which models there are, until those that are loading are ready."""
    clock = gr.Timer(2, active=False)

    def look():
        entries, waiting = roster(client)
        return {"models": entries}, gr.Timer(active=waiting)

    gr.on(None, look, None, [place, clock], **parts.QUIET)  # as the page opens
    clock.tick(look, None, [place, clock], **parts.QUIET)
