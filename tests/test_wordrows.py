"""Texts as rows of words: read as a stream, numbered, thinned, cut; the same when asked again."""

import gzip
import lzma

import numpy as np
import pytest

from train.data import wordfiles
from train.data.huffman import huffman
from train.data.wordfiles import numbered, words_in
from train.data.words import Rows, word_rows


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("ZOO_DATA", raising=False)
    return tmp_path / "cache"


def written(folder, text, name="text.txt"):
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return str(path)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The Café's menu", "the cafe menu"),
        ("don't rock’n’roll, it’s", "don t rock n roll it"),
        ("e-mail 42nd U.S.", "e mail nd u s"),
        ("naïve a中b", "naive a b"),
        ("", ""),
    ],
)
def test_words(text, words):
    assert [word.decode() for word in words_in(text)] == words.split()


def test_words_are_numbered_and_counted(tmp_path):
    ids, words, counts = numbered(written(tmp_path, "b a b\nc b\n"))
    assert words == ["b", "a", "c"]
    assert ids.tolist() == [0, 1, 0, 2, 0]
    assert counts.tolist() == [3, 1, 1]


@pytest.mark.parametrize("pack", [None, gzip.compress, lzma.compress])
def test_reading_in_blocks_changes_nothing(tmp_path, monkeypatch, pack):
    text = "".join(f"word{'abcdefghij'[i % 10]} Ü{i}\n" for i in range(500))
    name = {None: "t.txt", gzip.compress: "t.gz", lzma.compress: "t.xz"}[pack]
    path = written(tmp_path, pack(text.encode()) if pack else text, name)
    monkeypatch.setattr(wordfiles, "BLOCK", 97)
    ids, words, _ = numbered(path)
    assert [words[i] for i in ids] == [word.decode() for word in words_in(text)]


def test_a_line_without_end_does_not_fill_the_memory(tmp_path, monkeypatch):
    monkeypatch.setattr(wordfiles, "BLOCK", 10)
    assert max(map(len, wordfiles._blocks(wordfiles._source(written(tmp_path, "ab " * 999))))) < 200


def test_it_is_numbered_once_and_again_when_it_changes(tmp_path, cache):
    path = written(tmp_path, "one two")
    assert numbered(path)[1] == numbered(path)[1] == ["one", "two"]
    assert len([*cache.rglob("ids.bin")]) == 1
    written(tmp_path, "three")
    assert numbered(path)[1] == ["three"]


def test_texts_are_joined(tmp_path):
    both = f"{written(tmp_path, 'a b')},{written(tmp_path, 'b c', 'other')}"
    assert numbered(both)[2].tolist() == [1, 2, 1]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"good \xff", "is not UTF-8: byte 5 is 0xff; convert it first"),
        (b"", "holds no words"),
        ("42 日本".encode(), "holds no words"),
        (b"one two three", "0 words stand 5 times or more"),
        (b"one two " * 10, "20 words give less than one batch of 2 rows of 64 words"),
    ],
)
def test_a_text_of_no_use_is_named(tmp_path, content, message):
    with pytest.raises(ValueError, match=message):
        word_rows(2, 0, text=written(tmp_path, content), sample=0.0)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("no/such.txt", "neither a file nor one of sample, simplewiki, enwiki, topics, wikipedia"),
        ("simplewiki", "set ZOO_DATA=FOLDER, or train on wikipedia"),
    ],
)
def test_a_missing_text_is_named(name, message):
    with pytest.raises(FileNotFoundError, match=message):
        numbered(name)


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"loss": "nce"}, "loss='nce': choose softmax"),
        ({"window": 64}, "window=64: expected 1 to less than a row's 64 words"),
        ({"drawn": 0}, "drawn=0: expected 1 word or more"),
    ],
)
def test_a_wrong_setting_is_named(setting, message):
    with pytest.raises(ValueError, match=message):
        word_rows(2, 0, text="sample", **setting)


def test_the_sample_is_real_and_gives_the_same_rows_again():
    data = word_rows(16, 3, text="sample", window=4, drawn=7)
    assert data.assets["words"][:3] == ["the", "of", "and"]
    assert data.sizes["vocab_size"] == len(data.assets["words"]) > 3000
    steps = data.steps_per_epoch
    whole = [x for x, _ in data.train(0).take(2 * steps)]
    resumed = [x for x, _ in data.train(1).take(steps)]
    for one, other in zip(whole[steps:], resumed, strict=True):
        for name in ("tokens", "reach", "drawn"):
            np.testing.assert_array_equal(one[name], other[name])
    assert (whole[0]["tokens"].numpy() != whole[steps]["tokens"].numpy()).any()
    assert whole[0]["drawn"].shape == (16, 7)
    reach = np.concatenate([x["reach"] for x in whole])
    assert set(np.unique(reach)) == {1, 2, 3, 4}
    assert len(list(data.validation)) > 0


def rows(ids, counts, **options):
    given = {"seed": 0, "row": 8, "window": 2, "drawn": 4, "sample": 0.0, **options}
    return Rows(np.asarray(ids, "int32"), np.argsort(-counts), counts, **given)


