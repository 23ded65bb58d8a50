"""Write a folder so that nobody ever finds half of it."""

import os
import shutil
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def written_aside(folder):
    """`with written_aside(folder) as part`: fill `part`; it is named `folder` at the end.

    The name appears in one step and with the content on disk, or not at all.
    Raises FileExistsError when `folder` exists: nothing is ever overwritten.
    """
    folder = Path(folder)
    part = folder.with_name(f".{folder.name}.part-{os.getpid()}")
    part.mkdir(parents=True)
    try:
        yield part
        for path in part.rglob("*"):
            _flush(path)
        if folder.exists():
            raise FileExistsError(f"{folder} exists already and is not overwritten")
        part.rename(folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _flush(path):
    if path.is_file():
        with path.open("rb") as file:
            os.fsync(file.fileno())
