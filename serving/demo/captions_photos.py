"""The free photographs of the Captions tab, and the photos that visitors send.

The sixteen of `examples/photos/` are from COCO 2017 (README.md and photos.tsv there).
"""

import base64
import csv
import json
from dataclasses import dataclass
from functools import cache
from html import escape

from serving.demo import parts
from serving.errors import ServingError

FOLDER = parts.HERE / "examples" / "photos"
LARGEST = 8_000_000  # letters of a data URL; the page scales photos down before it sends them


@dataclass(frozen=True)
class Free:
    """A photograph under a free licence, and what a person said of it."""

    file: str
    address: str
    licence: str
    licence_address: str
    told: str


@cache
def free():
    """{file's name: Free}, in the order of the table."""
    with (FOLDER / "photos.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return {
        row["file"]: Free(
            row["file"],
            row["flickr_url"],
            row["licence"],
            row["licence_url"],
            json.loads(row["captions_json"])[0],
        )
        for row in rows
    }


def content(photo):
    """The bytes of a photo: {"free": a file's name} or {"data": a data URL}.

    Raises ServingError where it is neither.
    """
    photo = photo if isinstance(photo, dict) else {}
    if photo.get("free") in free():
        return (FOLDER / photo["free"]).read_bytes()
    data = str(photo.get("data") or "")
    if not data:
        raise ServingError("INVALID_ARGUMENT", "There is no picture yet: choose a photo first.")
    if len(data) > LARGEST:
        raise ServingError("INVALID_ARGUMENT", "The picture is too large: scale it down first.")
    try:
        return base64.b64decode(data.partition(",")[2], validate=True)
    except ValueError:  # binascii.Error is one
        raise ServingError("INVALID_ARGUMENT", "The picture arrived damaged; try again.") from None


def shelf():
    """The free photographs as buttons that carry their attribution."""
    return "".join(
        f'<button type="button" data-free="{escape(p.file)}" data-address="{escape(p.address)}" '
        f'data-licence="{escape(p.licence)}" data-licence-address="{escape(p.licence_address)}">'
        f'<img src="photos/{escape(p.file)}" alt="{escape(p.told)}" loading="lazy"></button>'
        for p in free().values()
    )
