"""What a configuration says of the models to serve, at the start and later."""

# ruff: noqa: F401, F811 -- fixtures are imported, and named as arguments

import logging
import os
import time

import pytest
from tensorflow_serving.config.model_server_config_pb2 import ModelServerConfig

from serving import run
from serving.errors import ServingError
from serving.settings import Settings
from serving.store import Store
from tests.serving.reloading import (
    SOON,
    answer,
    break_it,
    call,
    callers,
    configuration,
    is_served,
    label,
    policy,
    put,
    saved,
    started,
    states,
    until,
    write,
)


@pytest.mark.parametrize(
    ("text", "served"),
    [
        ("", [3]),
        ("latest {}", [3]),
        ("latest { num_versions: 2 }", [3, 2]),
        ("all {}", [3, 2, 1]),
        ("specific { versions: 1 versions: 3 versions: 9 }", [3, 1]),
    ],
)
def test_version_policies(tmp_path, put, text, served):
    for number in (1, 2, 3):
        put("half", number)
    file = tmp_path / "models.config"
    write(file, configuration(tmp_path, half=policy(text) if text else ""))
    store = Store(config_file=file)
    assert store.base_path == file
    store.load()
    assert is_served(store, *served)
    assert [answer(store, number=number) for number in served] == served
    assert answer(store) == 3
    assert [v.number for v in store.versions()] == [3]


def test_a_relative_base_path_counts_from_the_file(tmp_path, put, monkeypatch):
    put("half", 1)
    file = tmp_path / "etc" / "models.config"
    file.parent.mkdir()
    write(file, configuration(tmp_path, "half"))
    file.write_text(file.read_text().replace(str(tmp_path), ".."))
    monkeypatch.chdir(tmp_path)
    store = Store(config_file="etc/models.config")
    store.load()
    assert answer(store) == 1


def test_one_model_under_a_name(tmp_path, put):
    put("half", 1)
    store = Store(tmp_path / "half", model_name="other")
    store.load()
    assert answer(store, "other") == 1
    with pytest.raises(ServingError, match=r"expected <version>/saved_model.pb"):
        Store(tmp_path, model_name="other")
    with pytest.raises(ServingError, match=r"looks like the folder of one model"):
        Store(tmp_path / "half")


def test_a_configured_model_may_come_later(tmp_path, put, started, caplog):
    file = tmp_path / "models.config"
    write(file, configuration(tmp_path, "half"))
    store = started(Store(config_file=file, poll_seconds=SOON))
    assert "half" not in store
    with pytest.raises(ServingError, match="NOT_FOUND: Could not find any versions of model half"):
        store.status("half")
    assert f"model half: {tmp_path / 'half'}: No such file" in caplog.text
    put("half", 1)
    until(lambda: "half" in store and is_served(store, 1))


def test_models_are_added_changed_and_dropped(tmp_path, put, started):
    for name in ("half", "other"):
        put(name, 1)
    put("half", 2)
    store = started(Store(tmp_path))
    store.configure(configuration(tmp_path, half=policy("all {}")))
    assert is_served(store, 2, 1)
    until(lambda: states(store, "other") == {1: "END"})
    store.configure(configuration(tmp_path, "other", half=policy("specific { versions: 1 }")))
    assert answer(store, "other") == answer(store, "half") == 1
    until(lambda: states(store) == {2: "END", 1: "AVAILABLE"})
    store.configure(configuration(tmp_path))
    assert store.versions() == []
    with pytest.raises(ServingError, match=r"NOT_FOUND: .*Latest\(half\)"):
        store.get("half")


def test_another_folder_with_the_same_number_takes_over(tmp_path, put, started):
    put("half", 1)
    put("half", 1, tmp_path / "green", bias=5)
    store = started(Store(tmp_path))
    with store.use("half") as old:
        store.configure(configuration(tmp_path / "green", "half"))
        assert answer(store, number=1) == 5
        assert call(old) == 1
    assert states(store) == {1: "AVAILABLE"}


def test_another_folder_that_is_missing_does_not(tmp_path, put, started):
    put("half", 1)
    store = started(Store(tmp_path))
    with pytest.raises(ServingError, match=r"UNKNOWN: .*name: half.* no version in"):
        store.configure(configuration(tmp_path / "nowhere", "half"))
    assert answer(store) == 1


def test_a_bad_configuration_changes_nothing(tmp_path, put, started):
    put("half", 1)
    store = started(Store(tmp_path))
    bad = configuration(tmp_path, "other")
    bad.model_config_list.config[0].model_platform = "caffe"
    with pytest.raises(ServingError, match=r"INVALID_ARGUMENT: .*unsupported platform caffe"):
        store.configure(bad)
    with pytest.raises(ServingError, match=r"INVALID_ARGUMENT: .*only model_config_list"):
        store.configure(ModelServerConfig())
    with pytest.raises(ServingError, match=r"FAILED_PRECONDITION: Request to assign label"):
        store.configure(configuration(tmp_path, other=label("new", 1)))
    put("half", 2)
    store.load()
    assert answer(store) == 2  # the folder is still what counts


@pytest.mark.parametrize("in_background", [True, False])
def test_models_that_do_not_become_available(tmp_path, put, started, in_background):
    put("half", 1)
    break_it(put("broken", 3))
    store = Store(tmp_path, max_load_retries=0)
    started(store) if in_background else store.load()
    message = configuration(tmp_path, "half", "missing", broken=policy("all {}"))
    with pytest.raises(ServingError, match="UNKNOWN: 2 model") as caught:
        store.configure(message)
    assert "{name: missing} due to error: no version in" in caught.value.message
    assert "{name: broken version: 3} due to error: INTERNAL: " in caught.value.message
    assert answer(store) == 1
    message.model_config_list.config.add().CopyFrom(
        configuration(tmp_path, "half").model_config_list.config[0]
    )
    message.model_config_list.config[-1].name = "again"
    store.configure(message)  # what was refused before is no news
    assert answer(store, "again") == 1


