"""Bodies: how they are read, unpacked, and kept from filling the memory."""

import asyncio
import contextlib
import gzip
import itertools
import threading
import tracemalloc
import zlib

import pytest
from starlette.responses import JSONResponse

from serving import body
from serving.connection import Connection
from serving.errors import ServingError
from tests.serving import raw

MIB = 2**20


def read(chunks, max_bytes=4 * MIB, **headers):
    """What `body.read` makes of a request whose body comes in these chunks."""
    chunks = iter(chunks)

    async def receive():
        chunk = next(chunks, None)
        return {"type": "http.request", "body": chunk or b"", "more_body": chunk is not None}

    pairs = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return asyncio.run(body.read({"type": "http", "headers": pairs}, receive, max_bytes))


def pieces(data, size):
    return [data[i : i + size] for i in range(0, len(data), size)]


@pytest.mark.parametrize("size", [1, 1000, 2**20])
@pytest.mark.parametrize("length", [0, 1, 65_535, 65_536, 65_537, 300_000])
def test_gzip_in_pieces(size, length):
    content = bytes(itertools.islice(itertools.cycle(range(251)), length))
    packed = gzip.compress(content)
    for data in (packed, packed + b"what follows", packed + packed):
        assert read(pieces(data, size), content_encoding="gzip") == content


@pytest.mark.parametrize("packed", [False, True])
def test_the_limit_is_exact(packed):
    pack = gzip.compress if packed else bytes
    encoding = {"content_encoding": "gzip"} if packed else {}
    for size in (100, 100_000):
        content = bytes(size)
        assert read([pack(content)], size, **encoding) == content
        with pytest.raises(ServingError, match=f"larger than {size - 1} bytes"):
            read([pack(content)], size - 1, **encoding)


@pytest.mark.parametrize("length", ["5000000", "9" * 5000, "²", "-1", "x", ""])
def test_a_length_that_is_declared(length):
    if length.isdecimal():
        with pytest.raises(ServingError, match="larger than"):
            read([b"x"], content_length=length)
    else:
        assert read([b"x"], content_length=length) == b"x"


def endless(piece):
    """As much as anybody would send, and more."""
    for _ in range(20):
        yield piece
    raise AssertionError("it is still being read")


EMPTY_BLOCKS = b"\x00\x00\x00\xff\xff" * 100_000  # deflate's way to say nothing at length


@pytest.mark.parametrize(
    ("start", "piece"),
    [(gzip.compress(b"{}"), b"x" * MIB), (gzip.compress(b"")[:10], EMPTY_BLOCKS)],
)
def test_packed_bodies_without_end(start, piece):
    tracemalloc.start()
    with pytest.raises(ServingError, match="larger than"):
        read(itertools.chain([start], endless(piece)), content_encoding="gzip")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4 * MIB


def test_unpacking_leaves_the_event_loop_free():
    """Ten bombs at once; meanwhile the loop goes round."""
    bomb = gzip.compress(bytes(20 * MIB))

    async def unpack():
        scope = {"type": "http", "headers": [(b"content-encoding", b"gzip")]}
        with pytest.raises(ServingError):
            await body.read(scope, receive, 19 * MIB)

    async def receive():
        return {"type": "http.request", "body": bomb, "more_body": False}

    async def rounds(tasks):
        count = 0
        while not all(task.done() for task in tasks):
            await asyncio.sleep(0.001)
            count += 1
        return count

    async def main():
        return await rounds([asyncio.create_task(unpack()) for _ in range(10)])

    assert asyncio.run(main()) > 10


class Slow:
    """Reads the body, and keeps it until it may answer."""

    def __init__(self, catches):
        self.catches = catches
        self.may_answer = threading.Event()

    async def __call__(self, scope, receive, send):
        try:
            content = await body.read(scope, receive, 8 * MIB)
        except ServingError as error:
            if not self.catches:
                raise RuntimeError from error
            await JSONResponse({"error": error.message}, error.http_status)(scope, receive, send)
            return
        while len(content) > 5 and not self.may_answer.is_set():
            await asyncio.sleep(0.01)
        await JSONResponse(len(content))(scope, receive, send)


@pytest.mark.parametrize("catches", [True, False])
def test_no_more_room(catches):
    def post(content, **headers):
        return raw.request(method="POST", body=content, connection="close", **headers)

    app = Slow(catches)
    room = body.Room(app, 4 * MIB, 5 * MIB)
    large = bytes(3 * MIB)
    with (
        raw.running(room, lifespan="off", http=Connection) as (_, address),
        raw.connect(address) as first,
        raw.connect(address) as small,
        contextlib.ExitStack() as ending,
    ):
        ending.callback(app.may_answer.set)
        first.sendall(post(large))
        raw.wait_until(lambda: room.free < 3 * MIB)
        second = raw.exchange(address, post(large))
        assert raw.status(second) == 503
        assert "no room" in raw.error(second)
        if catches:  # the app that unpacks is one that does
            packed = post(gzip.compress(large), content_encoding="gzip")
            assert raw.status(raw.exchange(address, packed)) == 503
        small.sendall(post(bytes(60_000)))
        assert raw.status(raw.exchange(address, post(b"tiny"))) == 200
        app.may_answer.set()
        assert raw.read_all(first).endswith(str(3 * MIB).encode())
        assert raw.read_all(small).endswith(b"60000")
        assert raw.exchange(address, post(large)).endswith(str(3 * MIB).encode())
        refused = raw.exchange(address, post(bytes(4 * MIB + 1)))
        assert raw.status(refused) == 400
        assert "larger than 4194304 bytes" in raw.error(refused)
        raw.wait_until(lambda: room.free == 5 * MIB)


def test_zlib_is_not_gzip():
    with pytest.raises(ServingError, match="said to be gzip"):
        read([zlib.compress(b"{}")], content_encoding="gzip")
