"""Reading a request's body, never more of it than the limit, packed or not.

A single request is bounded by `read`, all requests together by `Room`: what is decoded from JSON
can take twenty times the room of its text.
"""

import asyncio
import zlib
from concurrent.futures import ThreadPoolExecutor

from starlette.responses import Response

from serving.codec import encode_error
from serving.errors import ServingError, invalid

MAX_BYTES = 100 * 1024 * 1024  # TensorFlow Serving's limit on what a gzip body unpacks to
_SMALL = 64 * 1024  # bytes of a body that are unpacked at once and need no room
_UNUSUAL = {b"content-encoding", b"transfer-encoding", b"expect", b"upgrade"}
# One, so that many small bodies that unpack to large ones take turns.
_UNPACKER = ThreadPoolExecutor(1, thread_name_prefix="unpack")


class Room:
    """ASGI middleware that bounds what bodies hold in memory while they are read and worked on.

    A request gets the first 64 KiB without asking, so small ones are served even when there is no
    room.  Too large a body is INVALID_ARGUMENT, one that finds no room UNAVAILABLE; an app that
    does not turn the ServingError into an answer by itself is spared that.

    Args:
        max_body_bytes: for one request, as it comes.
        max_bytes: for all together, unpacked; default: for two of the largest.
    """

    def __init__(self, app, max_body_bytes=MAX_BYTES, max_bytes=None):
        self._app = app
        self.max_body_bytes = max_body_bytes
        self.free = max_bytes or 2 * max_body_bytes

    def admits(self, scope, headers):
        """Whether a request is small, and comes as it is."""
        length = headers.get(b"content-length", b"")
        usual = length.isdigit() and len(length) < 9 and _UNUSUAL.isdisjoint(headers)
        return usual and int(length) <= min(_SMALL // 2, self.max_body_bytes)

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        share = scope["body_share"] = _Share(self, receive, send)
        try:
            await self._app(scope, share.receive, share.send)
        except Exception:
            if not share.refusal:
                raise
        finally:
            self.free += share.taken
        if share.refusal and not share.started:
            content = encode_error(share.refusal.message)
            status = share.refusal.http_status
            await Response(content, status, media_type="application/json")(scope, receive, send)


class _Share:
    """What one request has of a Room."""

    def __init__(self, room, receive, send):
        self._room = room
        self._receive = receive
        self._send = send
        self._received = 0
        self.taken = 0
        self.refusal = None
        self.started = False

    async def receive(self):
        message = await self._receive()
        self._received += len(message.get("body", b""))
        try:
            if self._received > self._room.max_body_bytes:
                raise _too_large(self._room.max_body_bytes)
            self.hold(self._received)
        except ServingError as error:
            self.refusal = error
            raise
        return message

    def hold(self, size):
        """Have room for `size` bytes, or raise ServingError (UNAVAILABLE)."""
        more = size - _SMALL - self.taken
        if more <= 0:
            return
        if more > self._room.free:
            raise ServingError(
                "UNAVAILABLE", "the server has no room for a body of this size now; try again later"
            )
        self._room.free -= more
        self.taken += more

    async def send(self, message):
        # Whatever an app says to the error that `receive` raised, it knows less about it.
        if not self.refusal or self.started:
            self.started = True
            await self._send(message)


async def read(scope, receive, max_bytes=MAX_BYTES):
    """The body (bytes) of an ASGI request, unpacked if its Content-Encoding says gzip.

    Raises ServingError: INVALID_ARGUMENT as soon as more than `max_bytes` have come, or when the
    body cannot be unpacked; UNAVAILABLE when there is no `Room` for it; ConnectionAbortedError
    when the client is gone.
    """
    packed, declared = _announced(scope["headers"])
    if declared > max_bytes:
        raise _too_large(max_bytes)
    unpack = _Gunzip() if packed else None
    share = scope.get("body_share")
    parts, size, received, more = [], 0, 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ConnectionAbortedError("the client is gone")
        chunk, more = message.get("body", b""), message.get("more_body", False)
        received += len(chunk)
        part = await unpack(chunk, max_bytes - size) if unpack else chunk
        size += len(part)
        if max(size, received) > max_bytes:
            raise _too_large(max_bytes)
        if share:
            share.hold(size)
        parts.append(part)
    if unpack and not unpack.finished:
        raise invalid("the body is said to be gzip (Content-Encoding), but it ends too early")
    return b"".join(parts)


def _announced(headers):
    """Whether a body is said to be gzip, and its length; 0 where none is told."""
    packed, length = False, 0
    for name, value in headers:
        if name == b"content-encoding":
            packed = b"gzip" in value.lower()
        elif name == b"content-length" and value.isdigit():
            length = float(value)
    return packed, length


class _Gunzip:
    """Unpack chunk by chunk; what follows the end of the packed data is ignored."""

    def __init__(self):
        self._inflate = zlib.decompressobj(zlib.MAX_WBITS | 16)  # 16: gzip's header, not zlib's

    @property
    def finished(self):
        return self._inflate.eof

    async def __call__(self, chunk, room):
        """At most one byte more than `room`."""
        if self.finished:  # zlib would keep it
            return b""
        try:
            part = self._inflate.decompress(chunk, min(_SMALL, room + 1))
            if not self._inflate.unconsumed_tail or len(part) > room:
                return part
            return part + await asyncio.get_running_loop().run_in_executor(
                _UNPACKER,
                self._inflate.decompress,
                self._inflate.unconsumed_tail,
                room + 1 - len(part),
            )
        except zlib.error as error:
            raise invalid(
                f"the body is said to be gzip (Content-Encoding), but it is not: {error}"
            ) from error


def _too_large(max_bytes):
    return invalid(
        f"the request body is larger than {max_bytes} bytes, the most this server takes; "
        "send fewer instances at a time"
    )
