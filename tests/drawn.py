"""Digits as visitors draw them: outlines in vectors, a shaky hand, any canvas.

MNIST is scanned handwriting; a visitor drags a mouse over a canvas of any size and colour.
Each digit is written here in four ways as strokes, bent a little as a hand would, and inked
on a canvas of some size, mode and colour.  No model was asked while these were drawn.

    python -m tests.drawn SHEET.png     writes a contact sheet of the set
"""

import io
import math
import sys
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

# Knots of smooth curves in hundredths of a unit box, y down.
# "/" turns a corner with the pen on the paper, ";" lifts the pen.
OUTLINES = {
    0: {
        "round": "52,2 25,15 14,50 27,86 51,98 76,85 87,50 75,14 50,2 42,4",
        "narrow": "50,2 36,14 30,50 36,86 50,98 64,86 70,50 63,14 48,2",
        "open": "56,5 36,8 20,30 16,60 28,88 50,97 72,86 83,58 79,28 67,10",
        "curled": "64,4 40,5 22,22 17,55 28,88 50,97 72,88 82,52 74,20 56,6 40,10 32,20",
    },
    1: {
        "bar": "50,2 50,98",
        "leaning": "63,2 39,98",
        "flag": "30,27 54,2 / 53,98",
        "foot": "31,24 53,2 / 52,98 ; 28,98 77,97",
    },
    2: {
        "angular": "20,22 32,6 54,2 76,14 76,36 54,64 18,97 / 84,96",
        "loop": "20,22 34,5 56,3 74,18 70,42 46,76 28,93 15,94 14,83 26,79 44,87 64,97 84,92",
        "wavy": "22,24 30,8 52,2 72,12 72,36 50,66 20,93 / 38,87 62,95 84,91",
        "swan": "22,14 48,2 72,8 78,28 62,56 38,82 18,97 / 50,95 86,98",
    },
    3: {
        "round": "22,14 44,2 68,8 74,26 60,44 42,48 / 64,52 80,70 70,90 44,98 18,86",
        "flat top": "22,4 74,3 / 44,40 / 68,46 80,66 70,90 46,98 18,88",
        "knotted": "20,12 46,2 70,12 70,34 50,48 38,50 42,44 60,52 78,70 68,92 42,98 18,86",
        "big belly": "30,8 50,2 66,12 62,30 46,40 / 68,46 84,68 70,92 44,98 18,90",
    },
    4: {
        "open": "28,4 18,56 / 82,54 ; 66,8 62,98",
        "closed": "64,98 64,2 / 14,68 / 88,68",
        "rounded": "24,6 18,30 22,50 44,56 78,46 ; 80,4 74,50 70,98",
        "crossed": "40,2 20,56 / 84,52 ; 62,32 58,98",
    },
    5: {
        "cap": "30,4 26,44 / 48,36 72,46 80,68 66,92 40,98 18,88 ; 30,4 80,4",
        "one stroke": "76,4 32,5 / 26,42 / 50,36 76,50 78,76 56,97 18,90",
        "swung": "74,6 44,6 30,18 32,38 54,48 74,62 70,86 46,97 20,90",
        "loose cap": "34,10 28,46 / 50,40 74,50 78,74 60,95 22,92 ; 38,6 82,2",
    },
    6: {
        "curved": "70,4 44,22 24,52 20,76 34,96 58,97 76,82 72,62 52,54 32,62 22,78",
        "straight": "62,2 26,60 22,82 38,98 62,96 76,80 66,62 46,58 28,70",
        "hooked": "76,14 60,3 38,14 22,44 20,76 36,97 62,96 78,78 70,58 48,52 28,62 21,74",
        "big bowl": "58,2 36,22 18,54 20,82 44,98 72,92 84,70 70,50 46,46 24,60",
    },
    7: {
        "plain": "16,6 82,5 / 42,98",
        "barred": "16,6 80,5 / 44,98 ; 32,50 78,48",
        "hooked": "16,22 18,6 / 82,6 / 46,98",
        "curved": "18,10 50,6 82,8 / 60,36 48,64 44,98",
    },
    8: {
        "eight": "70,14 50,2 28,10 28,30 50,46 74,66 72,90 50,98 26,90 24,68 46,50 70,32 71,14",
        "rings": "50,2 29,12 32,38 50,46 70,34 72,12 50,2 ; 50,46 22,66 32,94 64,96 78,72 50,46",
        "open": "76,12 52,3 30,14 34,36 54,50 76,70 68,92 46,98 24,86 28,64 52,46 70,26 82,8",
        "narrow": "56,3 40,5 34,20 43,38 58,56 67,77 56,96 40,96 31,78 42,58 58,38 65,20 54,3",
    },
    9: {
        "straight": "72,20 54,3 30,10 22,32 36,50 58,46 72,22 / 70,98",
        "curled": "74,18 54,3 30,10 22,34 38,52 60,44 74,20 / 76,56 62,88 40,98 24,90",
        "leaning": "76,26 66,5 40,3 24,22 30,44 54,46 76,24 / 48,98",
        "two strokes": "72,14 50,3 28,14 24,36 44,50 72,38 ; 74,8 70,98",
    },
}
# Style by style, so that any run of ten holds each digit once.
STYLES = [(d, list(OUTLINES[d])[k]) for k in range(4) for d in OUTLINES]

