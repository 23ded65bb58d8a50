"""Reading a request's body, never more of it than the limit, packed or not."""

import zlib

from serving.errors import invalid

MAX_BYTES = 100 * 1024 * 1024  # TensorFlow Serving's limit on what a gzip body unpacks to


async def read(request, max_bytes=MAX_BYTES):
    """The body (bytes) of a Starlette request, unpacked if its Content-Encoding says gzip.

    Raises ServingError (INVALID_ARGUMENT) as soon as more than `max_bytes` have come out, or when
    the body cannot be unpacked.
    """
    packed = "gzip" in request.headers.get("content-encoding", "").lower()
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > max_bytes:
        raise _too_large(max_bytes)
    unpack = _Gunzip(max_bytes) if packed else None
    parts, size = [], 0
    async for chunk in request.stream():
        part = unpack(chunk) if unpack else chunk
        size += len(part)
        if size > max_bytes:
            raise _too_large(max_bytes)
        parts.append(part)
    if unpack and not unpack.finished:
        raise invalid("the body is said to be gzip (Content-Encoding), but it ends too early")
    return b"".join(parts)


class _Gunzip:
    """Unpack chunk by chunk; a chunk gives at most one byte more than the limit."""

    def __init__(self, max_bytes):
        self._max_bytes = max_bytes
        self._inflate = zlib.decompressobj(zlib.MAX_WBITS | 16)  # 16: gzip's header, not zlib's

    @property
    def finished(self):
        return self._inflate.eof

    def __call__(self, chunk):
        try:
            return self._inflate.decompress(chunk, self._max_bytes + 1)
        except zlib.error as error:
            raise invalid(
                f"the body is said to be gzip (Content-Encoding), but it is not: {error}"
            ) from error


def _too_large(max_bytes):
    return invalid(
        f"the request body is larger than {max_bytes} bytes, the most this server takes; "
        "send fewer instances at a time"
    )
