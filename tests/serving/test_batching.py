"""Concurrent calls of a signature run together, and nobody notices but the clock."""

import asyncio
import gc
import weakref

import numpy as np
import pytest
import tensorflow as tf

from serving.batching import Batching, join
from serving.engine import Engine
from serving.errors import ServingError
from serving.store import Store
from tests.serving import models

FLOATS = models.spec(tf.float32, "x", [None])


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    base = tmp_path_factory.mktemp("models")

    def double(x):
        tf.debugging.assert_greater_equal(x, 0.0, message="a negative number")
        return {"y": 2 * x}

    def total(x):
        return {"y": tf.reduce_sum(x, -1)}

    def different(x):
        return {"y": tf.unique(x)[0]}

    rows = models.spec(tf.float32, "x", [None, None])
    models.save(base / "double" / "1", serving_default=(double, {"x": FLOATS}))
    models.save(base / "total" / "1", serving_default=(total, {"x": rows}))
    models.save(base / "different" / "1", serving_default=(different, {"x": FLOATS}))
    models.save(base / "any" / "1", serving_default=(double, {"x": models.spec(tf.float32, "x")}))
    store = Store(base)
    store.load()
    return store


def call_all(store, model, inputs, timeout=None, **limits):
    """What calls made at once get (outputs or errors), and the rows of every run."""
    runs = []
    observe = lambda path, rows, seconds: runs.append(rows)  # noqa: E731
    limits = {"num_batch_threads": 1, **limits}
    engine = Engine(store, Batching(**limits), observe)

    async def main():
        signature = store.get(model).model.signature("")
        calls = [engine.run(signature, {"x": np.float32(x)}, timeout) for x in inputs]
        return await asyncio.gather(*calls, return_exceptions=True)

    answers = asyncio.run(main())
    return [a if isinstance(a, Exception) else a["y"].tolist() for a in answers], runs


def test_calls_of_one_moment_are_joined_and_get_their_own_rows(store):
    inputs = [[i, i + 0.5][: 1 + i % 2] for i in range(20)]
    answers, runs = call_all(store, "double", inputs)
    assert answers == [[2 * v for v in x] for x in inputs]
    assert runs == [30]


def test_a_batch_has_its_limit_and_a_larger_call_runs_alone(store):
    answers, runs = call_all(store, "double", [[1]] * 9 + [[2] * 7], max_batch_size=4)
    assert answers == [[2]] * 9 + [[4] * 7]
    assert runs == [4, 4, 1, 7]


def test_a_bad_instance_fails_its_own_caller_alone(store):
    inputs = [[1], [2], [-1], [3], [4], [5], [-2], [6]]
    answers, runs = call_all(store, "double", inputs)
    for value, answer in zip(inputs, answers, strict=True):
        if value[0] < 0:
            assert isinstance(answer, ServingError)
            assert answer.code == "INVALID_ARGUMENT"
            assert "a negative number" in answer.message
        else:
            assert answer == [2 * value[0]]
    assert sum(runs) == 6  # of those that succeeded; no good row twice


def test_a_call_of_the_wrong_shape_never_gets_into_a_batch(store):
    answers, _ = call_all(store, "double", [[1], [[1]], [2]])
    assert answers[0::2] == [[2], [4]]
    assert "has shape [1, 1]" in answers[1].message


def test_unequal_lengths_are_joined_only_if_they_may_be_padded(store):
    inputs = [[[1, 2, 3]], [[5]], [[7]], [[1, 1, 1]]]
    answers, runs = call_all(store, "total", inputs)
    assert answers == [[6], [5], [7], [3]]
    assert runs == [2, 2]  # by length
    answers, runs = call_all(store, "total", inputs, pad_variable_length_inputs=True)
    assert answers == [[6], [15], [21], [3]]  # each with its own first value at its end
    assert runs == [4]


def test_a_batch_is_filled_to_an_allowed_size(store):
    answers, runs = call_all(
        store, "double", [[1], [2], [3]], max_batch_size=8, allowed_batch_sizes=(2, 8)
    )
    assert answers == [[2], [4], [6]]
    assert runs == [8]


