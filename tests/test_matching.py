"""Sentences and photographs: from a folder to what is served, alone and with a captioner."""

# ruff: noqa: F401, F811 -- fixtures are imported, and named as arguments

import json

import numpy as np
import pytest
import tensorflow as tf

import zoo
from tests.test_captions import at_home, home, jpeg
from train import loop, recipe
from train.data.matching import matching
from train.tasks.matching import fits, recall
from zoo.captions import Words

SMALL = ["epochs=1", "batch_size=2", "min_count=1", "embed_dim=8", "units=12"]


def trained(name, runs, *settings):
    chosen = recipe.load(name).with_settings([*SMALL, *settings])
    loop.fit(chosen, runs / name, precision="float32", verbose=0)
    return chosen


@pytest.fixture(scope="module")
def joint(home, tmp_path_factory):
    """The signatures of a captioner with what searches beside it, and the folder of both runs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ZOO_DATA", str(home))
        patch.setenv("ZOO_CACHE", str(home / "cache"))
        runs = tmp_path_factory.mktemp("runs")
        for stage in ("visual_semantic_base", "visual_semantic"):
            trained(stage, runs, "units=16")
        chosen = trained("captions", runs)
        folder = loop.export_run(chosen, runs / "captions", runs / "served")
    return folder, tf.saved_model.load(str(folder)).signatures, runs


def align(served, *pairs):
    image, sentence = zip(*pairs, strict=True)
    return {k: v.numpy() for k, v in served["align"](
        image=tf.constant(image), sentence=tf.constant(sentence)).items()}  # fmt: skip


def test_a_batch_is_photographs_with_all_their_captions(at_home):
    found = matching(batch_size=2, seed=0, min_count=1)
    inputs, _ = next(iter(found.train(0)))
    assert found.steps_per_epoch == 2
    assert inputs["regions"].shape == (2, 49, 1280)
    words = Words(found.assets["words"])
    told = words.text(inputs["words"][:, 1:-1]).numpy().tolist()
    assert told == [f"a dog runs number {n}".encode() for n in range(5)] * 2


def test_sentences_are_read_in_the_graph_as_in_training():
    words = Words(["<pad>", "<start>", "<end>", "<unknown>", "a", "dog", "runs", "2"])
    sentences = ["A dog-a RUNS!", "", "zebra\ndog", "2 <start> dogs, a " * 30]
    numbers, told = tf.function(lambda s: words.read(s, 6))(tf.constant(sentences))
    for row, sentence in zip(numbers.numpy(), sentences, strict=True):
        expected = words.numbers(" ".join(sentence.split()), 7)
        np.testing.assert_array_equal(row, expected)
    assert told[0].numpy().tolist() == [b"a", b"dog", b"a", b"runs", b"", b""]
    assert told[2, 0] == b"zebra"


def test_it_joins_the_captions(joint):
    folder, served, _ = joint
    searching = {"embed_image", "embed_text", "embed_regions", "embed_words", "align"}
    assert {"serving_default", "beam", "attend", *searching} == set(served)
    notes = json.loads((folder / "assets.extra" / "zoo.json").read_text())
    assert notes["joined"]["visual_semantic"]["sizes"]["units"] == 16
    kept = (folder / "variables" / "variables.data-00000-of-00001").stat().st_size
    assert kept < 2.1 * zoo.build("efficientnet_lite0").count_params()  # the eyes: once, in half


def test_vectors_and_alignment_agree(joint):
    _, served, _ = joint
    text = served["embed_text"](sentence=tf.constant(["A dog runs", "zebras"]))
    picture = served["embed_image"](image=tf.constant([jpeg(5)]))["vector"].numpy()
    np.testing.assert_allclose(np.linalg.norm(picture, axis=1), 1, rtol=1e-5)
    assert text["known"].numpy().tolist() == [[True] * 3, [False] * 3]
    assert not text["vector"].numpy()[1].any()
    found = align(served, (jpeg(5), "A dog runs"), (jpeg(5), "zebras"))
    cosine = picture @ text["vector"].numpy().T
    np.testing.assert_allclose(found["cosine"], cosine[0], atol=1e-4)
    np.testing.assert_allclose(found["score"], found["scores"].sum(1), rtol=1e-5)
    assert found["grid"].shape == (2, 3, 7, 7)
    regions = served["embed_regions"](image=tf.constant([jpeg(5)]))["vectors"].numpy()
    words = served["embed_words"](sentence=tf.constant(["A dog runs", "zebras"]))["vectors"].numpy()
    np.testing.assert_allclose(found["score"], fits(regions, words)[0], rtol=1e-4, atol=1e-5)


def test_the_box_is_that_of_the_best_region(joint):
    found = align(joint[1], (jpeg(3), "a dog runs number"))
    for score, box, grid in zip(found["scores"][0], found["boxes"][0], found["grid"][0],
                                strict=True):  # fmt: skip
        if box.tolist() == [0, 0, 1, 1]:
            assert score >= grid.max()
        else:
            row, column = np.unravel_index(grid.argmax(), grid.shape)
            sides = np.array([row, column, row + 1, column + 1]) / 7
            np.testing.assert_allclose(box, sides, atol=1e-6)
            np.testing.assert_allclose(score, grid.max(), rtol=1e-6)


def test_alone_it_aligns_and_is_measured(joint, at_home, tmp_path):
    chosen = recipe.load("visual_semantic").with_settings([*SMALL, "units=16"])
    folder = loop.export_run(chosen, joint[2] / "visual_semantic", tmp_path / "served")
    served = tf.saved_model.load(str(folder)).signatures
    same = served["serving_default"](image=tf.constant([jpeg(1)]), sentence=tf.constant(["a dog"]))
    assert same.keys() == align(served, (jpeg(1), "a dog")).keys()
    data = loop.load_data(chosen)
    figures = dict(chosen.task.figures(served, data.test()))
    assert (figures["photographs"], figures["sentences"]) == (1, 5)
    for way in ("image_to_text", "text_to_image"):
        assert figures[f"{way}_recall_1"] == figures[f"words_{way}_recall_1"] == 100
    held_out = dict(chosen.task.figures(served, data.held_out()))
    assert held_out["sentences"] == 5


def test_other_eyes_are_refused(joint, at_home):
    _, _, runs = joint
    note = runs / "visual_semantic" / "data.json"
    given = note.read_text()
    note.write_text(given.replace("efficientnet_lite0", "efficientnet_lite2"))
    chosen = recipe.load("captions").with_settings(SMALL)
    with pytest.raises(ValueError, match="visual_semantic was trained on encoder=efficientnet_li"):
        loop.export_run(chosen, runs / "captions", runs / "other")
    note.write_text(given)
    assert not (runs / "other").exists()


def test_recall_by_hand():
    """Two pictures, two sentences each; equals count against."""
    scores = np.float32([[5, 1, 3, 3], [4, 2, 2, 3]])
    own = np.array([0, 0, 1, 1])
    # picture 0: 5 stands first; picture 1: its best, 3, behind 4
    # sentences: 5 > 4; 1 < 2; 2 < 3; 3 = 3
    figures = dict(recall(scores, own))
    assert figures["image_to_text_recall_1"] == 50
    assert figures["image_to_text_median_rank"] == 1.5
    assert figures["text_to_image_recall_1"] == 25
    assert figures["text_to_image_recall_5"] == 100
    assert figures["text_to_image_median_rank"] == 2
