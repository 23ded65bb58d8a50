"""What the conformance cases leave open: odd JSON, odd values, and that quick equals exact."""

import json
import math

import numpy as np
import pytest

from serving import codec
from serving.codec.jsontext import parse, parse_object
from serving.errors import ServingError


def decode(body, dtype="float"):
    return codec.decode_predict(body, lambda signature: {"x": dtype}).tensors["x"]


def refusal(call, *args):
    with pytest.raises(ServingError) as caught:
        call(*args)
    return caught.value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (b' {"a": [1, -2.5, true, null, "x", {}, []]} ', {"a": [1, -2.5, True, None, "x", {}, []]}),
        (b"\xef\xbb\xbf[1]", [1]),  # a byte order mark
        (b"[1]]]", [1]),
        (b"[Inf, -Inf, Infinity, -Infinity]", [math.inf, -math.inf] * 2),
        (b'"\\u00e9\\ud83d\\ude00\\n\\/" x', "é😀\n/"),
        (b"18446744073709551615 x", 2**64 - 1),
        (b"18446744073709551616 x", float(2**64)),
        (b"[-0] x", [0]),
        (b'"a:b"', "a:b"),
    ],
)
def test_parse(text, value):
    parsed = parse(text)
    assert parsed == value
    assert type(parsed) is type(value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"  ", "The document is empty. at offset: 2"),
        (b"{", "Missing a name for object member. at offset: 1"),
        (b'{"a":1,}', "Missing a name for object member. at offset: 7"),
        (b'{"a" 1}', "Missing a colon after a name of object member. at offset: 5"),
        (b'{"a":1]', "Missing a comma or } after an object member. at offset: 6"),
        (b"[1 2]", "Missing a comma or ] after an array element. at offset: 3"),
        (b"[01]", "Missing a comma or ] after an array element. at offset: 2"),
        (b"[1,]", "Invalid value. at offset: 3"),
        (b"[1.]", "Miss fraction part in number. at offset: 3"),
        (b"[1., 2]", "Miss fraction part in number. at offset: 3"),
        (b"[1e+]", "Miss exponent in number. at offset: 4"),
        (b"[1e400]", "Number too big to be stored in double. at offset: 1"),
        (b"[" + b"9" * 5000 + b"]", "Number too big to be stored in double. at offset: 1"),
        (b'["a', "Missing a closing quotation mark in string. at offset: 1"),
        (b'["\\x"]', "Invalid escape character in string. at offset: 2"),
        (b'["\\u12g4"]', "Incorrect hex digit after \\u escape in string. at offset: 2"),
        (b'["\\ud800"]', "The surrogate pair in string is invalid. at offset: 2"),
        (b'["\n"]', "Invalid encoding in string. at offset: 2"),
    ],
)
def test_parse_error(text, words):
    error = refusal(parse, text)
    assert error.code == "INVALID_ARGUMENT"
    assert error.message == f"JSON Parse error: {words}"


@pytest.mark.parametrize("text", [b"[" * 100_000, b'{"a":' * 100_000, b"[" * 2000 + b"]" * 2000])
def test_no_nesting_is_too_deep(text):
    assert refusal(parse_object, text).code == "INVALID_ARGUMENT"


def test_the_first_of_equal_keys_counts():
    assert decode(b'{"instances": [1], "instances": [2]}').tolist() == [1]
    assert decode(b'{"instances": [{"x": 1, "x": 2}, {"x": 3}]}').tolist() == [1, 3]
    assert refusal(decode, b'{"instances": [{"b64": "YQ==", "b64": "Yg=="}]}', "string")


def test_an_example_keeps_the_last_of_equal_features():
    _, examples = codec.decode_examples(b'{"examples": [{"x": 1, "x": 2.5}]}')
    assert examples == [{"x": ("float_list", [2.5])}]


def test_context_is_shared_and_overruled():
    body = b'{"context": {"a": 1, "b": "c"}, "examples": [{"a": 2}, {"b": {"b64": "ZA=="}}, {}]}'
    _, examples = codec.decode_examples(body)
    a, b = ("int64_list", [1]), ("bytes_list", [b"c"])
    assert examples == [
        {"a": ("int64_list", [2]), "b": b},
        {"a": a, "b": ("bytes_list", [b"d"])},
        {"a": a, "b": b},
    ]


