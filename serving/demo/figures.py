"""Arrays as little pictures inside HTML."""

import base64
import io
from html import escape

import numpy as np
from PIL import Image

GREY = np.array([[0, 0, 0], [255, 255, 255]])
EMBER = np.array([[19, 17, 28], [74, 31, 71], [164, 46, 60], [232, 116, 52], [255, 236, 179]])


def image(values, alt, colours=GREY):
    """An `<img>` of a (height, width) array of 0..1, run through `colours`."""
    stops = np.linspace(0, 1, len(colours))
    rgb = np.stack([np.interp(values, stops, channel) for channel in colours.T], axis=-1)
    file = io.BytesIO()
    Image.fromarray(rgb.round().astype("uint8")).save(file, "PNG")
    return f'<img class="pixels" src="{data_url(file.getvalue())}" alt="{escape(alt)}">'


def stretch(values):
    """Spread an array over 0..1, so that a faint map shows as much as a strong one."""
    low, high = values.min(), values.max()
    return (values - low) / (high - low) if high > low else np.zeros_like(values)


def data_url(png):
    return "data:image/png;base64," + base64.b64encode(png).decode()
