"""The drawn graph of a traced step: units with o and δ, lines with the weights before and after."""

from html import escape

COLUMN, ROW, EDGE = 200, 116, 62  # between two layers, between two units, around the drawing
RADIUS = 19
ALONG = 0.27  # where on its line a weight stands: near enough to its unit that none meets another


def number(value, digits=4):
    """A number with a true minus sign."""
    return f"{value:.{digits}f}".replace("-", "−")


def render(network, step):
    """The graph as SVG; network: names and weights; step: `zoo.backprop.Step`."""
    names = network["names"]
    tallest = max(map(len, names))
    width, height = 2 * EDGE + COLUMN * (len(names) - 1), ROW * tallest + 12
    places = [_column(layer, len(units), tallest) for layer, units in enumerate(names)]
    lines = [
        _line(places[layer][i], places[layer + 1][j], weight, step.weights[layer][i, j])
        for layer, matrix in enumerate(network["weights"])
        for i, row in enumerate(matrix)
        for j, weight in enumerate(row)
    ]
    deltas = [[None] * len(names[0]), *step.deltas]  # an input has none
    units = [
        _unit(place, names[layer][i], step.outputs[layer][i], deltas[layer][i])
        for layer, column in enumerate(places)
        for i, place in enumerate(column)
    ]
    paths, labels = zip(*lines, strict=True)
    return (
        f'<svg viewBox="0 0 {width} {height}" style="max-width: {1.25 * width:.0f}px" role="img" '
        'aria-label="The network: outputs and δ at the units, weights before and after at the '
        f'lines; the tables below hold the same numbers">{"".join(paths)}{"".join(labels)}'
        f"{''.join(units)}</svg>"
        '<p class="bp-key"><span>weight, and <b>after the step</b></span>'
        "<span>at a unit: output o, and <b>δ</b></span></p>"
    )


def _column(layer, units, tallest):
    x = EDGE + COLUMN * layer
    return [(x, 6 + ROW * (tallest - units + 1 + 2 * i) / 2) for i in range(units)]


def _line(start, end, before, after):
    (x1, y1), (x2, y2) = start, end
    x, y = x1 + ALONG * (x2 - x1), y1 + ALONG * (y2 - y1)
    thick = min(0.8 + 1.6 * abs(before), 6)
    sign = " negative" if before < 0 else ""
    return (
        f'<path class="bp-line{sign}" d="M{x1} {y1:g}L{x2} {y2:g}" stroke-width="{thick:.2f}"/>',
        f'<text class="bp-weight" x="{x + 6:g}" y="{y:.1f}">{short(before)}'
        f'<tspan class="new" x="{x + 6:g}" dy="13.5">{number(after)}</tspan></text>',
    )


def short(value):
    return f"{value:.5g}".replace("-", "−")


def _unit(place, name, output, delta):
    x, y = place
    told = ""
    if delta is not None:
        told = f'<text class="bp-delta" x="{x}" y="{y - 28:g}">δ {number(delta)}</text>'
    return (
        f'<circle cx="{x}" cy="{y:g}" r="{RADIUS}"/>'
        f'<text class="bp-name" x="{x}" y="{y + 5:g}">{escape(name)}</text>'
        f'<text class="bp-output" x="{x}" y="{y + 34:g}">{number(output)}</text>{told}'
    )
