"""Words: arithmetic with word vectors, the neighbours of a word, and a picture of a relation.

The page's script and this module exchange plain values: a hidden component each for whether the
model can answer, for the words to complete from, for an answer, and for a picture.
"""

from html import escape

import gradio as gr

from serving.demo import parts, words_answers, words_languages, words_picture
from serving.demo.words_relations import RELATIONS

CARD = parts.Card(
    tab="words",
    title="Words",
    year=2013,
    line="A network that guesses a word from its neighbours, and so learns what words mean.",
    paper="Mikolov, Chen, Corrado & Dean, 2013, Efficient Estimation of Word Representations in "
    "Vector Space",
    tries="Take king, subtract man, add woman",
    picture="word2vec",
)
MODEL = words_answers.MODEL


def tab(client):
    """Lay the tab out; `client` answers for the model `analogies`."""
    gr.HTML(parts.heading(CARD), apply_default_css=False)
    standing = gr.HTML(apply_default_css=False)
    completing = parts.asset("words_complete.js") + parts.asset("words.js")
    bench = parts.scripted(parts.asset("words.html"), completing, elem_id="words")
    chart = parts.asset("words_chart.js") + parts.asset("words_walk.js")
    names = [(relation.name, relation.title) for relation in RELATIONS]
    markup = parts.asset("words_picture.html").replace("@relations", _chips("relation", names))
    script = chart + parts.asset("words_picture.js")
    picture = parts.scripted(markup, script, elem_id="words-picture")
    topics = _chips("topic", [(name, name) for name in words_languages.TOPICS], checked=True)
    markup = parts.asset("words_languages.html").replace("@topics", topics)
    script = chart + parts.asset("words_languages.js")
    both = parts.scripted(markup, script, elem_id="words-languages")
    texts = gr.HTML(apply_default_css=False)
    ready, listed, answer, drawn, translated, languages = (
        parts.carrier(f"zoo-words-{name}")
        for name in ("ready", "listed", "answer", "drawn", "translated", "languages")
    )

    newest = parts.MODEL_CALL | {"trigger_mode": "always_last"}
    bench.input(lambda asked: words_answers.answer(client, asked), bench, answer, **newest)
    bench.focus(lambda: words_answers.listed(client), None, listed, **parts.MODEL_CALL)
    picture.input(lambda asked: words_picture.draw(client, asked), picture, drawn, **newest)
    both.input(lambda asked: words_languages.draw(client, asked), both, translated, **newest)
    _keep_informed(client, standing, ready)
    _keep_informed(client, None, languages, words_languages.MODEL)
    gr.on(None, lambda: about(client), None, texts, **parts.QUIET)


def _chips(group, names, checked=False):
    """Radio buttons for (value, title); checked: whether the first is chosen at the start."""
    return "".join(
        f'<label class="chip"><input type="radio" name="words-{group}" value="{escape(value)}"'
        f"{' checked' if checked and not i else ''}><span>{escape(title)}</span></label>"
        for i, (value, title) in enumerate(names)
    )


def _keep_informed(client, place, ready, model=MODEL):
    """Say why a model cannot answer, until it can; then tell the scripts, who ask at once.

    place: None where nothing is said, as of a section that is not shown without its model.
    """
    clock = gr.Timer(2, active=False)

    def look():
        message, waiting = parts.standing(client, model)
        told = [parts.notice(message)] if place else []
        return *told, {"ready": not message}, gr.Timer(active=waiting)

    outputs = [*([place] if place else []), ready, clock]
    gr.on(None, look, None, outputs, **parts.QUIET)  # as the page opens
    clock.tick(look, None, outputs, **parts.QUIET)


def about(client):
    """Two short texts; the figures are those of the served model's own notes."""
    facts = parts.facts(client, MODEL)
    sizes, training = facts.get("sizes", {}), facts.get("training", {})
    words = []
    if "vocab_size" in sizes and "embed_dim" in sizes:
        words.append(
            f"The model on this page knows {sizes['vocab_size']:,} words, "
            f"{sizes['embed_dim']} numbers for each"
        )
    if words and training.get("epochs"):
        words.append(f"learned in {training['epochs']} passes over its text")
    figures = f"{', '.join(words)}." if words else ""
    return parts.asset("words_about.html").replace("@figures", escape(figures))
