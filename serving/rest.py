"""TensorFlow Serving's REST routes, under /v1/.

    POST /v1/models/M[/versions/N|/labels/L]:predict|classify|regress
    GET  /v1/models/M[/versions/N|/labels/L][/metadata]

They are no ordinary paths: names are percent-decoded (`%2F` belongs to a name), case does not
matter but in the last word, and whatever does not match is 400 "Malformed request", whatever its
method.  So the raw path is matched here, behind one catch-all route.

Sources: tensorflow_serving/model_servers/http_rest_api_{handler,util}.cc, http_server.cc.
"""

import contextlib
import logging
import re
import time
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from serving import body, codec, metadata
from serving.errors import ServingError, invalid
from serving.inference import classify, regress
from serving.logs import access

_TARGET = r"(?:/versions/(?P<version>[0-9]+)|/labels/(?P<label>[^/:]+))?"
_CALL = re.compile(
    rf"(?i:/v1/models/(?P<model>[^/:]+){_TARGET}:(?P<action>classify|regress|predict))", re.ASCII
)
_LOOK = re.compile(
    rf"(?i:/v1/models(?:/(?P<model>[^/:]+))?{_TARGET}(?:/(?P<action>metadata))?)", re.ASCII
)

# Bytes that are read or written on the event loop: to go to a thread and back takes longer.
_SMALL = 32 * 1024


class Target(NamedTuple):
    """What a path speaks of.  `action`: "predict", "classify", "regress", "metadata", "status"."""

    model: str
    version: int | None
    label: str | None
    action: str


def parse_path(method, path):
    """The Target of a method and a raw path; ServingError (INVALID_ARGUMENT) if there is none."""
    pattern = {"POST": _CALL, "GET": _LOOK}.get(method)
    match = pattern and pattern.fullmatch(path)
    if not match:
        raise invalid(f"Malformed request: {method} {path}")
    if match["model"] is None:
        raise invalid("Missing model name in request.")
    action = match["action"] or "status"
    if action != action.lower():  # the match is blind to case, the meaning of the word is not
        if method == "POST":
            raise invalid(f"Malformed request: {method} {path}")
        action = "status"
    version = match["version"] and _number(match["version"])
    label = match["label"] and _decoded(match["label"])
    return Target(_decoded(match["model"]), version, label, action)


def _number(text):
    digits = text.lstrip("0") or "0"
    if len(digits) > 19 or int(digits) >= 2**63:
        raise invalid(f"Failed to convert version: {text} to numeric.")
    return int(digits)


def _decoded(text):
    return unquote_to_bytes(text).decode("utf-8", "surrogateescape")


class Rest:
    """The ASGI app behind /v1/; answers are JSON, errors too.

    Args:
        engine: the Engine that runs the models of its Store.
        metrics: the Metrics that count the calls.
        max_body_bytes: the largest request body, after unpacking.
    """

    def __init__(self, engine, metrics, max_body_bytes=body.MAX_BYTES):
        self.engine = engine
        self.metrics = metrics
        self.max_body_bytes = max_body_bytes

    async def __call__(self, scope, receive, send):
        try:
            status, content = await self.answer(scope, receive=receive)
        except ConnectionAbortedError:
            return  # nobody is left to answer
        length = (b"content-length", str(len(content)).encode())
        headers = [length, (b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": content})

    async def answer(self, scope, content=None, receive=None):
        """The status and the content (bytes) that answer a call.

        content: the body of the request; None: it is still to be received.
        Raises ConnectionAbortedError when the client has gone before it was complete.
        """
        start = time.monotonic()
        status, reason = 200, ""
        try:
            content = await self._answer(scope, content, receive)
        except ServingError as error:
            hidden = error.__cause__ if error.code == "INTERNAL" else None
            status, reason = error.http_status, hidden or error.message
            content = codec.encode_error(error.message)
        if status != 200 or access.isEnabledFor(logging.INFO):
            _log(scope, status, time.monotonic() - start, reason)
        return status, content

    async def _answer(self, scope, content, receive):
        if scope["method"] == "OPTIONS":
            return _preflight(scope)
        path = scope["raw_path"].decode("ascii", "replace")
        target = parse_path(scope["method"], path)
        if target.action == "status":
            return metadata.status(self.engine.store.status(target.model, target.version))
        if content is None:
            content = await body.read(scope, receive, self.max_body_bytes)
        start = time.monotonic()
        code = "OK"
        try:
            return await self._call(target, content)
        except ServingError as error:
            code = error.code
            raise
        finally:
            if target.model in self.engine.store:  # a made-up name must not become a series
                self.metrics.observe(target, code, time.monotonic() - start)

    async def _call(self, target, content):
        try:
            return await _ACTIONS[target.action](self.engine, target, content)
        except ServingError:
            raise
        except Exception as error:  # a client is told that we failed, never how
            message = f"internal error ({type(error).__name__}); the server's log has more"
            raise ServingError("INTERNAL", message) from error


async def _predict(engine, target, content):
    def find_inputs(name):
        version = in_use.enter_context(engine.store.use(*target[:3]))
        found.append(version.model.signature(name))
        return found[0].dtypes

    found = []
    with contextlib.ExitStack() as in_use:
        if len(content) <= _SMALL:
            request = codec.decode_predict(content, find_inputs)
        else:
            request = await engine.off_loop(codec.decode_predict, content, find_inputs)
        outputs = await engine.run(found[0], request.tensors)
    if sum(array.nbytes for array in outputs.values()) <= _SMALL:
        return codec.encode_predict(outputs, request.rows)
    return await engine.off_loop(codec.encode_predict, outputs, request.rows)


async def _classify(engine, target, content):
    name, examples = codec.decode_examples(content)
    with engine.store.use(*target[:3]) as version:
        vector = codec.serialize(examples)
        results = await classify(engine, _signature(version, name), vector)
    return codec.encode_classifications(*results)


async def _regress(engine, target, content):
    name, examples = codec.decode_examples(content)
    with engine.store.use(*target[:3]) as version:
        values = await regress(engine, _signature(version, name), codec.serialize(examples))
    return codec.encode_regressions(values)


def _signature(version, name):
    name = name or "serving_default"
    if name not in version.model.signatures:
        raise invalid(f"No signature was found with the name: {name}")
    return version.model.signatures[name]


async def _metadata(engine, target, content):
    with engine.store.use(*target[:3]) as version:
        return metadata.metadata(version)


_ACTIONS = {
    "predict": _predict,
    "classify": _classify,
    "regress": _regress,
    "metadata": _metadata,
}


def _preflight(scope):
    """A browser's question before a call from another site; it is told no more than TF Serving."""
    origin = dict(scope["headers"]).get(b"origin", b"")
    if not re.match(b"https?://", origin):
        raise ServingError("FAILED_PRECONDITION", "Origin header is missing in CORS preflight")
    return b""


def _log(scope, status, seconds, reason):
    """One line for one call; repr, so that no client can write lines of its own."""
    path = scope["raw_path"].decode("ascii", "replace")[:200]
    call = {"method": scope["method"], "path": path, "status": status}
    call["milliseconds"] = round(seconds * 1000, 3)
    level = logging.INFO if status < 400 else logging.WARNING
    words = f": {str(reason)[:300]!r}" if reason else ""
    access.log(level, "%s %s: %d%s", scope["method"], path, status, words, extra={"call": call})
