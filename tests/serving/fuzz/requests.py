"""Strategies for HTTP: calls with odd paths, headers and bodies, and bytes that are no calls."""

import gzip
from typing import NamedTuple

from hypothesis import strategies as st

from tests.serving.fuzz.texts import bodies, edited, examples, texts

# Of the models that `target` serves: {name: {input: type}}.
MODELS = {dtype: {"x": dtype} for dtype in ("float", "int32", "uint64", "bool", "string", "half")}
MODELS |= {f"{dtype}_3": {"x": dtype} for dtype in ("float", "int64", "string")}
MODELS["two"] = {"x": "float", "y": "string"}
MODELS["default"] = {"x": "float"}


class Call(NamedTuple):
    """One HTTP request; `headers` is a tuple of (name, value), all bytes."""

    method: bytes
    path: bytes
    headers: tuple = ()
    body: bytes = b""


_METHODS = [b"GET", b"POST", b"HEAD", b"OPTIONS", b"PUT", b"DELETE", b"PATCH", b"TRACE", b"PURGE"]
_PATHS = [b"/", b"/healthz", b"/readyz", b"/openapi.json", b"/monitoring/prometheus/metrics"]
_PATHS += [b"/v1", b"/v1/", b"/v1/models", b"/v1/models/", b"/v1/models/default", b"/docs", b"/V1/"]
_PATHS += [b"/v1/models/default/metadata", b"/v1/models/default/versions/1/metadata", b"/ui/", b"*"]
_PATHS += [b"/v1/models/default/labels/x", b"/v1/models/" + b"x" * 5000, b"//v1/models/default"]
_PIECES = [b"%", b"%2f", b"%2F..%2f", b"..", b"../", b"%00", b"%0a", b"%ff", b"%c3%a9", b"/", b"//"]
_PIECES += [b"?", b"?x=%ff", b"#", b":", b";", b"\\", b"\xff", b"\xc3\xa9", b"'", b'"', b"<", b"|"]
_PIECES += [b"/versions/", b"/versions/1", b"/versions/9999999999999999999", b"/versions/-1"]
_PIECES += [b"/labels/", b"/labels/%2e", b":predict", b":Predict", b":classify", b"/metadata", b"1"]
_HEADERS = [
    (b"Content-Type", b"text/html"),
    (b"Content-Type", b"\xff"),
    (b"Content-Encoding", b"gzip"),
    (b"Content-Encoding", b"x-gzip, br"),
    (b"Content-Encoding", b"identity"),
    (b"Accept", b"text/html"),
    (b"Accept-Encoding", b"gzip;q=\xe9"),
    (b"Authorization", b"Bearer \xff"),
    (b"Authorization", b"Basic !!"),
    (b"Cookie", b"a=b; =; \xff"),
    (b"Connection", b"close"),
    (b"Connection", b"Upgrade"),
    (b"Upgrade", b"websocket"),
    (b"Upgrade", b"h2c"),
    (b"Expect", b"100-continue"),
    (b"Host", b"["),
    (b"Host", b"evil.com:99999999"),
    (b"Host", b""),
    (b"Host", b"\xff"),
    (b"Origin", b"null"),
    (b"Origin", b"https://\xff["),
    (b"Access-Control-Request-Method", b"POST"),
    (b"Sec-Fetch-Site", b"cross-site"),
    (b"Range", b"bytes=9-1"),
    (b"X-Forwarded-For", b"\xff, ::1"),
    (b"X-Forwarded-Proto", b"gopher"),
    (b"X-HTTP-Method-Override", b"DELETE"),
    (b"X", b"y" * 5000),
]
_headers = st.lists(st.sampled_from(_HEADERS), max_size=3).map(tuple)


@st.composite
def calls(draw):
    """A Call of an existing model: the path is right, the body is nearly so."""
    model = draw(st.sampled_from(list(MODELS)))
    action = draw(st.sampled_from([b"predict"] * 8 + [b"classify", b"regress"]))
    body = bodies(MODELS[model]) if action == b"predict" else examples
    path = b"/v1/models/" + model.encode() + b":" + action
    return draw(_packed(Call(b"POST", path, (), draw(st.one_of(body, body, body, texts)))))