SIZES = [(28, 28), (64, 64), (140, 140), (280, 280), (512, 512), (1000, 1000)]
SIZES += [(300, 500), (400, 300), (640, 480), (800, 250)]
MODES = ["L", "RGB", "RGBA"]
INKS = ["navy", "royalblue", "crimson", "seagreen", "purple", "darkorange", "saddlebrown"]
PAPERS = ["ivory", "whitesmoke", "azure", "floralwhite"]
CLEAR = "clear"
STEP = 0.01  # between two points of a stroke, in unit boxes


@dataclass(frozen=True)
class Scene:
    """How a drawing lies on its canvas: whatever is changed here, the digit stays the same."""

    size: tuple[int, int] = (280, 280)  # width, height in pixels
    mode: str = "L"
    ink: str = "white"
    paper: str = "black"  # or CLEAR, transparent, which needs the mode RGBA
    extent: float = 0.7  # the share of the canvas that the drawing fills, one way at least
    place: tuple[float, float] = (0.5, 0.5)  # 0 left or top, 1 right or bottom
    pen: float = 0.07  # thickness as a share of the canvas's shorter side

    def __str__(self):
        width, height = self.size
        return (
            f"{self.ink} on {self.paper}, {self.mode} {width}x{height}, pen {self.pen:.3f}, "
            f"extent {self.extent:.2f} at {self.place[0]:.2f},{self.place[1]:.2f}"
        )


def strokes(digit, style):
    """Outline of a digit: a list of (n, 2) arrays of x, y in 0..1, y down, evenly spaced."""
    return [_stroke(knots) for knots in OUTLINES[digit][style].split(";")]


def draw(digit, style, rng, scene=None):
    """PIL image of `digit` by the hand that `rng` picks, on `scene` or on any canvas."""
    return render(by_hand(strokes(digit, style), rng), scene or any_scene(rng))


def drawn_digits(seed, count):
    """List of `count` (PNG or JPEG bytes, digit, description), the same for the same seed."""
    return [_sample(np.random.default_rng([seed, i]), i) for i in range(count)]


def by_hand(lines, rng):
    """Turn by up to 12 degrees, slant, widen or narrow, and let the hand tremble."""
    turn = math.radians(rng.uniform(-12, 12))
    slant, aspect, tremor = rng.uniform(-0.25, 0.25), 2 ** rng.uniform(-0.35, 0.35), rng.random()
    turned = np.array([[math.cos(turn), -math.sin(turn)], [math.sin(turn), math.cos(turn)]])
    matrix = turned @ [[aspect, -slant], [0, 1]]
    return [line @ matrix.T + (0.2 + tremor) * _tremor(len(line), rng) for line in lines]


def any_scene(rng):
    """A canvas, its colours, and a drawing's pen, size and place on it."""
    size = SIZES[rng.integers(len(SIZES))]
    short = min(size)
    mode = str(rng.choice(MODES))
    ink, paper = _colours(mode, rng)
    # Below 18 pixels, or with a pen that fills its own loops, people cannot read it either.
    extent = rng.uniform(max(1 / 3, 18 / short), 0.95)
    pen = min(rng.uniform(0.02, 0.12), 0.16 * extent)
    pen = max(pen, 1.5 / short)
    return Scene(size, mode, ink, paper, extent, tuple(rng.random(2).tolist()), pen)


def render(lines, scene):
    """Ink `lines` with a round pen, smoothed at the edges: a PIL image as `scene` says."""
    mask = _ink(lines, scene)
    if scene.paper != CLEAR:
        image = Image.new(scene.mode, scene.size, scene.paper)
        image.paste(scene.ink, mask=mask)
        return image
    image = Image.new("RGBA", scene.size)  # a canvas export holds 0, 0, 0, 0 where no one drew
    image.paste(scene.ink, mask=mask.point(lambda ink: 255 * (ink > 0)))
    image.putalpha(mask)
    return image


