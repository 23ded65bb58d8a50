"""A server and clients on the bare socket, for what no HTTP library would send."""

import contextlib
import json
import socket
import threading
import time

import uvicorn

from serving.run import listen

PATIENCE = 30  # seconds, after which something hangs


@contextlib.contextmanager
def running(app, **config):
    """Serve an ASGI app on a free port; gives the uvicorn.Server and its (host, port)."""
    with listen("127.0.0.1", 0) as listener:
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, ws="none", **config))
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        wait_until(lambda: server.started)
        yield server, listener.getsockname()
        server.should_exit = server.force_exit = True
        thread.join()


class _Patient(socket.socket):
    """Waits for what comes second by second: a process that was stopped meanwhile did not wait."""

    def recv(self, *args):
        return self._wait(super().recv, *args)

    def recv_into(self, *args):
        return self._wait(super().recv_into, *args)

    def _wait(self, receive, *args):
        self.settimeout(1)
        try:
            for _ in range(PATIENCE - 1):
                with contextlib.suppress(TimeoutError):
                    return receive(*args)
            return receive(*args)
        finally:
            self.settimeout(PATIENCE)


def connect(address):
    connection = _Patient(fileno=socket.create_connection(address).detach())
    connection.settimeout(PATIENCE)
    return connection


def read_all(connection):
    """What still comes until the server closes the connection."""
    data = b""
    with contextlib.suppress(ConnectionResetError):
        while piece := connection.recv(2**16):
            data += piece
    return data


def exchange(address, *pieces):
    """What comes back for these bytes until the server closes."""
    with connect(address) as connection:
        with contextlib.suppress(ConnectionError):
            for piece in pieces:
                connection.sendall(piece)
        return read_all(connection)


def request(path="/", method="GET", body=b"", **headers):
    """The bytes of a request; `_` in a header's name is a `-`."""
    lines = [f"{method} {path} HTTP/1.1"]
    headers = {"host": "x", **headers}
    if body:
        headers["content_length"] = len(body)
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def status(answer):
    return int(answer.split(b" ", 2)[1])


def error(answer):
    """The message in the one answer that these bytes are."""
    return json.loads(answer.partition(b"\r\n\r\n")[2])["error"]


def wait_until(condition):
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.01)