def test_calls_wait_for_company_if_told_to(store):
    answers, runs = call_all(
        store, "double", [[1], [2], [3]], max_batch_size=3, batch_timeout_micros=60_000_000
    )
    assert (answers, runs) == ([[2], [4], [6]], [3])
    answers, runs = call_all(
        store, "double", [[1], [2]], max_batch_size=3, batch_timeout_micros=1_000
    )
    assert (answers, runs) == ([[2], [4]], [2])


def test_what_does_not_answer_by_row_is_not_joined_for_long(store):
    answers, _ = call_all(store, "different", [[1, 1], [2, 3], [4, 4], [5, 5]])
    assert answers == [[1], [2, 3], [4], [5]]


def test_an_unknown_rank_is_not_joined(store):
    answers, runs = call_all(store, "any", [[1], [2], [3]])
    assert (answers, runs) == ([[2], [4], [6]], [1, 1, 1])


def test_too_many_waiting_calls_are_refused(store):
    answers, _ = call_all(store, "double", [[1]] * 6, max_batch_size=2, max_enqueued_batches=1)
    refused = [a for a in answers if isinstance(a, ServingError)]
    assert [a for a in answers if a not in refused] == [[2]] * 2
    assert {(e.code, "queue" in e.message) for e in refused} == {("UNAVAILABLE", True)}


def test_a_call_that_takes_too_long_is_given_up(tmp_path):
    def count(x):
        return {"y": tf.while_loop(lambda i: i < x, lambda i: (i + 1,), [tf.zeros_like(x)])[0]}

    models.save(
        tmp_path / "slow" / "1", serving_default=(count, {"x": models.spec(tf.float32, "x")})
    )
    store = Store(tmp_path)
    store.load()
    [answer], _ = call_all(store, "slow", [300_000], timeout=0.05)
    assert answer.code == "DEADLINE_EXCEEDED"
    assert "within 0.05 s" in answer.message


def test_join_pads_strings_too():
    short, long = np.array([[b"a"]], "object"), np.array([[b"b", b"c"], [b"d", b"e"]], "object")
    joined = join([short, long], 4).tolist()
    assert joined == [[b"a", b"a"], [b"b", b"c"], [b"d", b"e"], [b"a", b"a"]]


def test_an_error_that_quotes_bytes_reaches_the_caller(tmp_path):
    def parse(x):
        return {"y": tf.io.parse_example(x, {"a": tf.io.FixedLenFeature([], tf.float32)})["a"]}

    spec = models.spec(tf.string, "x", [None])
    models.save(tmp_path / "parse" / "1", serving_default=(parse, {"x": spec}))
    store = Store(tmp_path)
    store.load()
    signature = store.get("parse").model.signature("")
    with pytest.raises(ServingError, match=r"INVALID_ARGUMENT: .*parse"):
        signature.run({"x": np.array([b"\xcd\xcc"], "object")})


def test_an_unloaded_signature_is_forgotten(tmp_path):
    models.save_half_plus(tmp_path / "half" / "1", 1.0)
    store = Store(tmp_path)
    store.load()
    signature = store.get("half").model.signature("")
    engine = Engine(store)
    answer = asyncio.run(engine.run(signature, {"x": np.float32([2])}))
    assert answer["y"].tolist() == [2.0]
    forgotten = weakref.ref(signature)
    store.get("half").model.close()
    del signature
    gc.collect()
    assert forgotten() is None


def test_steady_is_what_has_no_loop_and_reads_no_text(tmp_path):
    def loop(x):
        return {"y": tf.map_fn(lambda v: v + 1, x)}

    def inner(x):
        return {"y": tf.function(lambda x: loop(x)["y"])(x)}

    models.save(
        tmp_path / "m" / "1",
        serving_default=(lambda x: {"y": 2 * x}, {"x": FLOATS}),
        loop=(inner, {"x": FLOATS}),
        text=(lambda x: {"y": tf.strings.length(x)}, {"x": models.spec(tf.string, "x", [None])}),
    )
    store = Store(tmp_path)
    store.load()
    steady = {n: s.steady for n, s in store.get("m").model.signatures.items()}
    assert steady == {"serving_default": True, "loop": False, "text": False}
