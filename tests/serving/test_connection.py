"""Clients that are slow, greedy or silent, on the bare socket."""

import contextlib
import socket
import threading

import pytest
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse

from serving import connection
from tests.serving import raw

LARGE = 64 * 2**20  # more than the kernel takes off the server's hands


class App:
    """Answers with the length of the body; `?N` asks for N bytes; remembers who went away."""

    def __init__(self):
        self.gone = threading.Event()

    async def __call__(self, scope, receive, send):
        request = Request(scope, receive)
        if request.url.path == "/early":
            await Response("early")(scope, receive, send)
            return
        if request.url.path == "/stream":
            await StreamingResponse(self.stream(int(request.url.query)))(scope, receive, send)
            return
        try:
            body = await request.body()
        except ClientDisconnect:
            self.gone.set()
            return
        content = b"x" * int(request.url.query) if request.url.query else str(len(body))
        await Response(content)(scope, receive, send)

    async def stream(self, count):
        for _ in range(count):
            yield b"x" * 2**16


@pytest.fixture
def serve():
    """Start a server with some limits; gives its (host, port), itself and its app."""
    with contextlib.ExitStack() as stack:

        def start(**limits):
            app = App()
            http = connection.limited(**limits)
            running = raw.running(app, http=http, lifespan="off", timeout_keep_alive=2)
            server, address = stack.enter_context(running)
            return address, server, app

        yield start


def dribble(address, data):
    """Send byte by byte, faster than any limit, until the server has had enough; its answer."""
    with raw.connect(address) as client, contextlib.suppress(ConnectionError):
        client.settimeout(0.05)
        for byte in data:
            client.send(bytes([byte]))
            with contextlib.suppress(TimeoutError):
                return client.recv(2**16)
    raise AssertionError("all was taken")


def test_an_ordinary_request(serve):
    address, _, _ = serve()
    answer = raw.exchange(address, raw.request(method="POST", body=b"abc", connection="close"))
    assert raw.status(answer) == 200
    assert answer.endswith(b"\r\n\r\n3")


def test_an_answer_that_comes_before_the_end_of_the_body(serve):
    address, _, _ = serve()
    body = bytes(16 * 2**20)
    with raw.connect(address) as client:
        client.sendall(raw.request("/early", method="POST", body=body, connection="close"))
        answer = raw.read_all(client)
    assert raw.status(answer) == 200
    assert answer.endswith(b"early")


def test_headers_that_dribble(serve):
    address, _, _ = serve(head_seconds=1)
    answer = dribble(address, raw.request(cookie="x" * 1000))
    assert raw.status(answer) == 408
    assert "the request's headers did not come within 1 s" in raw.error(answer)


def test_a_body_that_dribbles(serve):
    address, _, app = serve(body_seconds=1)
    with raw.connect(address) as client:
        client.sendall(raw.request(method="POST", content_length=99) + b"x")
        answer = raw.read_all(client)
    assert raw.status(answer) == 408
    assert "the request's body did not come within 1 s" in raw.error(answer)
    assert app.gone.wait(raw.PATIENCE)


def test_many_requests_in_good_time_on_one_connection(serve):
    address, _, _ = serve(head_seconds=2, body_seconds=2)
    with raw.connect(address) as client:
        for _ in range(60):
            for piece in (b"POST / HTTP/1.1\r\n", b"Content-Length: 3\r\n\r\na", b"bc"):
                client.sendall(piece)
                threading.Event().wait(0.02)
            assert client.recv(2**16).endswith(b"3")


@pytest.mark.parametrize("first", [b"", b"\r\n", raw.request() + b"\r\n"])
def test_silence(serve, first):
    address, server, _ = serve(head_seconds=1)
    answer = raw.exchange(address, first)
    assert answer.count(b"HTTP/1.1") == first.count(b"GET")
    raw.wait_until(lambda: not server.server_state.connections)


def test_an_empty_line_after_an_answer_does_not_keep_the_connection(serve):
    address, _, _ = serve(head_seconds=1)
    with raw.connect(address) as client:
        client.sendall(raw.request())
        assert client.recv(2**16).endswith(b"0")
        client.sendall(b"\r\n")
        assert raw.read_all(client) == b""


@pytest.mark.parametrize(
    "head",
    [
        raw.request(cookie="x" * 300_000),
        raw.request("/" + "x" * 300_000),
        b"GET / HTTP/1.1\r\n" + b"a:b\r\n" * 20_000,
        b"GET / HTTP/1.1\r\n" + b"a:b\r\n" * 5_000 + b"\r\n",
        b"GET / HTTP/1.1\r\n" + b"x" * 300_000,
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n" + b"a:b\r\n" * 20_000,
    ],
)
def test_headers_without_end(serve, head):
    address, _, _ = serve()
    answer = raw.exchange(address, *(head[i : i + 10_000] for i in range(0, len(head), 10_000)))
    if answer:  # else it was lost with the connection, of which more was to be read
        assert raw.status(answer) == 431
        assert "headers are longer than 65536 bytes" in raw.error(answer)


