"""Bodies of a form that was met before: read as the careful reader reads them, bit for bit."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.codec.decode import decode_predict
from serving.codec.known import Forms
from serving.errors import ServingError

ONE, TWO = {"x": "float"}, {"x": "float", "y": "double"}


def outcome(body, dtypes):
    """What a body is read as, or the error."""
    try:
        request = decode_predict(body, lambda name: dtypes)
    except ServingError as error:
        return error.code, str(error)
    tensors = {k: (v.dtype, v.shape, v.tobytes()) for k, v in request.tensors.items()}
    return request.signature, request.rows, tensors


@pytest.fixture
def afresh(monkeypatch):
    """A function that decodes as a server does that has met `before`, a list of bodies."""

    def decode(body, dtypes, before=()):
        monkeypatch.setattr("serving.codec.decode._FORMS", Forms())
        for each in before:
            outcome(each, dtypes)
        return outcome(body, dtypes)

    return decode


@pytest.fixture
def careful(monkeypatch):
    """The bodies that went to the careful reader."""
    from serving.codec import decode

    seen = []
    reads = decode.parse_object
    monkeypatch.setattr(
        decode, "parse_object", lambda body, *rest: seen.append(body) or reads(body, *rest)
    )
    return seen


@pytest.mark.parametrize(
    ("first", "then", "dtypes"),
    [
        ('{"instances":[[1,2],[3,4]]}', '{"instances":[[0.5,-2e3],[7,1E-7]]}', ONE),
        ('{"instances":[[[1],[2]]]}', '{ "instances" : [[[ 3 ],[-0.0]]]}', ONE),
        ('{"instances":[1,2.5]}', '{"instances":[3,4]}', ONE),
        ('{"inputs":[[1,2]]}', '{"inputs":[[1e-400,12345678901234567890]]}', ONE),
        ('{"inputs":{"x":[1,2],"y":[3]}}', '{"inputs":{"x":[5,6],"y":[0.1]}}', TWO),
        (
            '{"signature_name":"s1","instances":[{"x":[1],"y":[2]},{"x":[3],"y":[4]}]}',
            '{"signature_name":"s22","instances":[{"x":[5],"y":[6]},{"x":[7],"y":[8]}]}',
            TWO,
        ),
        ('{"instances":[[1,2]],"n":[]}', '{"instances":[[3,4]],"n":[2]}', ONE),
    ],
)
def test_the_second_body_of_a_form_is_read_by_it(afresh, careful, first, then, dtypes):
    then = then.encode()
    expected = afresh(then, dtypes)
    assert isinstance(expected[2], dict)
    del careful[:]
    assert afresh(then, dtypes, [first.encode()]) == expected
    assert careful == [first.encode()]


@pytest.mark.parametrize(
    ("first", "then", "dtypes"),
    [
        ('{"instances":[[1],[2]]}', '{"instances":[[],[2]]}', ONE),
        ('{"instances":[[1],[2]]}', '{"instances":[[],[]]}', ONE),
        ('{"instances":[[],[]]}', '{"instances":[[1],[2]]}', ONE),
        ('{"instances":[[1,2]]}', '{"instances":[[1,02]]}', ONE),
        ('{"instances":[[1,2]]}', '{"instances":[[1,2e999]]}', ONE),
        ('{"instances":[[1,2]]}', '{"instances":[[1,1e40]]}', ONE),
        ('{"instances":[[1,2]]}', '{"instances":[[1,123456789012345678901]]}', ONE),
        ('{"instances":[[1,2]]}', '{"instances":[[1,]]}', ONE),
        ('{"instances":[[1,2]]}', '{"instances":[[1,2]]}4', ONE),
        ('{"inputs":[1]}', '{"inputs":[]}', ONE),
        ('{"instances":[[1,2]]}', '{"instancs":[[1,2]]}', ONE),
        ('{"inputs":[1],"inputs1":[2]}', '{"inputs":[1],"inputs":[2]}', ONE),
        ('{"inputs":[1],"inputs1":[2]}', '{"inputs1":[1],"inputs":[2]}', ONE),
        ('{"inputs":{"x":[1]},"a1":1,"a2":2}', '{"inputs":{"x":[1]},"a2":1,"a2":2}', ONE),
        ('{"inputs":{"x1":[1]}}', '{"inputs":{"x2":[1]}}', {"x1": "float"}),
        (
            '{"inputs":{"x1":[1],"x2":[2]}}',
            '{"inputs":{"x1":[1],"x1":[2]}}',
            {"x1": "float", "x2": "float"},
        ),
        (
            '{"instances":[{"x1":[1],"x2":[2]},{"x1":[3],"x2":[4]}]}',
            '{"instances":[{"x1":[1],"x2":[2]},{"x1":[3],"x1":[4]}]}',
            {"x1": "float", "x2": "float"},
        ),
        ('{"inputs":{"x":1.5}}', '{"inputs":{"x":2.5}}', ONE),
        ('{"inputs":1.5}', '{"inputs":2.5}', ONE),
        ('{"instances":[[1]],"a":"\\u0041"}', '{"instances":[[1]],"a":"\\u0042"}', ONE),
        ('{"instances":[[1,2]]}', '{"instances":[[1,2.5]]}', {"x": "int32"}),
        ('{"instances":[true]}', '{"instances":[true]}', {"x": "bool"}),
        ('{"instances":["a"]}', '{"instances":["e"]}', {"x": "string"}),
    ],
)
def test_what_a_form_does_not_tell_is_still_looked_at(afresh, first, then, dtypes):
    then = then.encode()
    assert afresh(then, dtypes, [first.encode()]) == afresh(then, dtypes)


def test_a_form_is_read_anew_for_a_model_of_other_types(afresh):
    body = b'{"instances":[[1,2]]}'
    outcome_before = afresh(body, {"x": "double"})
    afresh(body, ONE)
    assert outcome(body, {"x": "double"}) == outcome_before
    assert outcome(body, {"x": "int64"})[2]["x"][0] == "int64"
    assert outcome(body, {"z": "float"})[2].keys() == {"z"}


def test_no_more_forms_are_kept_than_a_bound_and_none_that_is_long():
    forms = Forms()
    for n in range(1, 200):
        text, found = forms.read(b"[%b]" % (b"," * n))
        assert found is None
        tensors = {"x": np.zeros(n + 1, "float32")}
        forms.learn(text, {"inputs": [0] * (n + 1)}, tensors, ONE)
    assert len(forms._forms) == 64
    text, _ = forms.read(b"[" * 300_000)
    forms.learn(text, {"inputs": [0]}, {"x": np.zeros(1, "float32")}, ONE)
    assert text not in forms._forms


numbers = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**63), 2**64 - 1)


@given(st.data(), st.lists(st.integers(0, 3), min_size=1, max_size=3), st.sampled_from("rc"))
def test_any_two_bodies_of_one_shape(data, shape, way):
    def value(sizes):
        return [value(sizes[1:]) for _ in range(sizes[0])] if sizes else data.draw(numbers)

    key = "instances" if way == "r" else "inputs"
    first, then = (json.dumps({key: value(shape)}).encode() for _ in range(2))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("serving.codec.decode._FORMS", Forms())
        expected = outcome(then, ONE)
        patch.setattr("serving.codec.decode._FORMS", Forms())
        outcome(first, ONE)
        assert outcome(then, ONE) == expected