def encode(image, kind="PNG"):
    """`image` as the bytes of a file of `kind`, "PNG" or "JPEG"."""
    file = io.BytesIO()
    image.save(file, kind)
    return file.getvalue()


def contact_sheet(samples, columns=20, cell=96):
    """All samples beside each other on grey, each over its label and number."""
    rows = math.ceil(len(samples) / columns)
    sheet = Image.new("RGB", (columns * cell, rows * (cell + 14)), "gray")
    for i, (data, label, _) in enumerate(samples):
        x, y = i % columns * cell, i // columns * (cell + 14)
        image = Image.open(io.BytesIO(data)).convert("RGBA")
        scale = (cell - 4) / max(image.size)
        image = image.resize([max(1, round(side * scale)) for side in image.size])
        sheet.paste(image, (x + 2, y + 2), image)
        ImageDraw.Draw(sheet).text((x + 4, y + cell), f"{label}  #{i}", fill="white")
    return sheet


def _sample(rng, i):
    digit, style = STYLES[i % len(STYLES)]
    scene = any_scene(rng)
    kind = "PNG" if scene.mode == "RGBA" else str(rng.choice(["PNG", "JPEG"]))
    image = draw(digit, style, rng, scene)
    return encode(image, kind), digit, f"#{i}: {digit} {style}, {kind} {scene}"


def _colours(mode, rng):
    choices = [("white", "black"), ("black", "white")]
    if mode != "L":
        choices.append((str(rng.choice(INKS)), str(rng.choice(PAPERS))))
    if mode == "RGBA":
        choices += [("white", CLEAR), ("black", CLEAR)]
    return choices[rng.integers(len(choices))]


def _stroke(outline):
    curves, corner = [], []
    for part in outline.split("/"):
        knots = corner + [knot.split(",") for knot in part.split()]
        curves.append(_spline(np.array(knots, float) / 100))
        corner = knots[-1:]
    return _even(np.concatenate(curves))


def _spline(knots, steps=16):
    """Catmull-Rom curve: smooth, and through every knot."""
    first, last = 2 * knots[:1] - knots[1:2], 2 * knots[-1:] - knots[-2:-1]
    p = np.concatenate([first, knots, last])
    t = np.linspace(0, 1, steps + 1)[:, None]
    curves = [
        b + t / 2 * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * b - a - 3 * c + d)))
        for a, b, c, d in zip(p, p[1:], p[2:], p[3:], strict=False)
    ]
    return np.concatenate(curves)


def _even(points):
    lengths = np.hypot(*np.diff(points, axis=0).T)
    along = np.concatenate([[0], np.cumsum(lengths)])
    at = np.linspace(0, along[-1], max(2, round(along[-1] / STEP)))
    return np.stack([np.interp(at, along, axis) for axis in points.T], axis=1)


def _tremor(count, rng):
    """Smooth noise (count, 2): a bow, a sway and a shake, each smaller than the one before."""
    order = np.arange(1, 9)
    cycles = STEP * np.arange(count)[:, None] * order / 3 + rng.random((2, 1, 8))
    heights = 0.02 * rng.normal(size=(2, 1, 8)) / order
    return (np.sin(2 * np.pi * cycles) * heights).sum(axis=-1).T


def _ink(lines, scene):
    """How much of each pixel the pen covers, as an "L" image."""
    fine = max(2, 1000 // max(scene.size))  # drawn larger by so much, then averaged
    pen = scene.pen * min(scene.size) * fine
    canvas = np.array(scene.size) * fine
    points = np.concatenate(lines)
    corner, extent = points.min(axis=0), np.maximum(np.ptp(points, axis=0), 1e-6)
    scale = ((scene.extent * canvas - pen) / extent).min()
    offset = (canvas - extent * scale - pen) * scene.place + pen / 2
    mask = Image.new("L", tuple(canvas.tolist()))
    paper = ImageDraw.Draw(mask)
    for line in lines:
        dots = (line - corner) * scale + offset
        paper.line(dots.ravel().tolist(), fill=255, width=round(pen))
        for x, y in dots.tolist():  # round caps and joins
            paper.ellipse((x - pen / 2, y - pen / 2, x + pen / 2, y + pen / 2), fill=255)
    return mask.reduce(fine)


if __name__ == "__main__":
    contact_sheet(drawn_digits(seed=0, count=300)).save(sys.argv[1])
