"""Captions: a folder of photographs becomes a served captioner; the encoder has random weights."""

import io
import itertools
import json
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
import tensorflow_datasets as tfds
from PIL import Image

import zoo
from train import loop, recipe
from train.data import captions as data
from train.data import features, imagenet
from train.data.flickr8k import Flickr8k
from train.tasks.captions import scores
from zoo.captions import Words, plain

NAMES = [f"{i}.jpg" for i in range(6)]
SPLITS = {"train": NAMES[:4], "dev": NAMES[4:5], "test": NAMES[5:]}


def jpeg(seed):
    file = io.BytesIO()
    noise = np.random.default_rng(seed).integers(0, 255, (40, 30, 3), "uint8")
    Image.fromarray(noise).save(file, "JPEG")
    return file.getvalue()


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """ZOO_DATA with six photographs in flickr8k/ and an encoder."""
    home = tmp_path_factory.mktemp("data")
    folder = home / "flickr8k"
    (folder / "images").mkdir(parents=True)
    for i, name in enumerate(NAMES):
        (folder / "images" / name).write_bytes(jpeg(i))
    lines = [f"{name}#{n}\tA dog runs , number {n} ." for name in NAMES for n in range(5)]
    (folder / "Flickr8k.token.txt").write_text("\n".join(lines) + "\n")
    for split, names in SPLITS.items():
        (folder / f"Flickr_8k.{split}Images.txt").write_text("\n".join(names) + "\n")
    (home / "efficientnet_lite0").mkdir()
    weights = {}
    for weight in zoo.build("efficientnet_lite0").weights:
        value = weight.numpy()
        if weight.path.endswith("depthwise/kernel"):
            value = value.transpose(0, 1, 3, 2)
        weights[imagenet.torch_name(*weight.path.split("/"))] = value.astype("float16")
    np.savez(home / "efficientnet_lite0" / "efficientnet_lite0_fp16.npz", **weights)
    return home


@pytest.fixture
def at_home(home, monkeypatch):
    monkeypatch.setenv("ZOO_DATA", str(home))
    monkeypatch.setenv("ZOO_CACHE", str(home / "cache"))
    return home


def test_words_of_a_caption():
    assert plain("A dog's-eye view , of 2 DOGS !") == [
        "a",
        "dogs",
        "eye",
        "view",
        "of",
        "2",
        "dogs",
    ]
    words = Words(["<pad>", "<start>", "<end>", "<unknown>", "a", "dog"])
    assert words.numbers("A dog barks.", 5).tolist() == [1, 4, 5, 3, 2, 0]
    assert words.numbers("a a a a a a", 4).tolist() == [1, 4, 4, 4, 2]
    assert words.text(tf.constant([[4, 5, 2, 0]])).numpy().tolist() == [b"a dog"]


def test_batches_hold_a_photograph_and_what_is_said_of_it(at_home):
    found = data.captions(batch_size=10, seed=0, min_count=1)
    assert found.steps_per_epoch == 2
    inputs, targets = next(iter(found.train(0)))
    assert inputs["regions"].shape == (10, 49, 1280)
    words = Words(found.assets["words"])
    told = words.text(tf.where(targets["logits"] == 2, 0, targets["logits"])).numpy()
    assert all(text.startswith(b"a dog runs number ") for text in told)
    np.testing.assert_array_equal(inputs["words"][:, 1:], targets["logits"][:, :-1])
    assert (inputs["words"][:, 0] == 1).numpy().all()
    [(image, people)] = found.test()
    assert image == jpeg(5)
    assert len(people.numpy().split(b"\t")) == 5


def test_the_regions_are_those_of_the_photograph(at_home):
    """Of each, in its own row, as the encoder gives them."""
    pictures = {name: jpeg(i) for i, name in enumerate(NAMES)}
    seen = features.regions("efficientnet_lite0", pictures)
    image = features.resized(tf.io.decode_jpeg(jpeg(3)), 224)[None]
    expected = imagenet.encoder("efficientnet_lite0")({"image": image})["regions"]
    np.testing.assert_allclose(seen[3], tf.reshape(expected, (49, 1280)), atol=0.02)


def test_the_order_of_an_epoch_depends_on_seed_and_epoch_alone(at_home):
    found = data.captions(batch_size=20, seed=1, min_count=1)
    words = [x["words"].numpy() for x, _ in found.train(0).take(2)]
    [again] = [x["words"].numpy() for x, _ in found.train(1).take(1)]
    np.testing.assert_array_equal(words[1], again)
    assert (words[0] != words[1]).any()


def test_from_training_to_a_served_caption(at_home, tmp_path):
    chosen = recipe.load("captions").with_settings(
        ["epochs=2", "batch_size=10", "min_count=1", "embed_dim=8", "units=12"]
    )
    loop.fit(chosen, tmp_path / "run", precision="float32", verbose=0)
    folder = loop.export_run(chosen, tmp_path / "run", tmp_path / "captions")
    served = tf.saved_model.load(str(folder)).signatures
    images = tf.constant([jpeg(0), jpeg(5)])
    answer = served["serving_default"](image=images)
    assert answer["captions"].shape == (2, 5)
    assert (np.diff(answer["scores"], axis=1) <= 0).all()
    assert answer["caption"][0] == answer["captions"][0, 0]
    seen = served["attend"](image=images)
    assert seen["attention"].shape[2:] == (7, 7)
    spoken = [b" ".join(row).strip() for row in seen["words"].numpy()]
    assert spoken == answer["caption"].numpy().tolist()
    first = tf.reduce_sum(seen["attention"][:, 0], (1, 2))
    np.testing.assert_allclose(first, 1, atol=1e-4)
    with pytest.raises(tf.errors.InvalidArgumentError, match="expected the bytes of a PNG, JPEG"):
        served["serving_default"](image=tf.constant([b"no picture"]))


