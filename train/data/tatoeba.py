"""Sentence pairs of Tatoeba: English, and the same in German or French.

They are the files of www.manythings.org/anki: sentences by the contributors of tatoeba.org, CC BY
2.0 France.  With `ZOO_DATA=FOLDER` they are read from FOLDER/mt, else downloaded once (10 MB each).

A pair belongs to a split by its English sentence, so that no two translations of one sentence are
in different splits: eight tenths are for training, the rest is held out.  A folder of yours holds
`de.tsv`, `fr.tsv` or the like, of lines "English <tab> other language".
"""

import hashlib
import lzma
import os
import zipfile
from pathlib import Path

FILES = {"de": "deu", "fr": "fra"}
URL = "https://www.manythings.org/anki/{code}-eng.zip"
WAYS_OUT = """the sentence pairs of {language!r} could not be had: {cause}
Ways out:
  - download {url} with a browser, put the text in it into FOLDER as {language}.tsv, and say
    --set pairs=FOLDER (for vectors --set text=FILE and lines=true);
  - give such a folder with sentence pairs of your own"""


def pairs(language, folder="tatoeba"):
    """The (English, other) pairs of a language, a list of pairs of str.

    Raises OSError when they can't be had, ValueError when the file is none of pairs.
    """
    text = _kept(language, Path(folder)) if folder != "tatoeba" else _tatoeba(language)
    rows = [line.split("\t")[:2] for line in text.splitlines() if line.strip()]
    if not rows or any(len(row) < 2 for row in rows):
        raise ValueError(f"the pairs of {language!r} in {folder}: expected English <tab> other")
    return [(english.strip(), other.strip()) for english, other in rows]


def held_out(english):
    """Whether the pairs of this English sentence are for validation and test."""
    return int.from_bytes(hashlib.sha256(english.encode()).digest()[:4], "big") % 10 >= 8


def sentences(language, folder="tatoeba"):
    """The different sentences that are not held out, of one language or of English, "en".

    English is the English side of all other languages.
    """
    if language == "en":
        found = [english for other in FILES for english, _ in pairs(other, folder)]
        return list(dict.fromkeys(each for each in found if not held_out(each)))
    found = [other for english, other in pairs(language, folder) if not held_out(english)]
    return list(dict.fromkeys(found))


def _kept(language, folder):
    path = folder / f"{language}.tsv"
    if not path.is_file():
        raise FileNotFoundError(f"{path} does not exist: expected lines of English <tab> other")
    return path.read_text(encoding="utf-8")


def _tatoeba(language):
    if language not in FILES:
        raise ValueError(f"language {language!r}: choose {' or '.join(FILES)}")
    code = FILES[language]
    url = URL.format(code=code)
    try:
        if "ZOO_DATA" in os.environ:
            path = Path(os.environ["ZOO_DATA"]) / "mt" / f"tatoeba_eng-{code}.tsv.xz"
            return lzma.decompress(path.read_bytes()).decode("utf-8")
        import keras

        with zipfile.ZipFile(keras.utils.get_file(f"{code}-eng.zip", url)) as packed:
            return packed.read(f"{code}.txt").decode("utf-8")
    except Exception as error:  # whatever the network or the disk raise means the same
        cause = str(error).strip().partition("\n")[0] or repr(error)
        raise OSError(WAYS_OUT.format(language=language, cause=cause, url=url)) from error
