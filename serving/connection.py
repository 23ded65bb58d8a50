"""What one connection may cost: uvicorn's HTTP/1.1 protocol with limits on time and size.

uvicorn closes a connection that is idle after an answer.  It waits for ever for a request that
does not come, or comes byte by byte, and for a client that does not read its answer; it takes
headers of any length and any number of requests ahead of their answers.  `Connection` does not.

    uvicorn.Config(app, http=connection.limited(most=20_000))

Refusals are JSON, as all errors of this server are.
"""

import contextlib
import json
from http import HTTPStatus

from serving.short import ShortWay

_PACE = 16 * 1024  # bytes
_SPARE = 512  # files that stay free for models, logs and other sockets


class _Refused(Exception):
    """Stops the parser; what to answer is in `Connection._refusal`."""


class Connection(ShortWay):
    """One client's connection.

    Attributes, to be overridden in a subclass:
        head_seconds: for a request's line and headers to come, from the connection or their first
            byte on.  Node.js and nginx give 60 s.
        body_seconds: for the body, from the end of the headers on.  Node.js gives 300 s.
        stall_seconds: in these, a client must read on: 16 KiB of an answer, or what is left.
        head_bytes: of the request line and the headers, 32 bytes a header included.
        ahead: requests that may have come before the first of them is answered.
        most: connections at a time.
    """

    head_seconds = 60
    body_seconds = 300
    stall_seconds = 60
    head_bytes = 64 * 1024
    ahead = 100
    most = 20_000

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self._part = ""  # of the request that comes in: "headers", "body"; "": none has begun
        self._requests = 0  # begun so far
        self._head = 0  # bytes of the headers, counted one by one
        self._head_data = 0  # bytes that came and did not complete them
        self._refusal = None
        self._awaited = None  # which part of which request the timer runs for
        self._timer = None
        self._unread = 0  # bytes of an answer that waited at the last look
        self._stall = None

    # The life of a connection

    def connection_made(self, transport):
        super().connection_made(transport)
        if len(self.connections) > self.most:
            self._refuse(503, f"more than {self.most} connections are open; try again later")
        else:
            self._time()

    def connection_lost(self, exc):
        super().connection_lost(exc)
        self._unset_keepalive_if_required()
        for timer in (self._timer, self._stall):
            if timer:
                timer.cancel()

    def data_received(self, data):
        before = (self._requests, "headers")
        super().data_received(data)
        if self.transport.is_closing():
            return
        if before == (self._requests, self._part):  # in the middle of a header, perhaps
            self._head_data += len(data)
            if self._head_data > self.head_bytes:
                self._refuse(*self._too_long())
        self._time()

    # What the parser finds

    def on_message_begin(self):
        super().on_message_begin()
        self._part = "headers"
        self._requests += 1
        self._head = self._head_data = 0

    def on_url(self, url):
        super().on_url(url)
        self._count(len(url))

    def on_header(self, name, value):
        super().on_header(name, value)
        self._count(len(name) + len(value) + 32)

    def on_headers_complete(self):
        super().on_headers_complete()
        self._part = "body"
        if not self.cycle.keep_alive:
            self.cycle.transport = _Lingering(self)
        if len(self.pipeline) > self.ahead:
            raise _Refused  # without a word: it is another request's turn to be answered

    def on_message_complete(self):
        super().on_message_complete()
        if not self.parser.should_upgrade():
            self._part = ""
            if self.cycle.response_complete and not self.cycle.keep_alive:
                self.transport.close()

    def _count(self, size):
        self._head += size
        if self._head > self.head_bytes:
            self._refusal = self._too_long()
            raise _Refused

    def _too_long(self):
        return 431, f"the request's headers are longer than {self.head_bytes} bytes"

    # Refusals

    def send_400_response(self, msg):
        # What stopped the parser: a refusal, or text that is no HTTP.
        self._refuse(*(self._refusal or (400, "this is no HTTP/1.1 request")))

    def _refuse(self, status, message):
        """Close, and say why if this is the moment for an answer."""
        if self.transport.is_closing():
            return
        answered = self.cycle is None or self.cycle.response_complete
        if not self.pipeline and (answered or not self.cycle.response_started):
            self.transport.write(_answer(status, message))
        self.transport.close()
        self._watch_reading()

    # Time

    def _time(self):
        """Have a timer for what is awaited from the client, and for nothing else."""
        idle = not self._part and (self.cycle is None or self.cycle.response_complete)
        awaited = (self._requests, "request" if idle else self._part)
        if awaited == self._awaited:
            return
        self._awaited = awaited
        if self._timer:
            self._timer.cancel()
        seconds = self.body_seconds if self._part == "body" else self.head_seconds
        self._timer = self.loop.call_later(seconds, self._late, seconds) if awaited[1] else None

    def _late(self, seconds):
        answered = self._part == "body" and self.cycle.response_complete
        if self._part and not answered:
            self._refuse(408, f"the request's {self._part} did not come within {seconds} s")
        else:  # nothing to answer
            self.transport.close()
            self._watch_reading()

    # Answers that are not read

    def pause_writing(self):
        super().pause_writing()
        self._watch_reading()

    def resume_writing(self):
        super().resume_writing()
        if self._stall and not self.transport.is_closing():
            self._stall.cancel()
            self._stall = None

    def on_response_complete(self):
        super().on_response_complete()
        self._watch_closing()

    def timeout_keep_alive_handler(self):
        super().timeout_keep_alive_handler()
        self._watch_closing()

    def shutdown(self):
        super().shutdown()
        self._watch_closing()

    def _watch_closing(self):
        if self.transport.is_closing():  # which waits until all is sent
            self._watch_reading()

    def _watch_reading(self):
        """Look every `stall_seconds` whether the client has read on; meanwhile nothing is added."""
        self._unread = self.transport.get_write_buffer_size()
        if self._unread and self._stall is None:
            self._stall = self.loop.call_later(self.stall_seconds, self._look_at_reading)

    def _look_at_reading(self):
        self._stall = None
        if self.transport.get_write_buffer_size() > max(0, self._unread - _PACE):
            self.transport.abort()
        else:
            self._watch_reading()


class _Lingering:
    """A transport that closes when the body is complete, and not before.

    A client that is told to go while it still sends would lose the answer that says why.
    """

    def __init__(self, connection):
        self._connection = connection

    def close(self):
        if self._connection._part != "body":
            self._connection.transport.close()

    def __getattr__(self, name):
        return getattr(self._connection.transport, name)


def limited(**limits):
    """A Connection class with other limits, such as `most=20_000`."""
    for name in limits:
        if not isinstance(getattr(Connection, name, None), int):
            raise TypeError(f"Connection has no limit called {name}")
    return type("Connection", (Connection,), limits)


def allow_files(wanted):
    """Let this process open as many files as it may, for `wanted` connections.

    Returns how many connections it can have: less than `wanted` where the system allows less.
    """
    with contextlib.suppress(ImportError, OSError, ValueError):  # no such limits on Windows
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if soft != hard:
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        if hard != resource.RLIM_INFINITY:
            return max(1, min(wanted, hard - _SPARE))
    return wanted


def _answer(status, message):
    body = json.dumps({"error": message}).encode()
    head = (
        f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\ncontent-type: application/json\r\n"
        f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
    )
    return head.encode() + body
