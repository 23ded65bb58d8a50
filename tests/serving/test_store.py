"""Finding and loading models, and what becomes of those that cannot be loaded."""

import gc
import logging
import shutil

import numpy as np
import pytest
import tensorflow as tf
from tensorflow_serving.apis.prediction_log_pb2 import PredictionLog

from serving.errors import ServingError
from serving.metadata import status
from serving.model import WARMUP, Model
from serving.store import Store
from tests.serving import models


def loaded(base, labels=None):
    store = Store(base, labels)
    store.load()
    return store


def call(store, name, **target):
    signature = store.get(name, **target).model.signature("")
    return signature.run({"x": np.float32([2.0])})["y"].tolist()


def save_counter(path):
    """A model that answers how often it has been called."""
    module = tf.Module()
    module.count = tf.Variable(0.0)

    @tf.function(input_signature=[models.spec(tf.float32, "x")])
    def count(x):
        return {"y": x * 0 + module.count.assign_add(1.0)}

    tf.saved_model.save(module, str(path), signatures=count)


def add_warmup(path, signature="serving_default"):
    log = PredictionLog()
    request = log.predict_log.request
    request.model_spec.signature_name = signature
    request.inputs["x"].CopyFrom(tf.make_tensor_proto(np.float32([0.0])))
    target = path / WARMUP
    target.parent.mkdir(exist_ok=True)
    with tf.io.TFRecordWriter(str(target)) as writer:
        writer.write(log.SerializeToString())
        writer.write(log.SerializeToString())


def test_the_latest_version_is_served(tmp_path):
    models.save_half_plus(tmp_path / "half" / "9", 1.0)
    models.save_half_plus(tmp_path / "half" / "0010", 2.0)  # ten, not as text
    (tmp_path / "half" / "README.md").write_text("a card")
    store = loaded(tmp_path, {"half": {"stable": 10, "old": 9}})
    assert [(v.name, v.number, v.state) for v in store.versions()] == [("half", 10, "AVAILABLE")]
    assert "half" in store
    assert "nope" not in store
    assert call(store, "half") == call(store, "half", number=10) == [3.0]
    assert call(store, "half", label="stable") == [3.0]
    for target in ({"number": 9}, {"label": "old"}):
        with pytest.raises(ServingError, match=r"NOT_FOUND: .*Specific\(half, 9\)"):
            store.get("half", **target)
    with pytest.raises(ServingError, match="INVALID_ARGUMENT: Unrecognized servable version"):
        store.get("half", label="new")


def test_states_before_and_after_loading(tmp_path):
    models.save_half_plus(tmp_path / "half" / "1", 1.0)
    store = Store(tmp_path)
    assert [v.state for v in store.versions()] == ["START"]
    assert not store.settled
    with pytest.raises(ServingError, match=r"NOT_FOUND: .*Latest\(half\)"):
        store.get("half")
    store.load_in_background()
    assert store.wait(30)
    assert [v.state for v in store.versions()] == ["AVAILABLE"]


def test_broken_models_leave_the_others_alone(tmp_path, caplog):
    models.save_half_plus(tmp_path / "half" / "1", 1.0)
    save_counter(tmp_path / "lost" / "1")
    shutil.rmtree(tmp_path / "lost" / "1" / "variables")
    (tmp_path / "garbage" / "1").mkdir(parents=True)
    (tmp_path / "garbage" / "1" / "saved_model.pb").write_bytes(b"no protobuf")
    with caplog.at_level(logging.ERROR, "serving"):
        store = loaded(tmp_path)
    states = {v.name: v.state for v in store.versions()}
    assert states == {"garbage": "END", "half": "AVAILABLE", "lost": "END"}
    assert call(store, "half") == [2.0]
    told = [record.getMessage() for record in caplog.records]
    assert sorted(line.split(" cannot")[0] for line in told) == [  # they load side by side
        f"model {name}, version 1" for name in ("garbage", "lost")
    ]
    assert all("\n" not in line for line in told)
    answer = status(store.status("lost")).decode()
    assert '"state":"END"' in answer
    assert "variables" in answer


def test_warmup_requests_are_replayed(tmp_path):
    save_counter(tmp_path / "counter" / "1")
    add_warmup(tmp_path / "counter" / "1")
    assert call(loaded(tmp_path), "counter") == [3.0]


def test_a_failing_warmup_keeps_the_model_out(tmp_path):
    save_counter(tmp_path / "counter" / "1")
    add_warmup(tmp_path / "counter" / "1", signature="nope")
    [version] = loaded(tmp_path).versions()
    assert version.state == "END"
    assert '"nope" not found' in version.error.message


def test_a_failure_leaves_nothing_in_memory(tmp_path):
    def alive():
        return {id(thing) for thing in gc.get_objects() if isinstance(thing, Model | tf.Graph)}

    save_counter(tmp_path / "counter" / "1")
    add_warmup(tmp_path / "counter" / "1", signature="nope")
    gc.collect()
    before = alive()
    gc.disable()  # only the store may collect
    try:
        store = loaded(tmp_path)
        assert store.status("counter")[0].error is not None
        assert alive() <= before
    finally:
        gc.enable()


def test_a_version_without_a_saved_model_is_waited_for(tmp_path, caplog):
    models.save_half_plus(tmp_path / "half" / "1", 1.0)
    (tmp_path / "half" / "2").mkdir()
    (tmp_path / "hollow" / "1").mkdir(parents=True)
    with caplog.at_level(logging.INFO, "serving"):
        store = loaded(tmp_path)
    assert [(v.name, v.number) for v in store.versions()] == [("half", 1)]
    assert store.settled
    assert caplog.text.count("no saved_model.pb yet") == 2
    with pytest.raises(ServingError, match="NOT_FOUND: Could not find any versions"):
        store.status("hollow")
    with pytest.raises(ServingError, match="NOT_FOUND: Could not find version 2 of model half"):
        store.status("half", 2)


def test_no_models(tmp_path):
    with pytest.raises(ServingError, match=r"no folder of models at .*nowhere"):
        Store(tmp_path / "nowhere")
    (tmp_path / "digits" / "latest").mkdir(parents=True)
    with pytest.raises(ServingError, match=r"no model in .*where <version> is a number$"):
        Store(tmp_path)
