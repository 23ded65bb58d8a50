"""seeing_captioner: the encoder and the captioner that it is made of."""

import numpy as np

import zoo

SIZES = {"vocab_size": 7, "embed_dim": 6, "units": 8, "attend_units": 3}
IMAGE = np.random.default_rng(0).uniform(0, 255, (2, 32, 32, 3)).astype("float32")
WORDS = np.int32([[1, 4, 5], [1, 6, 2], [1, 5, 4], [1, 6, 2]])


def test_each_picture_goes_with_its_captions_in_turn():
    model = zoo.build("seeing_captioner", side=32, **SIZES)
    each = model.get_layer("each")(np.float32([[[3.0]], [[5.0]]]), WORDS)
    assert each[:, 0, 0].numpy().tolist() == [3, 3, 5, 5]
    logits = model({"image": IMAGE, "words": WORDS})["logits"]
    regions = model.get_layer("eyes")({"image": IMAGE})["regions"].numpy().reshape(2, 1, 1280)
    expected = model.get_layer("teller")(regions[[0, 0, 1, 1]], WORDS)
    np.testing.assert_allclose(logits, expected, atol=1e-5)


def test_parameters_are_those_of_its_parts():
    parts = zoo.build("efficientnet_lite0"), zoo.build("attention_captioner")
    classes = parts[0].get_layer("logits").count_params()
    expected = sum(part.count_params() for part in parts) - classes
    assert zoo.build("seeing_captioner").count_params() == expected


def test_statistics_stay_when_it_learns():
    model = zoo.build("seeing_captioner", side=32, **SIZES)
    norm = model.get_layer("eyes").get_layer("stem_norm")
    model({"image": IMAGE, "words": WORDS}, training=True)
    np.testing.assert_array_equal(norm.moving_mean, np.zeros(32))
