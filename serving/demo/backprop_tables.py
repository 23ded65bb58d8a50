"""The tables of a traced step: units forward and back, weights, and the error before and after."""

from html import escape

from serving.demo.backprop_graph import number, short

ORDER_NAMES = {"gradient": "true gradient", "updated": "output weights first"}


def render(network, steps, order, printed):
    """HTML.

    network: names and weights; steps: a `zoo.backprop.Step` for each order; order: the one to show
    first; printed: figures that this network is known with, by "o unit", "δ unit", "from to",
    "error" and "error after"; {} for none.
    """
    step = steps[order]
    other = next(name for name in steps if name != order)
    return (
        _table("Forward, and δ back", *_units(network, step, printed), bool(printed))
        + _table("The error", *_errors(network, step, printed), bool(printed))
        + _table("Every weight", *_weights(network, steps, order, other, printed), bool(printed))
    )


def _units(network, step, printed):
    rows = []
    for layer, names in enumerate(network["names"]):
        for i, name in enumerate(names):
            net = number(step.nets[layer - 1][i], 6) if layer else "–"
            delta = number(step.deltas[layer - 1][i], 6) if layer else "–"
            known = ", ".join(
                f"{what} = {printed[f'{what} {name}']}"
                for what in "oδ"
                if f"{what} {name}" in printed
            )
            rows.append([name, net, number(step.outputs[layer][i], 6), delta, known])
    return ["Unit", "net", "o = σ(net)", "δ"], rows


def _errors(network, step, printed):
    rows = []
    for k, name in enumerate(network["names"][-1]):
        for what, errors in (("error", step.error), ("error after", step.error_after)):
            words = f"t − o of {name}, {'after' if 'after' in what else 'before'}"
            rows.append([words, number(errors[k], 6), printed.get(what, "")])
    rows.append(["E = ½ Σ (t − o)², before", number(step.loss, 6), ""])
    rows.append(["E, after", number(step.loss_after, 6), ""])
    return ["", "value"], rows


def _weights(network, steps, order, other, printed):
    names, step = network["names"], steps[order]
    rows = []
    for layer in reversed(range(len(network["weights"]))):  # as the error travels
        for j, end in enumerate(names[layer + 1]):
            for i, start in enumerate(names[layer]):
                rows.append(
                    [
                        f"{start} → {end}",
                        short(network["weights"][layer][i][j]),
                        number(step.weight_changes[layer][i, j], 6),
                        number(step.weights[layer][i, j], 6),
                        number(steps[other].weights[layer][i, j], 6),
                        printed.get(f"{start} {end}", ""),
                    ]
                )
    heads = ["Weight", "before", "Δ = η δ o", "after", f"after, {ORDER_NAMES[other]}"]
    return heads, rows


def _table(title, heads, rows, with_printed):
    """rows: cells of each head, and the printed figure last."""
    last = None if with_printed else -1
    heads = [*heads, "as printed"][:last]
    top = "".join(f'<th scope="col">{escape(head)}</th>' for head in heads)
    body = "".join(f"<tr>{_row(row[:last])}</tr>" for row in rows)
    return (
        f'<div class="bp-table"><table><caption>{escape(title)}</caption>'
        f"<thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _row(cells):
    first, *others = map(escape, cells)
    return f'<th scope="row">{first}</th>' + "".join(f"<td>{cell}</td>" for cell in others)
