"""word2vec's files: what gensim writes is read, what is written is what gensim writes."""

import gzip

import numpy as np
import pytest

from zoo.word2vec_format import read, write

WORDS = ["the", "café"]
VECTORS = np.float32([[0.1, -2e-8, 3], [1 / 3, 0, -1e30]])


@pytest.mark.parametrize("name", ["v.txt", "v.txt.gz", "v.bin", "v.bin.gz"])
def test_there_and_back_nothing_is_lost(tmp_path, name):
    write(tmp_path / name, WORDS, VECTORS)
    words, vectors = read(tmp_path / name)
    assert words == WORDS
    np.testing.assert_array_equal(vectors, VECTORS)


def test_text_by_hand(tmp_path):
    write(tmp_path / "v.txt", ["a", "b"], [[1, 2.5], [-3, 0]])
    assert (tmp_path / "v.txt").read_bytes() == b"2 2\na 1 2.5\nb -3 0\n"


@pytest.mark.parametrize("end", [b"", b"\n"])
def test_binary_with_and_without_line_feeds(tmp_path, end):
    # gensim ends a word's numbers with nothing, word2vec.c with a line feed
    rows = [w.encode() + b" " + v.tobytes() + end for w, v in zip(WORDS, VECTORS, strict=True)]
    (tmp_path / "v.bin").write_bytes(b"2 3\n" + b"".join(rows))
    words, vectors = read(tmp_path / "v.bin")
    assert words == WORDS
    np.testing.assert_array_equal(vectors, VECTORS)


def test_the_first_words_alone(tmp_path):
    write(tmp_path / "v.txt", WORDS, VECTORS)
    assert read(tmp_path / "v.txt", limit=1)[0] == ["the"]


@pytest.mark.parametrize("name", ["glove.txt", "glove.txt.gz"])
def test_glove_has_no_first_line(tmp_path, name):
    content = b"the 0.5 -1 2\n, 1 2 3\n5 4 5 6\n"
    packed = gzip.compress(content) if name.endswith("gz") else content
    (tmp_path / name).write_bytes(packed)
    words, vectors = read(tmp_path / name)
    assert words == ["the", ",", "5"]
    np.testing.assert_array_equal(vectors, [[0.5, -1, 2], [1, 2, 3], [4, 5, 6]])
    assert read(tmp_path / name, limit=2)[0] == ["the", ","]


def test_gz_is_packed(tmp_path):
    write(tmp_path / "v.txt.gz", ["a"], [[1]])
    assert gzip.decompress((tmp_path / "v.txt.gz").read_bytes()) == b"1 1\na 1\n"


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("v.txt", b"the 0.1 cat\n", "expected a line with the numbers of words"),
        ("v.bin", b"the 0.1 0.2\n", "expected a line with the numbers of words"),
        ("v.txt", b"the 0.1 0.2\ncat 1\n", "word 2 of 2: expected 2 numbers, got 1"),
        ("v.txt", b"", "begins with b''"),
        ("v.txt", b"2 2\na 1 2\nb 1\n", "word 2 of 2: expected 2 numbers, got 1"),
        ("v.txt", b"1 2\na 1 x\n", "word 1 of 1: could not convert"),
        ("v.txt", b"2 1\na 1\na 2\n", "the word 'a' stands twice"),
        ("v.txt", b"1 1\n\xff 1\n", "word 1 of 1: 'utf-8' codec"),
        ("v.bin", b"1 2\na \0\0\0\0", "word 1 of 1: the file ends within its 2 numbers"),
        ("v.bin", b"1 2\n", "is the file cut short"),
    ],
)
def test_other_files_are_named(tmp_path, name, content, message):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ValueError, match=message):
        read(tmp_path / name)


@pytest.mark.parametrize(
    ("words", "message"),
    [(["a b", "c"], "'a b' is empty or holds white space"), (["a"], "1 words, but vectors of")],
)
def test_what_cannot_be_written_is_named(tmp_path, words, message):
    with pytest.raises(ValueError, match=message):
        write(tmp_path / "v.txt", words, VECTORS)