def test_bytes_that_are_no_text_survive():
    array = decode(b'{"instances": ["\xff\xfe"]}', "string")
    assert array.tolist() == [b"\xff\xfe"]
    assert codec.encode_predict({"x": array}, rows=True) == b'{"predictions": ["\xff\xfe"]}'


@pytest.mark.parametrize(
    ("text", "value"), [("YQ==", b"a"), ("YQ", b"a"), (" Y Q\\n==", b"a"), ("", b"")]
)
def test_base64(text, value):
    body = f'{{"inputs": [{{"b64": "{text}"}}]}}'.encode()
    assert decode(body, "string").tolist() == [value]


@pytest.mark.parametrize("text", ["Y", "YQ=", "Y===", "_-_-", "YQ==YQ=="])
def test_no_base64(text):
    body = f'{{"inputs": [{{"b64": "{text}"}}]}}'.encode()
    assert refusal(decode, body, "string").message == "Unable to base64 decode"


def test_a_boolean_among_numbers_is_no_number():
    for body in (b'{"instances": [1.0, true]}', b'{"inputs": [[0, 1], [false, 2]]}'):
        for dtype in ("float", "int32"):
            assert f"not of expected type: {dtype}" in refusal(decode, body, dtype).message


def test_integers_wrap_round_only_where_upstream_does():
    assert decode(b'{"inputs": [256, -1, 300]}', "uint8").tolist() == [0, 255, 44]
    assert "int32" in refusal(decode, b'{"inputs": [2147483648]}', "int32").message
    assert "uint8" in refusal(decode, b'{"inputs": [2147483648]}', "uint8").message
    assert decode(b'{"inputs": [18446744073709551615]}', "uint64").tolist() == [2**64 - 1]


@pytest.mark.parametrize("dtype", ["float", "double", "int32", "int64", "uint8", "uint64", "bool"])
@pytest.mark.parametrize(
    "value",
    [
        5,
        [],
        [[], []],
        [1, 2, 3],
        [1.5, 2],
        [[1], [2, 3]],
        [[1], 2],
        [1, "2"],
        [None],
        [2**63, 1],
        [-1, 2**31],
        [1e300, -1e300],
        [[[1]], [[2.0]]],
        [math.nan, math.inf],
        {"b64": ""},
    ],
)
def test_quick_equals_exact(value, dtype):
    """NumPy's short cut gives what the value-by-value rules give, errors included."""

    def outcome(exact):
        try:
            array = codec.tensor(value, dtype, exact)
        except ServingError as error:
            return str(error)
        return array.dtype, array.shape, array.tobytes()

    assert outcome(exact=False) == outcome(exact=True)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("count", [100, 10_000])  # written by us, and by orjson
def test_floats_read_back_as_they_were(dtype, count):
    rng = np.random.default_rng(0)
    array = (rng.normal(size=count) * 10.0 ** rng.integers(-30, 30, count)).astype(dtype)
    array[:4] = 0.0, -0.0, 1.0, np.finfo(dtype).max
    text = codec.encode_tensor(array)
    assert np.array(json.loads(text), dtype).tobytes() == array.tobytes()
    assert all("." in token or "e" in token for token in text[1:-1].split(","))


def test_long_and_short_tensors_nest_alike():
    array = np.arange(3 * 40 * 50, dtype="int64").reshape(3, 40, 50)
    whole = json.loads(codec.encode_predict({"a": array}, rows=True))["predictions"]
    assert whole == array.tolist()
    named = json.loads(codec.encode_predict({"a": array, "b": array[:, 0, 0]}, rows=True))
    assert named["predictions"][2] == {"a": array[2].tolist(), "b": array[2, 0, 0].item()}


def test_a_long_tensor_may_hold_nan():
    array = np.zeros(5000, "float32")
    array[7] = np.nan
    assert math.isnan(json.loads(codec.encode_tensor(array))[7])


def test_empty_dimensions():
    array = np.zeros((2, 0, 3), "float32")
    assert codec.encode_tensor(array) == "[[], []]"
    assert codec.encode_predict({"x": array}, rows=True) == b'{"predictions": [[], []]}'