@st.composite
def _packed(draw, call):
    """The Call with a body that is gzip, or is not, or is said to be."""
    how = draw(st.integers(0, 9))
    if how > 1:
        return call
    packed = gzip.compress(call.body, mtime=0) if how else call.body
    body = draw(st.one_of(st.just(packed), edited(st.just(packed))))
    return call._replace(headers=((b"Content-Encoding", b"gzip"),), body=body)


@st.composite
def odd_calls(draw):
    """A Call where anything may be odd but the framing."""
    call = draw(calls())
    path = draw(st.sampled_from([*_PATHS, *[call.path] * 5]))
    path = draw(edited(st.just(path), st.one_of(st.sampled_from(_PIECES), st.binary(max_size=2))))
    path = bytes(byte for byte in path if byte not in b"\r\n \t\0") or b"/"
    method = draw(st.sampled_from(_METHODS))
    return Call(method, path, call.headers + draw(_headers), call.body)


_LINES = [b"GET / HTTP/1.1", b"GET /healthz HTTP/1.1", b"POST /v1/models/default:predict HTTP/1.1"]
_LINES += [b"GET / HTTP/1.0", b"GET / HTTP/0.9", b"GET / HTTP/2.0", b"GET /", b"PRI * HTTP/2.0"]
_LINES += [b"CONNECT x:1 HTTP/1.1", b"OPTIONS * HTTP/1.1", b"GET http://a/b HTTP/1.1", b"get / x"]
_LINES += [b"Host: x", b"Host x", b": x", b"Host:", b" folded", b"\tfolded", b"A: " + b"x" * 70_000]
_LINES += [b"Content-Length: 3", b"Content-Length: -1", b"Content-Length: 99999999999999999999"]
_LINES += [b"Content-Length: 2, 3", b"Content-Length: 0x3", b"Content-Length: +3"]
_LINES += [
    b"Transfer-Encoding: chunked",
    b"Transfer-Encoding: gzip, chunked",
    b"Connection: close",
    b"Expect: 100-continue",
]
_LINES += [b"Transfer-Encoding: chunked, identity", b"Transfer-Encoding: x"]
_LINES += [b"Connection: close", b"Expect: 100-continue"]
_LINES += [b"Connection: Upgrade", b"Upgrade: h2c", b"Upgrade: websocket", b"X: \0", b"X: \xff"]
_LINES += [b"3", b"0", b"ffffffffffffffff", b"3;x=y", b"-1", b"abc", b'{"instances": [1.0]}', b""]
_LINES += [b"\x16\x03\x01\x00\xa5\x01\x00", b"SM\r\n\r\n\x00\x00\x00\x04", b"\0" * 99, b"a:b"]
# By number: Hypothesis shows a strategy with all that it can give, and some of this is long.
_line = st.one_of(
    st.integers(0, len(_LINES) - 1).map(lambda number: _LINES[number]), st.binary(max_size=4)
)
_end = st.sampled_from([b"\r\n"] * 8 + [b"\n", b"\r", b"\r\n\r\n"])
_junk = st.lists(st.tuples(_line, _end).map(b"".join), min_size=1, max_size=8).map(b"".join)


@st.composite
def _wire(draw):
    """A call or two as sent, here and there edited."""
    data = b""
    for _ in range(draw(st.integers(1, 2))):
        call = draw(odd_calls())
        headers = (*call.headers, (b"Content-Length", str(len(call.body)).encode()))
        lines = [call.method + b" " + call.path + b" HTTP/1.1"]
        lines += [name + b": " + value for name, value in headers]
        data += b"\r\n".join([*lines, b"", call.body])
    return draw(edited(st.just(data), st.one_of(_line, _end)))


streams = st.one_of(_junk, _wire())
