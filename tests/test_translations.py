"""Translations: pairs found in sentences, the served model by hand, and the way from text to it."""

import numpy as np
import pytest
import tensorflow as tf

from train import loop, recipe
from train.data.dictionary import part, word_pairs
from train.data.tatoeba import held_out, pairs, sentences
from train.tasks.translations import figures
from zoo import word2vec_format
from zoo.export import export
from zoo.translations import hubness, signatures, warmup

WORDS = {"en": ["dog", "cat", "house"], "de": ["haus", "hund", "über"]}
VECTORS = np.float32(
    [[1, 0, 0], [0.8, 0.6, 0], [0, 0, 1], [0, 0.28, 0.96], [0.96, 0.28, 0], [0, 1, 0]]
)


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models") / "translations"
    target = export(folder, signatures(WORDS, VECTORS), warmup(), {})
    return tf.saved_model.load(str(target)).signatures


def ask(served, word, language, to, count=1):
    given = {"word": word, "language": language, "to": to}
    found = served["serving_default"](**{k: tf.constant([v] * count) for k, v in given.items()})
    return {name: value.numpy()[0] for name, value in found.items()}


def test_a_translation_by_hand(served):
    found = ask(served, " Dog", "en", "de")
    # haus and über have cosine 0 alike, but haus is the nearer to the English words
    assert [word.decode() for word in found["words"][:3]] == ["hund", "über", "haus"]
    np.testing.assert_allclose(found["scores"][:2], [0.96, 0], atol=0.01)
    assert found["words"][3:].tolist() == [b""] * 7  # German has three words
    assert found["known"]
    assert set(found["closest"]) == {b""}


def test_hubs_come_later(served):
    # cat is as near to hund as to nothing else, but "über" is near to fewer English words
    cosine = VECTORS[3:] @ VECTORS[1]
    hub = (VECTORS[3:] @ VECTORS[:3].T).mean(1)
    order = np.argsort(-(2 * cosine - hub))
    found = ask(served, "cat", "en", "de")["words"][:3]
    assert [word.decode() for word in found] == [WORDS["de"][i] for i in order]
    np.testing.assert_allclose(hubness(VECTORS[3:], [VECTORS[:3]])[0], hub, rtol=1e-6)


def test_within_a_language_neighbours_are_found_but_not_the_word(served):
    assert ask(served, "dog", "en", "en")["words"].tolist()[:3] == [b"cat", b"house", b""]


def test_capitals_do_not_matter_and_umlauts_do(served):
    assert ask(served, "ÜBER", "de", "en")["known"]
    unknown = ask(served, "uber", "de", "en")
    assert not unknown["known"]
    assert unknown["closest"][0] == "über".encode()
    assert set(unknown["words"]) == {b""}
    assert not ask(served, "hund", "en", "de")["known"]


def test_another_language_is_refused(served):
    with pytest.raises(tf.errors.InvalidArgumentError, match="expected one of en, de"):
        ask(served, "dog", "en", "it")
    with pytest.raises(tf.errors.InvalidArgumentError, match="expected as many of word, language"):
        served["serving_default"](
            word=tf.constant(["dog"]), language=tf.constant(["en"] * 2), to=tf.constant(["de"] * 2)
        )


def test_embed_and_vocabulary(served):
    given = {"word": tf.constant(["hund", "dog"]), "language": tf.constant(["de", "de"])}
    found = served["embed"](**given)
    np.testing.assert_allclose(found["vector"], [VECTORS[4], [0, 0, 0]], atol=0.01)
    assert found["known"].numpy().tolist() == [True, False]
    ranks = {"rank": tf.constant([0, 2, 3, -1]), "language": tf.constant(["de"] * 4)}
    assert served["vocabulary"](**ranks)["word"].numpy().tolist()[2:] == [b"", b""]
    assert served["vocabulary"](**ranks)["word"].numpy()[0] == b"haus"


NUMBERS = [a + b for a in "bdfgklmnprst" for b in ("ip", "ok", "um", "at", "ec", "as")]


def written(folder):
    """Sentences of three words out of 72, and of the same ones backwards in another tongue."""
    rng = np.random.default_rng(0)
    lines = []
    for _ in range(4000):
        topic = rng.integers(12) * 6
        words = [NUMBERS[i] for i in topic + rng.integers(6, size=3)]
        lines.append(f"{' '.join(words)}\t{' '.join('x' + word for word in words[::-1])}")
    (folder / "de.tsv").write_text("\n".join(lines), encoding="utf-8")
    return str(folder)


def test_pairs_belong_to_a_split_by_their_english_sentence(tmp_path):
    folder = written(tmp_path)
    rows = pairs("de", folder)
    kept = {other for english, other in rows if not held_out(english)}
    assert set(sentences("de", folder)) == kept
    assert 0.15 < np.mean([held_out(english) for english, _ in rows]) < 0.25


def test_word_pairs_are_found_and_parted(tmp_path):
    found = word_pairs("de", written(tmp_path))
    for split in ("train", "validation", "test"):
        assert found[split]
        assert {(x, "x" + x) for x, _ in found[split]} == set(found[split])
        assert {part(x) for x, _ in found[split]} == {split}
    assert sum(len(found[s]) for s in ("train", "validation", "test")) == len(NUMBERS)
    assert found["together"]["bip"] == "xbip"


def test_from_vectors_to_a_served_model(tmp_path, seeded):
    folder = written(tmp_path)
    english = np.random.default_rng(0).normal(size=(72, 8))
    turned = english @ np.linalg.qr(np.random.default_rng(1).normal(size=(8, 8)))[0]
    word2vec_format.write(tmp_path / "en.bin", ["</s>", *NUMBERS], [english[0], *english])
    word2vec_format.write(tmp_path / "de.bin", ["x" + word for word in NUMBERS], turned)
    settings = [f"vectors={folder}", f"pairs={folder}", "languages=en,de"]
    chosen = recipe.load("translations").with_settings(settings)
    report = loop.fit(chosen, tmp_path / "run", verbose=0)
    assert report["best"]["val_loss"] < -0.98  # minus the mean cosine
    target = loop.export_run(chosen, tmp_path / "run", tmp_path / "translations")
    served = tf.saved_model.load(str(target)).signatures
    told = dict(figures(served, loop.load_data(chosen).test()))
    assert told["en_de_at_1"] == told["de_en_at_5"] == told["en_de_together"] == 1
    assert told["en_de_spelling"] == 0
    assert told["en_de_asked"] == len(word_pairs("de", folder)["test"])


@pytest.mark.parametrize(
    ("setting", "error", "message"),
    [
        ("languages=en", ValueError, "expected two or more, such as en,de"),
        ("vectors=nowhere", FileNotFoundError, "nowhere/en.bin"),
    ],
)
def test_what_is_missing_is_named(setting, error, message):
    with pytest.raises(error, match=message):
        loop.load_data(recipe.load("translations").with_settings([setting]))


def test_a_file_of_something_else_is_named(tmp_path):
    (tmp_path / "de.tsv").write_text("no tab here")
    with pytest.raises(ValueError, match="expected English <tab> other"):
        pairs("de", tmp_path)
    with pytest.raises(FileNotFoundError, match=r"fr\.tsv does not exist"):
        pairs("fr", tmp_path)


def test_without_network_the_ways_out_are_told(monkeypatch, tmp_path):
    monkeypatch.setenv("ZOO_DATA", str(tmp_path))
    with pytest.raises(OSError, match=r"(?s)'de' could not be had.*deu-eng\.zip.*pairs=FOLDER"):
        pairs("de")