def test_the_encoder_learns_too_in_a_second_stage(at_home, tmp_path):
    small = ["embed_dim=8", "units=12", "attend_units=4", "min_count=1"]
    first = recipe.load("captions").with_settings([*small, "epochs=1", "batch_size=10"])
    loop.fit(first, tmp_path / "captions", precision="float32", verbose=0)
    second = recipe.load("captions_tuned").with_settings(
        [*small, "epochs=1", "batch_size=2", "side=64"]
    )
    before = imagenet.encoder("efficientnet_lite0").get_layer("block3_expand")
    loop.fit(second, tmp_path / "captions_tuned", precision="float32", verbose=0)
    after = loop.trained(second, tmp_path / "captions_tuned").get_layer("eyes")
    moved = np.abs(after.get_layer("block3_expand").kernel - before.kernel).max()
    assert 0 < moved < 1e-3  # it has begun at ImageNet's weights, and has moved
    statistics = after.get_layer("stem_norm").moving_mean
    np.testing.assert_allclose(statistics, 0, atol=1e-3)  # as in the encoder of these tests
    folder = loop.export_run(second, tmp_path / "captions_tuned", tmp_path / "served")
    served = tf.saved_model.load(str(folder)).signatures
    assert served["serving_default"](image=tf.constant([jpeg(0)]))["captions"].shape == (1, 5)


PEOPLE = {0: ["a dog runs on grass", "the dog is running"], 1: ["two men climb a steep rock"]}


def test_scores_want_the_extra(monkeypatch):
    for part in ("pycocoevalcap", "pycocoevalcap.bleu.bleu", "pycocoevalcap.cider.cider"):
        monkeypatch.setitem(sys.modules, part, None)
    with pytest.raises(ImportError, match=r"pip install 'neuralzoo\[captions\]'"):
        list(scores(PEOPLE, {0: ["a dog"], 1: ["a man"]}))
    project = tomllib.loads((Path(data.__file__).parents[2] / "pyproject.toml").read_text())
    assert "pycocoevalcap" in project["project"]["optional-dependencies"]["captions"][0]


def test_scores_of_captions_told_as_people_do():
    pytest.importorskip("pycocoevalcap", reason="the extra `captions` is not installed")
    same = dict(scores(PEOPLE, {0: ["a dog runs on grass"], 1: ["two men climb a steep rock"]}))
    assert same["bleu_4"] == pytest.approx(1)
    other = dict(scores(PEOPLE, {0: ["two men climb a steep rock"], 1: ["a dog runs on grass"]}))
    assert other["bleu_1"] < 0.4
    assert other["cider"] < 0.1 < same["cider"]


def test_as_a_builder_of_tensorflow_datasets(at_home, tmp_path):
    builder = Flickr8k(data_dir=tmp_path)
    manual = tfds.download.DownloadConfig(manual_dir=at_home / "flickr8k")
    builder.download_and_prepare(download_config=manual)
    found = {example["name"].numpy().decode(): example for example in builder.as_dataset("train")}
    assert sorted(found) == SPLITS["train"]
    np.testing.assert_array_equal(found["2.jpg"]["image"], tf.io.decode_jpeg(jpeg(2)))
    assert found["2.jpg"]["captions"][4] == b"A dog runs , number 4 ."
    assert builder.info.splits["validation"].num_examples == 1


def test_photographs_to_be_captioned_alone(at_home, tmp_path):
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "a.jpg").write_bytes(jpeg(0))
    line = "a.jpg\tCC BY 2.0\t" + json.dumps(["A “dog” runs.", "Two dogs."])
    (tmp_path / "captions.tsv").write_text(f"file\tlicence\tcaptions_json\n{line}\n", "utf-8")
    found = data.captions(batch_size=10, seed=0, source=str(tmp_path))
    [(image, people)] = found.test().as_numpy_iterator()
    assert image == jpeg(0)
    assert people.decode() == "A “dog” runs.\tTwo dogs."
    with pytest.raises(ValueError, match="there are none to learn from"):
        found.train(0)


def test_a_batch_holds_captions_of_about_one_length():
    lengths = np.arange(1000) % 10 + 3
    told = np.int32(np.arange(13) < lengths[:, None])
    train, steps = data.shuffled(
        np.arange(1000), told, 20, 0, lambda place, told: tf.reduce_sum(told, 1), lengths
    )
    batches = list(train(0).take(steps).as_numpy_iterator())
    assert sorted(np.concatenate(batches)) == sorted(lengths)
    assert np.mean([len(set(batch)) for batch in batches]) < 3
    first = [batch[0] for batch in batches]
    assert sum(a > b for a, b in itertools.pairwise(first)) > 10  # yet they come in any order


def test_what_is_missing_is_named(at_home, tmp_path, monkeypatch):
    with pytest.raises(OSError, match=r"holds no Flickr8k.token.txt(.|\n)*set ZOO_DATA"):
        data.read(str(tmp_path))
    with pytest.raises(ValueError, match="encoder='resnet': choose efficientnet_lite0 to 4"):
        imagenet.encoder("resnet")
    (at_home / "flickr8k" / "Flickr_8k.devImages.txt").write_text("4.jpg\nnone.jpg\n")
    with pytest.raises(OSError, match="1 photographs of the dev split are missing, such as none"):
        data.read("flickr8k")
    (at_home / "flickr8k" / "Flickr_8k.devImages.txt").write_text("4.jpg\n")
    monkeypatch.delenv("ZOO_DATA")
    with pytest.raises(OSError, match="cannot be downloaded without asking"):
        data.read("flickr8k")
