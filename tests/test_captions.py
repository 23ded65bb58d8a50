"""Captions: a folder of photographs becomes a served captioner; the encoder has random weights."""

import io

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

import zoo
from train import loop, recipe
from train.data import captions as data
from train.data import features, imagenet
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
