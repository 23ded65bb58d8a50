"""What lies on disk: which versions of a model there are, and which of them are complete.

    <base path of the model>/<version>/saved_model.pb

A folder whose name is no number (`3.tmp`, `.3-abc`) is no version.  A numbered folder without a
SavedModel is a version that is still to come; one that appears while the server runs has to look
the same twice before it is tried, so that a copy in progress is left alone.

A version that is loaded is not looked into again, as in TensorFlow Serving: new content under an
old number is not noticed.  Give it a new number.

Source: tensorflow_serving/sources/storage_path/file_system_storage_path_source.cc
"""

import contextlib
import logging
import os
from dataclasses import dataclass, field
from pathlib import Path

from serving.config import Served

log = logging.getLogger("serving")

_SAVED_MODELS = {"saved_model.pb", "saved_model.pbtxt", "saved_model.cpb"}
_LARGEST = 2**63 - 1


@dataclass(frozen=True)
class Found:
    """What there is of a model.

    wanted: {version number: path} to serve.
    coming: whether there is anything to serve, be it incomplete; else the model is gone.
    """

    wanted: dict = field(default_factory=dict)
    coming: bool = False


GONE = Found()


class Watch:
    """Looks for versions, and remembers between two looks what was still being written."""

    def __init__(self):
        self._seen = {}
        self._before = {}

    def turn(self):
        """Begin another look at all models."""
        self._before, self._seen = self._seen, {}

    def look(self, model, loaded, at_once):
        """What there is of a model (Found).

        model: config.Served; loaded: the paths of its versions that need no second look.
        at_once: try new versions without waiting for a second look.
        Raises OSError where its folder cannot be read.
        """
        folders = numbered(model.base_path)
        complete = {
            number: path
            for number, path in folders.items()
            if path in loaded or self.is_complete(path, at_once)
        }
        wanted = {number: complete[number] for number in model.choose(complete)}
        return Found(wanted, coming=bool(model.choose(folders)))

    def is_complete(self, path, at_once=False):
        """Whether a version's files are all there: they are as they were one look ago."""
        now = self._seen[path] = files(path)
        if not now and path not in self._before:
            log.info("%s has no saved_model.pb yet; it is tried when it has one", path)
        return bool(now) and (at_once or now == self._before.get(path))


def models_under(base_path):
    """{name: Served} of every folder under a base path; raises OSError if it cannot be read."""
    with os.scandir(base_path) as entries:
        names = [e.name for e in entries if e.is_dir() and not e.name.startswith(".")]
    return {name: Served(name, Path(base_path, name)) for name in sorted(names)}


def numbered(folder):
    """{version number: path} of the folders in a folder whose names are numbers."""
    with os.scandir(folder) as entries:
        names = sorted(e.name for e in entries if _is_number(e.name) and e.is_dir())
    # Of "07" and "7" the last one counts.
    return {int(name): Path(folder, name) for name in names}


def _is_number(name):
    return name.isascii() and name.isdigit() and int(name) <= _LARGEST


def files(path):
    """{(path, size, time of the last change)} of a version; empty if it has no SavedModel."""
    found = set()
    try:
        if _SAVED_MODELS.isdisjoint(os.listdir(path)):
            return frozenset()
        for folder, _, names in os.walk(path):
            for name in names:
                file = os.path.join(folder, name)
                stat = os.stat(file)
                found.add((file, stat.st_size, stat.st_mtime_ns))
    except OSError:  # it changed under our eyes
        return frozenset()
    return frozenset(found)


def graph_bytes(path):
    """The size of a version's graph, by which it takes long to load or not; 0 if it has none."""
    sizes = [0]
    for name in _SAVED_MODELS:
        with contextlib.suppress(OSError):
            sizes.append(os.stat(os.path.join(path, name)).st_size)
    return max(sizes)