def test_frequent_words_are_thinned_as_the_formula_says():
    rng = np.random.default_rng(0)
    ids = rng.choice(4, 400_000, p=[0.1, 0.6, 0.2, 0.1])
    counts = np.bincount(ids)
    seen = np.concatenate(
        [part["tokens"].ravel() for part in rows(ids, counts, sample=0.15).epoch(0)]
    )
    kept = np.bincount(seen, minlength=4) / 0.99  # 1 % is held out
    share = np.sort(counts)[::-1] / counts.sum()
    expected = np.minimum(1, np.sqrt(0.15 / share)) * np.sort(counts)[::-1]
    np.testing.assert_allclose(kept, expected, rtol=0.02)


def test_words_are_drawn_by_count_to_the_three_quarters():
    ids = np.repeat(np.arange(3), (81_000, 16_000, 1_000))
    drawn = np.concatenate([p["drawn"].ravel() for p in rows(ids, np.bincount(ids)).epoch(0)])
    share = np.bincount(drawn) / len(drawn)
    expected = np.array([81, 16, 1]) ** 0.75
    np.testing.assert_allclose(share, expected / expected.sum(), atol=0.01)


def test_rows_go_on_over_chunks_and_nothing_is_lost(monkeypatch):
    from train.data import words

    monkeypatch.setattr(words, "CHUNK", 100)
    ids = np.arange(1000)
    kept = rows(ids, np.full(1000, 1), row=8)
    tokens = np.concatenate([part["tokens"] for part in kept.epoch(0)])
    assert (np.diff(tokens, axis=1) == 1).all()  # what follows is what followed
    assert sorted(tokens.ravel()) == list(range(990 // 8 * 8))
    assert kept.held_out()["tokens"].ravel().tolist() == list(range(990, 998))


def test_huffman_by_hand():
    # 1 + 2 = 3, 3 + 3 = 6, 6 + 5 = 11: ways of 3, 3, 2 and 1 questions
    nodes, turns = huffman([5, 3, 2, 1])
    assert (turns != 0).sum(1).tolist() == [1, 2, 3, 3]
    assert nodes[:, 0].tolist() == [2, 2, 2, 2]  # the root is the last node made


def test_huffman_is_a_code_and_the_shortest():
    counts = np.random.default_rng(0).zipf(1.5, 300)
    nodes, turns = huffman(counts)
    lengths = (turns != 0).sum(1)
    assert np.sum(2.0**-lengths) == 1  # Kraft: a whole tree
    ways = {
        tuple(zip(n[:k], t[:k], strict=True)) for n, t, k in zip(nodes, turns, lengths, strict=True)
    }
    assert len(ways) == 300
    share = counts / counts.sum()
    entropy = -np.sum(share * np.log2(share))
    assert entropy <= np.sum(share * lengths) < entropy + 1


def test_the_hierarchical_softmax_gets_its_ways():
    data = word_rows(4, 0, text="sample", loss="hierarchical")
    inputs, _ = next(iter(data.train(0)))
    assert set(inputs) == {"tokens", "reach", "nodes", "turns"}
    assert inputs["nodes"].shape == inputs["turns"].shape == (4, 64, inputs["nodes"].shape[2])
    assert (np.max(inputs["nodes"], -1) == data.sizes["vocab_size"] - 2).all()


def test_lines_are_words_of_any_letters_and_windows_end_with_them(tmp_path):
    path = written(tmp_path, "Größe, l'été!\nDON’T 42\n")
    ids, words, _ = numbered(path, lines=True)
    gap = ["</s>"] * 3
    assert [words[i] for i in ids] == ["größe", "l", "été", *gap, "don", "t", *gap]
    assert numbered(path)[1] != words  # kept apart from the same file read otherwise


def test_the_end_of_a_line_is_never_thinned_nor_drawn(tmp_path):
    path = written(tmp_path, "one two three\n" * 3000 + "four five six seven\n" * 500)
    data = word_rows(8, 0, text=path, lines=True, sample=0.001, window=3)
    assert data.assets["words"][0] == "</s>"
    seen = [x for x, _ in data.train(0).take(data.steps_per_epoch)]
    tokens = np.concatenate([x["tokens"].numpy().ravel() for x in seen])
    assert (tokens == 0).mean() > 0.8  # the words are few, and thinned
    drawn = np.concatenate([x["drawn"].numpy().ravel() for x in seen])
    assert set(np.unique(drawn)) == set(range(1, 8))
    reach = np.concatenate([x["reach"].numpy().ravel() for x in seen])
    np.testing.assert_array_equal(reach == -1, tokens == 0)


def test_wikipedia_comes_by_tensorflow_datasets(tmp_path):
    import tensorflow as tf
    import tensorflow_datasets as tfds

    articles = {"title": ["A", "B"], "text": ["One two, two.\nThree", "Four"]}
    tfds.dataset_builders.store_as_tfds_dataset(
        name="wikipedia",
        config=tfds.core.BuilderConfig(name="20230601.en"),
        version="1.0.0",
        features=tfds.features.FeaturesDict(
            {"title": tfds.features.Text(), "text": tfds.features.Text()}
        ),
        split_datasets={"train": tf.data.Dataset.from_tensor_slices(articles)},
        data_dir=tmp_path / "tfds",
    )
    tfds.core.add_data_dir(tmp_path / "tfds")
    ids, words, _ = numbered("wikipedia/20230601.en")
    assert sorted(words[i] for i in ids) == ["four", "one", "three", "two", "two"]
