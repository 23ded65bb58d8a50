"""Exports: whole or absent, numbered upwards, float32, warmed, the same answers as the model."""

import json

import numpy as np
import pytest
import tensorflow as tf
from tensorflow_serving.apis import prediction_log_pb2

import zoo
from train.tasks.digits import digits as task
from zoo import digits
from zoo.export import export, next_version, versions


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    model = zoo.build("lenet5")
    folder = tmp_path_factory.mktemp("saved_models") / "digits"
    return model, export(folder, digits.signatures(model), task.warmup(), {"network": "lenet5"})


def test_signatures_answer_as_the_model_does(exported):
    model, target = exported
    served = tf.saved_model.load(str(target)).signatures
    assert {"serving_default", "pixels", "features"} <= set(served)
    (_, images), (_, pixels), _ = task.warmup()
    x = pixels["pixels"]
    expected = tf.nn.softmax(model({"image": x[..., None]})["logits"])
    for answer in (served["pixels"](pixels=tf.constant(x)),
                   served["serving_default"](image=tf.constant(images["image"]))):  # fmt: skip
        np.testing.assert_allclose(answer["probabilities"], expected, atol=1e-5)
        assert answer["probabilities"].dtype == tf.float32
        assert answer["digit"].numpy() == np.argmax(expected)


def test_features_shows_what_the_net_sees(exported):
    _, target = exported
    served = tf.saved_model.load(str(target)).signatures["features"]
    (_, images), (_, pixels), _ = task.warmup()
    answer = served(image=tf.constant(images["image"]))
    np.testing.assert_allclose(answer["normalized"], pixels["pixels"], atol=0.11)
    assert answer["feature_maps"].shape == (1, 28, 28, 6)


def test_warmup_is_tensorflow_servings_format(exported):
    _, target = exported
    path = target / "assets.extra" / "tf_serving_warmup_requests"
    logs = [
        prediction_log_pb2.PredictionLog.FromString(record)
        for record in tf.data.TFRecordDataset(str(path)).as_numpy_iterator()
    ]
    requests = [log.predict_log.request for log in logs]
    assert {r.model_spec.name for r in requests} == {"digits"}
    served = tf.saved_model.load(str(target)).signatures
    for request in requests:
        inputs = {k: tf.constant(tf.make_ndarray(v)) for k, v in request.inputs.items()}
        assert served[request.model_spec.signature_name](**inputs)


def test_the_graph_loads_as_tensorflow_serving_loads_it(exported):
    """The TF1 loader, and a session run on the signature's tensors."""
    _, target = exported
    (_, images), *_ = task.warmup()
    new = tf.saved_model.load(str(target)).signatures["serving_default"]
    expected = new(image=tf.constant(images["image"]))["probabilities"]
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        graph = tf.compat.v1.saved_model.load(session, ["serve"], str(target))
        signature = graph.signature_def["serving_default"]
        feed = {signature.inputs["image"].name: images["image"]}
        got = session.run(signature.outputs["probabilities"].name, feed)
    np.testing.assert_allclose(got, expected, atol=1e-6)


def test_notes_are_beside_the_graph(exported):
    _, target = exported
    notes = json.loads((target / "assets.extra" / "zoo.json").read_text())
    assert notes == {"name": "digits", "version": 1, "network": "lenet5"}


def test_variables_are_saved_once(exported):
    model, target = exported
    size = (target / "variables" / "variables.data-00000-of-00001").stat().st_size
    assert size < 1.3 * 4 * model.count_params()


def test_versions_count_up_and_are_never_overwritten(exported, tmp_path):
    _, target = exported
    assert versions(target.parent) == [1]
    assert next_version(target.parent) == 2
    assert next_version(tmp_path) == 1
    before = (target / "saved_model.pb").read_bytes()
    with pytest.raises(FileExistsError, match="a version is never overwritten"):
        export(target.parent, {}, [], {}, version=1)
    assert (target / "saved_model.pb").read_bytes() == before


def test_a_failed_export_leaves_nothing(tmp_path):
    model = zoo.build("lenet5")
    with pytest.raises(TypeError):
        export(tmp_path / "digits", digits.signatures(model), [("pixels", {"pixels": {1}})], {})
    assert versions(tmp_path / "digits") == []
    assert not list((tmp_path / "digits").iterdir())


def test_half_precision_outputs_are_refused(tmp_path):
    spec = tf.TensorSpec([None], tf.float32, name="x")
    half = tf.function(lambda x: {"y": tf.cast(x, tf.float16)}, input_signature=[spec])
    with pytest.raises(ValueError, match="signature 'serving_default' gives y in half precision"):
        export(tmp_path / "half", {"serving_default": half}, [], {})


def test_weights_are_kept_in_files_of_a_limited_size(tmp_path, monkeypatch):
    monkeypatch.setattr("zoo.export.LARGEST", 2500)
    weights = [tf.Variable(tf.fill((500,), tf.cast(i, tf.float16))) for i in range(5)]

    @tf.function(input_signature=[tf.TensorSpec((None,), tf.float32, "x")])
    def first(x):
        return {"y": x + tf.cast(tf.add_n(weights)[:1], tf.float32)}

    target = export(tmp_path / "large", {"serving_default": first}, [], {})
    sizes = [path.stat().st_size for path in (target / "variables").glob("*.data-*")]
    assert len(sizes) == 3
    assert max(sizes) < 4000  # of weights 2,000; one also holds the names
    loaded = tf.saved_model.load(str(target)).signatures["serving_default"]
    assert loaded(x=tf.constant([1.0]))["y"] == 1 + 0 + 1 + 2 + 3 + 4
