"""Backprop: one step of backpropagation, number by number, for a small network of sigmoid units.

The form sends the network as plain values; `zoo.backprop` traces the step; what comes back is the
drawn graph and the tables, as HTML.  No model is served for it.
"""

import json
from html import escape

import gradio as gr

from serving.demo import backprop_graph, backprop_tables, parts
from zoo.backprop import EXAMPLES, ORDERS, step

CARD = parts.Card(
    tab="backprop",
    title="Backprop",
    year=1986,
    line="One step of learning, number by number: forward, back, and every weight’s change.",
    paper="Rumelhart, Hinton & Williams, 1986, Learning Representations by Back-Propagating Errors",
    tries="Change a number and follow the error back",
    picture="backprop",
)
LAYERS, UNITS = 5, 4  # at most: layers with the inputs', units of each
LARGEST = 1000.0  # of any number
# What the first example is printed with; values are rounded on the way there.
PRINTED = {
    "o h1": "0.68",
    "o h2": "0.6637",
    "o y": "0.69",
    "δ y": "−0.0406",
    "h1 y": "0.272392",
    "h2 y": "0.87305",
    "x1 h1": "0.09916",
    "x2 h1": "0.7978",
    "x1 h2": "0.3972",
    "x2 h2": "0.5928",
    "error": "−0.19",
    "error after": "−0.18205",
}


def tab(client):
    """Lay the tab out; no model is asked, so `client` is not used."""
    gr.HTML(parts.heading(CARD), apply_default_css=False)
    graph, tables = trace(PRESETS[0])
    with gr.Row(elem_classes="bp-row"):
        with gr.Column(min_width=300, scale=4):
            form = gr.HTML(
                value=None,
                html_template=parts.asset("backprop.html").replace("@presets", _presets()),
                js_on_load=parts.asset("backprop.js"),
                apply_default_css=False,
                elem_id="backprop",
            )
        with gr.Column(min_width=300, scale=6):
            drawn = gr.HTML(graph, apply_default_css=False, elem_classes="bp-graph")
    told = gr.HTML(tables, apply_default_css=False, elem_classes="bp-tables")
    gr.HTML(parts.asset("backprop_about.html"), apply_default_css=False)
    form.input(trace, form, [drawn, told], trigger_mode="always_last", **parts.QUIET)


def trace(asked):
    """What the visitor sees for the form's values: `inputs`, `weights`, `target`, `rate`, `order`
    and `names`, as in `zoo.backprop.Example`.

    Returns:
        (graph, tables): HTML; for values that make no network, a sentence and nothing.
    """
    try:
        network = _network(asked)
        steps = {order: _step(network, order) for order in ORDERS}
    except (ValueError, TypeError, KeyError) as error:
        words = "A number is missing." if not isinstance(error, ValueError) else f"{error}."
        return parts.notice(words[:1].upper() + words[1:]), ""
    order = network["order"]
    return (
        backprop_graph.render(network, steps[order]),
        backprop_tables.render(network, steps, order, PRINTED if _is_first(network) else {}),
    )


def _preset(title, example):
    fields = ("inputs", "weights", "target", "names", "rate")
    return {"title": title, "order": "gradient"} | {name: getattr(example, name) for name in fields}


PRESETS = [_preset(title, example) for title, example in EXAMPLES.items()]


def _presets():
    return escape(json.dumps(PRESETS, ensure_ascii=False))


def _network(asked):
    """The form's values, checked for size; what is left to `step` is whether they fit each other.

    Raises ValueError, TypeError or KeyError.
    """
    names = [[str(name)[:8] for name in layer] for layer in asked["names"]]
    if not (2 <= len(names) <= LAYERS and all(1 <= len(layer) <= UNITS for layer in names)):
        raise ValueError(f"choose 2 to {LAYERS} layers of 1 to {UNITS} units")
    weights = [[_numbers(row) for row in matrix] for matrix in asked["weights"]]
    sizes = [len(layer) for layer in names]
    if [len(asked["inputs"]), *(len(matrix[0]) for matrix in weights if matrix)] != sizes:
        raise ValueError("the weights do not fit the units")
    return {
        "names": names,
        "weights": weights,
        "inputs": _numbers(asked["inputs"]),
        "target": _numbers(asked["target"]),
        "rate": _numbers([asked["rate"]])[0],
        "order": asked["order"] if asked.get("order") in ORDERS else ORDERS[0],
    }


def _numbers(values):
    numbers = [float(value) for value in values]
    for number in numbers:
        if not abs(number) <= LARGEST:  # nor NaN
            raise ValueError(f"{number:g} is out of reach: choose numbers up to {LARGEST:g}")
    return numbers


def _step(network, order):
    given = (network[name] for name in ("inputs", "weights", "target", "rate"))
    return step(*given, order=order)


def _is_first(network):
    first = json.loads(json.dumps(PRESETS[0]))
    return all(network[name] == first[name] for name in ("inputs", "weights", "target", "rate"))
