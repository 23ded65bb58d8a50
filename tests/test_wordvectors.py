"""Word vectors through the one loop: trained, exported, asked; rows of Adagrad by hand."""

import json
import subprocess
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf

from train import loop, recipe
from train.data.words import Rows
from train.optimizers import RowAdagrad
from train.word2vec import figures, serve_file, write_run
from zoo.word2vec_format import write


def test_row_adagrad_by_hand():
    weight = keras.Variable(np.float32([[1, 2], [3, 4], [5, 6]]))
    optimizer = RowAdagrad(0.5)
    g = np.float32([[3, 4], [1, 1], [0, -2]])
    optimizer.apply([tf.IndexedSlices(g, [2, 0, 2], (3, 2))], [weight])
    s2 = (9 + 16) / 2 + 4 / 2  # both places of row 2 count before either is applied
    expected = [[1 - 0.5, 2 - 0.5], [3, 4], [5 - 0.5 * 3 / s2**0.5, 6 - 0.5 * 2 / s2**0.5]]
    np.testing.assert_allclose(weight, expected, rtol=1e-6)
    optimizer.apply([tf.IndexedSlices(g[1:2], [0], (3, 2))], [weight])
    step = 0.5 / (3**2 + 1) ** 0.5  # three places before, one now
    np.testing.assert_allclose(weight[0], [0.5 - step, 1.5 - step], rtol=1e-6)


def test_row_adagrad_of_another_power_by_hand():
    weight = keras.Variable(np.float32([[1, 2], [3, 4]]))
    optimizer = RowAdagrad(0.5, learning_rate_power=-0.25)
    optimizer.apply([tf.IndexedSlices(np.float32([[3, 4], [1, 1]]), [1, 0], (2, 2))], [weight])
    g = 2 * np.float32([[1, 1], [3, 4]])  # there are two places
    s = np.float32([[4], [50]])
    expected = [[1, 2], [3, 4]] - 0.5 * g / s**0.25
    np.testing.assert_allclose(weight, expected, rtol=1e-6)
    optimizer.apply([tf.IndexedSlices(np.float32([[3, 4]]), [1], (2, 2))], [weight])
    expected[1] -= 0.5 * np.float32([3, 4]) / 62.5**0.25
    np.testing.assert_allclose(weight, expected, rtol=1e-6)
    with pytest.raises(ValueError, match="expected 0 or less"):
        RowAdagrad(learning_rate_power=0.5)


def test_row_adagrad_takes_dense_gradients_as_rows():
    g = np.random.default_rng(0).normal(size=(3, 2)).astype("float32")
    weights = [keras.Variable(np.ones((3, 2), "float32")) for _ in range(2)]
    RowAdagrad(0.1).apply([tf.constant(g)], [weights[0]])
    RowAdagrad(0.1).apply([tf.IndexedSlices(g, [0, 1, 2], (3, 2))], [weights[1]])
    np.testing.assert_array_equal(*weights)


def text_of_two_worlds(path):
    """Words a0 … a9 stand together and b0 … b9 do."""
    rng = np.random.default_rng(0)
    lines = []
    for _ in range(400):
        world = "ab"[rng.integers(2)]
        lines.append(" ".join(world + "ghijklmnop"[i] for i in rng.integers(10, size=40)))
    path.write_text("\n".join(lines))
    return str(path)


@pytest.mark.parametrize("model", ["cbow", "skipgram"])
@pytest.mark.parametrize("loss", ["softmax", "negative_sampling", "hierarchical"])
def test_words_that_stand_together_become_alike(tmp_path, monkeypatch, seeded, model, loss):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    text = text_of_two_worlds(tmp_path / "text.txt")
    chosen = recipe.load(model).with_settings(
        [f"text={text}", f"loss={loss}", "sample=0.0", "embed_dim=8", "batch_size=8",
         "epochs=4", "row=32", f"learning_rate={0.25 if loss == 'negative_sampling' else 0.05}"]
    )  # fmt: skip
    report = loop.fit(chosen, tmp_path / "run", verbose=0)
    assert report["epochs"] == 4
    target = loop.export_run(chosen, tmp_path / "run", tmp_path / "words")
    served = tf.saved_model.load(str(target)).signatures
    for word in ("ag", "bh"):
        found = served["neighbors"](word=tf.constant([word]))["words"].numpy()[0, :9]
        assert {near[:1] for near in found} == {word[:1].encode()}
    there = write_run(chosen, tmp_path / "run", tmp_path / "vectors.bin")
    back = tf.saved_model.load(str(serve_file(there, tmp_path / "back"))).signatures
    asked = tf.constant(["ag", "bp"])
    np.testing.assert_array_equal(
        back["embed"](word=asked)["vector"], served["embed"](word=asked)["vector"]
    )