def test_headers_as_long_as_may_be(serve):
    address, _, _ = serve()
    answer = raw.exchange(address, raw.request(cookie="x" * 60_000, connection="close"))
    assert raw.status(answer) == 200


@pytest.mark.parametrize(
    "junk", [b"\x16\x03\x01\x02\x00\x01", b"GET /\xff HTTP/1.1\r\n\r\n", b"x\n"]
)
def test_what_is_no_http(serve, junk):
    address, _, _ = serve()
    answer = raw.exchange(address, junk)
    assert raw.status(answer) == 400
    assert raw.error(answer) == "this is no HTTP/1.1 request"


def test_requests_ahead_of_their_answers(serve):
    address, _, _ = serve()
    ahead = raw.request() * 100 + raw.request(connection="close")
    assert raw.exchange(address, ahead).count(b"HTTP/1.1 200") == 101


def test_too_many_requests_ahead_of_their_answers(serve):
    address, server, _ = serve()
    assert raw.exchange(address, raw.request() * 5000).count(b"HTTP/1.1 200") <= 101
    raw.wait_until(lambda: not server.server_state.connections)


@pytest.mark.parametrize("path", [f"/?{LARGE}", "/stream?1000000"])
@pytest.mark.parametrize("ending", [{}, {"connection": "close"}])
def test_an_answer_that_nobody_reads(serve, path, ending):
    address, server, _ = serve(stall_seconds=1)
    with raw.connect(address) as client:
        client.sendall(raw.request(path, **ending))
        raw.wait_until(lambda: server.server_state.connections)
        raw.wait_until(lambda: not server.server_state.connections)
        raw.wait_until(lambda: not server.server_state.tasks)


def test_small_answers_that_nobody_reads(serve):
    address, server, _ = serve(stall_seconds=1)
    with raw.connect(address) as client, contextlib.suppress(ConnectionError):
        while server.server_state.connections or not server.server_state.total_requests:
            client.sendall(raw.request("/?30000"))


@pytest.mark.parametrize("path", [f"/?{LARGE // 8}", f"/stream?{LARGE // 8 // 2**16}"])
def test_an_answer_that_is_read_slowly(serve, path):
    address, _, _ = serve(stall_seconds=1)
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2**16)
        client.connect(address)
        client.sendall(raw.request(path, connection="close"))
        length = 0
        while data := client.recv(2**17):
            length += len(data)
            threading.Event().wait(0.03)
    assert length > LARGE // 8


def test_more_connections_than_allowed(serve):
    address, _, _ = serve(most=3)
    with contextlib.ExitStack() as stack:
        kept = [stack.enter_context(raw.connect(address)) for _ in range(3)]
        for client in kept:
            client.sendall(raw.request())
            assert client.recv(2**16).endswith(b"0")
        answer = raw.exchange(address, b"")
        assert raw.status(answer) == 503
        assert "more than 3 connections are open" in raw.error(answer)
        kept[0].sendall(raw.request())
        assert kept[0].recv(2**16).endswith(b"0")


def test_idle_connections_are_no_hindrance(serve):
    address, server, _ = serve()
    with contextlib.ExitStack() as stack:
        for _ in range(500):
            stack.enter_context(raw.connect(address)).sendall(b"GET")
        raw.wait_until(lambda: len(server.server_state.connections) == 500)
        answer = raw.exchange(address, raw.request(connection="close"))
        assert raw.status(answer) == 200
    raw.wait_until(lambda: not server.server_state.connections)


@pytest.mark.parametrize("cut", [50, -3, -1])  # in the headers, before the body, in it
def test_an_offer_to_upgrade_is_declined(serve, cut):
    address, _, _ = serve()
    offer = {"connection": "Upgrade, HTTP2-Settings", "upgrade": "h2c", "http2_settings": ""}
    data = raw.request(method="POST", body=b"abc", **offer)
    with raw.connect(address) as client:
        for _ in range(2):
            client.sendall(data[:cut])
            threading.Event().wait(0.1)
            client.sendall(data[cut:])
            assert client.recv(2**16).endswith(b"\r\n\r\n3")
        client.sendall(raw.request(connection="Upgrade", upgrade="websocket"))
        assert client.recv(2**16).endswith(b"\r\n\r\n0")
        client.sendall(data * 3 + raw.request(connection="close"))
        assert raw.read_all(client).count(b"\r\n\r\n3") == 3


def test_chunks_after_an_offer_to_upgrade(serve):
    address, _, _ = serve()
    offer = {"connection": "Upgrade", "upgrade": "h2c", "transfer_encoding": "chunked"}
    head = raw.request(method="POST", **offer)
    answer = raw.exchange(address, head + b"2\r\nab\r\n", b"1\r\nc\r\n0\r\n\r\n")
    assert answer.count(b"\r\n\r\n3") == 1


def test_a_limit_that_does_not_exist():
    with pytest.raises(TypeError, match="no limit called speed"):
        connection.limited(speed=1)


def test_as_many_files_as_the_system_allows():
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (1024, before[1]))
    try:
        assert connection.allow_files(100) == 100
        assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == before[1]
        assert connection.allow_files(10**9) == before[1] - 512
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
