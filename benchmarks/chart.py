"""A line chart as SVG, for figures of the documentation: lines with names, dots if wanted.

It follows the reader's dark or light mode.
"""

import math
from html import escape

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 680, 360, 64, 190, 34, 50
COLOURS = (
    ("#b3402a", "#f08b72"),
    ("#1f5fa8", "#7db4f0"),
    ("#3d7a2e", "#93cf83"),
    ("#8a5a00", "#e0b050"),
)


class Scale:
    """Places numbers from `low` to `high` between two pixels, by their logarithm if `log`."""

    def __init__(self, low, high, start, end, log=False):
        self.by = math.log if log else float
        self.low, self.high = self.by(low), self.by(high if high > low else low + 1)
        self.start, self.end = start, end

    def __call__(self, value):
        share = (self.by(value) - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)


def chart(title, series, x_ticks, y_ticks, x_name, y_name, log=()):
    """An SVG.

    series: {name: [(x, y), …]}, up to four; a name that ends in "…" is drawn dashed, without it, in
    the colour of the line before.
    x_ticks, y_ticks: {number: its label}; the axes reach from the first to the last.
    log: which axes are logarithmic, of "x" and "y".
    """
    x = Scale(*_ends(x_ticks), LEFT, WIDTH - RIGHT, "x" in log)
    y = Scale(*_ends(y_ticks), HEIGHT - BOTTOM, TOP, "y" in log)
    low, high = _ends(y_ticks)
    parts = [f"<title>{escape(title)}</title>", f"<style>{_style()}</style>"]
    parts += _axes(x, y, x_ticks, y_ticks, x_name, y_name)
    for place, (name, points) in enumerate(_kinds(series)):
        kind, label = name
        kept = [(x(a), y(min(max(b, low), high))) for a, b in points]
        corners = " ".join(f"{a:.1f},{b:.1f}" for a, b in kept)
        parts.append(f'<polyline class="{kind}" points="{corners}"/>')
        parts.append(_legend(kind, label, place))
    size = f'viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" role="img"'
    body = "\n".join(parts)
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>\n{body}\n</svg>\n'


def _ends(ticks):
    return min(ticks), max(ticks)


def _kinds(series):
    """((class, label), points) of each line."""
    number = -1
    for name, points in series.items():
        dashed = name.endswith("…")
        number += not dashed
        yield (f"c{number}{' dashed' if dashed else ''}", name.removesuffix("…")), points


def _style():
    base = "text{font:13px sans-serif;fill:#333}.axis{stroke:#999;fill:none}"
    base += "polyline,.key{fill:none;stroke-width:2}.dashed{stroke-dasharray:5 4}"
    light = "".join(f".c{n}{{stroke:{c[0]}}}" for n, c in enumerate(COLOURS))
    dark = "".join(f".c{n}{{stroke:{c[1]}}}" for n, c in enumerate(COLOURS))
    return f"{base}{light}@media(prefers-color-scheme:dark){{text{{fill:#ddd}}{dark}}}"


def _axes(x, y, x_ticks, y_ticks, x_name, y_name):
    right, base = WIDTH - RIGHT, HEIGHT - BOTTOM
    yield f'<path class="axis" d="M{LEFT} {TOP}V{base}H{right}"/>'
    for value, label in x_ticks.items():
        yield f'<text x="{x(value):.1f}" y="{base + 18}" text-anchor="middle">{label}</text>'
    for value, label in y_ticks.items():
        yield f'<text x="{LEFT - 8}" y="{y(value) + 4:.1f}" text-anchor="end">{label}</text>'
    middle = f'x="{(LEFT + right) / 2}" y="{HEIGHT - 8}" text-anchor="middle"'
    yield f"<text {middle}>{escape(x_name)}</text>"
    yield f'<text x="8" y="{TOP - 16}">{escape(y_name)}</text>'


def _legend(kind, label, place):
    x, y = WIDTH - RIGHT + 14, TOP + 16 + 22 * place
    line = f'<path class="key {kind}" d="M{x} {y - 4}h18"/>'
    return f'{line}<text x="{x + 24}" y="{y}">{escape(label)}</text>'
