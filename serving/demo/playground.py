"""Playground: small networks that learn in the visitor's own browser.

The page's script holds data, network, training and drawing, so visitors share nothing and the
server is not asked.  The idea is TensorFlow Playground's; sign units with the perceptron rule,
noisy ReLU, maxout and the Keras code of the drawn network are added.  docs/playground.md compares
the two.

Reference: Smilkov, Carter, Sculley, Viégas & Wattenberg (2017), Direct-Manipulation Visualization
of Deep Networks, arXiv:1708.03788.
"""

import gradio as gr

from serving.demo import parts

CARD = parts.Card(
    tab="playground",
    title="Playground",
    year=1986,
    line="A small network of your own making learns to part two classes of points.",
    paper="Rumelhart, Hinton & Williams, 1986, Learning Representations by Back-Propagating Errors",
    tries="Add units and layers, and watch each unit learn",
    picture="xor",
)
# One function body in the browser, in this order: the last one starts it all.
SCRIPTS = ("data", "network", "code", "drawing", "", "fields", "bends", "link", "form")


def tab(client):
    """Lay the tab out; no model is asked, so `client` is not used."""
    gr.HTML(parts.heading(CARD), apply_default_css=False)
    gr.HTML(
        value=None,
        html_template=parts.asset("playground.html"),
        js_on_load=script(),
        apply_default_css=False,
        elem_id="playground",
    )
    gr.HTML(parts.asset("playground_about.html"), apply_default_css=False)


def script():
    """The page's script, put together from its files."""
    files = (f"playground_{name}.js" if name else "playground.js" for name in SCRIPTS)
    return "\n".join(map(parts.asset, files))
