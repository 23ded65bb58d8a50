"""The front page: eighty years of neural networks, and doors to those that live in this zoo."""

from html import escape

import gradio as gr

from serving.demo.milestones import MILESTONES
from serving.demo.parts import QUIET, asset, drawing

# A button with `data-tab` anywhere on the page opens the tab of that name; so does an address that
# ends in #NAME, or #NAME?… with something for the tab itself.
OPEN_TAB = """
const wanted = location.hash.slice(1).split("?")[0];
if (wanted && element.querySelector(`[data-tab="${CSS.escape(wanted)}"]`)) {
  setTimeout(() => trigger("click", { tab: wanted }));
}
element.addEventListener("click", (event) => {
  const button = event.target.closest("[data-tab]");
  if (!button) return;
  trigger("click", { tab: button.dataset.tab });
  window.scrollTo({ top: 0 });
});
"""


def tab(cards, rooms):
    """Lay the story out; its buttons select a tab of `rooms` (gradio.Tabs)."""
    page = gr.HTML(render(cards), js_on_load=OPEN_TAB, apply_default_css=False, elem_id="story")

    def open_tab(event: gr.EventData):
        return gr.Tabs(selected=event.tab)

    page.click(open_tab, None, rooms, queue=False, **QUIET)


def render(cards):
    """The story as HTML: an opening, the networks one can try, and the dates in order."""
    parts = {
        "@opening": drawing("opening"),
        "@networks": "".join(map(_network, cards)),
        "@dates": "".join(_date(milestone, cards) for milestone in MILESTONES),
    }
    story = asset("story.html")
    for place, part in parts.items():
        story = story.replace(place, part)
    return story


def _network(card):
    return f"""
<li class="network">
  {drawing(card.picture)}
  <h3>{escape(card.title)} <small>{card.year}</small></h3>
  <p>{escape(card.line)}</p>
  <p class="source">{escape(card.paper)}</p>
  {_button(card, card.tries)}
</li>"""


def _date(milestone, cards):
    doors = [_button(card, card.tries) for card in cards if card.year == milestone.year]
    return f"""
<li class="date">
  <p class="year">{milestone.year}</p>
  <div class="told">
    <h3>{escape(milestone.title)}</h3>
    <p class="people">{escape(milestone.people)}</p>
    <p>{escape(milestone.text)}</p>
    <p class="source">{escape(milestone.paper)}</p>
    {"".join(doors)}
  </div>
  {drawing(milestone.picture)}
</li>"""


def _button(card, tries):
    return (
        f'<p class="door"><button type="button" class="pill" data-tab="{card.tab}" '
        f'aria-label="Try it: {escape(card.title)}">Try it</button> '
        f"<span>{escape(tries)}</span></p>"
    )