def test_it_goes_on_where_it_was(tmp_path, monkeypatch, seeded):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    text = text_of_two_worlds(tmp_path / "text.txt")
    settings = [f"text={text}", "sample=0.0", "batch_size=8", "epochs=2", "embed_dim=8"]
    chosen = recipe.load("cbow").with_settings(settings)
    whole = loop.fit(chosen, tmp_path / "whole", verbose=0)
    rows_of = Rows.epoch

    def until_the_second(rows, number):
        if number:
            raise OSError("the machine stops")
        return rows_of(rows, number)

    monkeypatch.setattr(Rows, "epoch", until_the_second)
    with pytest.raises(tf.errors.OpError, match="the machine stops"):
        loop.fit(chosen, tmp_path / "parts", verbose=0)
    monkeypatch.setattr(Rows, "epoch", rows_of)
    parts = loop.fit(chosen, tmp_path / "parts", verbose=0)
    assert parts["epochs_resumed"] == 1
    assert parts["best"]["val_loss"] == pytest.approx(whole["best"]["val_loss"], rel=1e-4)


def test_a_file_of_vectors_is_measured(tmp_path, monkeypatch):
    monkeypatch.delenv("ZOO_DATA", raising=False)
    words = ["man", "woman", "king", "queen", "boy", "girl"]
    write(
        tmp_path / "v.txt",
        words,
        [[1, 0, 0], [1, 1, 0], [1, 0, 1], [1, 1, 1], [2, 0, 1], [2, 1, 1]],
    )
    found = dict(figures(tmp_path / "v.txt"))
    assert found["woman - man + king"] == "queen"
    assert found["biggest - big + small"] == "a word is unknown"
    assert found["family"] > 0.5
    assert found["examples"] == 34
    held_out = dict(figures(tmp_path / "v.txt", "validation"))
    assert held_out["family"] == found["family"]
    assert "questions-words_test" in found
    assert "questions-words_test" not in held_out


DEVICES = """
import sys
import numpy as np
import tensorflow as tf
cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
from train import loop, recipe
count, model, out = int(sys.argv[1]), sys.argv[2], sys.argv[3]
devices = [f"CPU:{n}" for n in range(count)]
loop._strategy = lambda gpus, batch_size: tf.distribute.MirroredStrategy(devices)
chosen = recipe.load(model).with_settings(sys.argv[4:])
assert loop.fit(chosen, out, verbose=0)["replicas"] == count
np.save(out + ".npy", loop.trained(chosen, out).get_layer("w").w)
"""


@pytest.mark.parametrize("model", ["cbow", "skipgram"])
@pytest.mark.parametrize("loss", ["softmax", "negative_sampling"])
def test_two_devices_learn_what_one_learns(tmp_path, monkeypatch, model, loss):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    settings = [f"text={text_of_two_worlds(tmp_path / 'text.txt')}", f"loss={loss}", "sample=0.0"]
    settings += ["embed_dim=8", "batch_size=4", "epochs=2", "row=32", "joined=1"]
    vectors = []
    for count in ("1", "2"):
        out = str(tmp_path / count)
        command = [sys.executable, "-c", DEVICES, count, model, out, *settings]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr[-3000:]
        vectors.append(np.load(f"{out}.npy"))
    one, two = (v / np.linalg.norm(v, axis=1, keepdims=True) for v in vectors)
    if loss == "softmax":
        np.testing.assert_allclose(two, one, atol=1e-3)
    else:  # each device draws for its own rows
        words = json.loads((tmp_path / "2" / "data.json").read_text())["assets"]["words"]
        worlds = np.array([word[0] for word in words])
        alike = worlds[:, None] == worlds
        cosines = two @ two.T
        assert cosines[alike].min() > cosines[~alike].max()