def test_waiting_for_a_configuration_has_a_limit(tmp_path, put, started):
    put("half", 1)
    store = started(Store(tmp_path, max_load_retries=0))
    pipe = tmp_path / "slow" / "1" / "saved_model.pb"
    pipe.parent.mkdir(parents=True)
    os.mkfifo(pipe)
    with pytest.raises(ServingError, match=r"DEADLINE_EXCEEDED: .*after 0.05 s"):
        store.configure(configuration(tmp_path, "half", "slow"), timeout=SOON)
    until(lambda: states(store, "slow") == {1: "LOADING"})
    assert answer(store) == 1
    with open(pipe, "wb"):
        pipe.unlink()
    until(lambda: states(store, "slow") == {1: "END"})


def test_labels_are_for_versions_that_are_available(tmp_path, put, started):
    file = tmp_path / "models.config"
    write(file, configuration(tmp_path, half=policy("all {}") + label("stable", 1)))
    put("half", 1)
    put("half", 2)
    with pytest.raises(ServingError, match=r"FAILED_PRECONDITION: .*version 1 .*--allow"):
        Store(config_file=file)
    write(file, configuration(tmp_path, half=policy("all {}")))
    store = started(Store(config_file=file))
    for number in (1, 2):
        store.configure(configuration(tmp_path, half=policy("all {}") + label("stable", number)))
        assert answer(store, label="stable") == number
    assert [v.number for v in store.status("half", label="stable")] == [2, 1]
    with pytest.raises(ServingError, match=r"FAILED_PRECONDITION: .*version 3 .*load it first"):
        store.configure(configuration(tmp_path, half=policy("all {}") + label("stable", 3)))
    assert answer(store, label="stable") == 2
    store.configure(configuration(tmp_path, half=policy("specific { versions: 1 }")))
    with pytest.raises(ServingError, match="INVALID_ARGUMENT: Unrecognized servable"):
        store.get("half", label="stable")


@pytest.mark.parametrize("allowed", [True, "any"])
def test_labels_for_unavailable_versions(tmp_path, put, allowed):
    file = tmp_path / "models.config"
    write(file, configuration(tmp_path, half=label("stable", 1) + label("new", 2)))
    put("half", 1)
    store = Store(config_file=file, allow_labels=allowed)
    store.load()
    assert answer(store, label="stable") == 1
    with pytest.raises(ServingError, match=r"NOT_FOUND: .*Specific\(half, 2\)"):
        store.get("half", label="new")
    put("half", 2)
    store.load()
    assert answer(store, label="new") == 2
    moved = configuration(tmp_path, half=label("stable", 3))
    if allowed == "any":
        store.configure(moved)
    else:
        with pytest.raises(ServingError, match=r"FAILED_PRECONDITION: .*load it first$"):
            store.configure(moved)


def test_a_label_moves_without_one_failed_call(tmp_path, put, started):
    """And its old version is unloaded by the same configuration."""
    put("half", 1)
    put("half", 2)
    store = started(Store(tmp_path))
    store.configure(configuration(tmp_path, half=policy("all {}")))
    store.configure(configuration(tmp_path, half=policy("all {}") + label("stable", 1)))
    with callers(lambda: answer(store, label="stable")) as (_, failures):
        for number in (2, 1, 2, 1):
            labelled = label("stable", number)
            only = policy(f"specific {{ versions: {number} }}")
            store.configure(configuration(tmp_path, half=only + labelled))
            store.configure(configuration(tmp_path, half=policy("all {}") + labelled))
    assert not failures


def test_the_configuration_file_is_read_again(tmp_path, put, started, caplog):
    caplog.set_level(logging.WARNING, "serving")
    for name in ("half", "other"):
        put(name, 1)
    file = tmp_path / "models.config"
    write(file, configuration(tmp_path, "half"))
    store = started(Store(config_file=file, poll_seconds=0, config_poll_seconds=SOON))
    file.write_text("model_config_list { config { nme")
    until(lambda: caplog.records)
    time.sleep(3 * SOON)
    [complaint] = [record.getMessage() for record in caplog.records]
    assert complaint.startswith(f"the configuration stays as it was: {file}, line 1, column 30: ")
    assert answer(store) == 1
    file.unlink()
    until(lambda: len(caplog.records) == 2)
    caplog.set_level(logging.INFO, "serving")
    write(file, configuration(tmp_path, "other"))
    until(lambda: "other" in store and is_served(store, 1, name="other"))
    until(lambda: states(store) == {1: "END"})
    time.sleep(3 * SOON)
    assert caplog.text.count("new configuration: models other\n") == 1


@pytest.mark.parametrize("force", [False, True])
def test_the_flags_for_labels(tmp_path, put, force):
    file = tmp_path / "models.config"
    write(file, configuration(tmp_path, half=label("stable", 1)))
    put("half", 1)
    with pytest.raises(ServingError, match="or start with --allow-version-labels"):
        run.make_store(Settings(model_config_file=file)).load()
    name = "force_allow_any" if force else "allow"
    flags = {f"{name}_version_labels_for_unavailable_models": True}
    store = run.make_store(Settings(model_config_file=file, **flags))
    store.load()
    moved = configuration(tmp_path, half=label("stable", 3))
    if force:
        store.configure(moved)
    else:
        with pytest.raises(ServingError, match=r"load it first$"):
            store.configure(moved)
