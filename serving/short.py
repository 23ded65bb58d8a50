"""A shorter way for small calls of models: from the parser to `Rest`, past all layers of ASGI.

What those layers would do for a small POST that comes with nothing unusual is to let it pass, in as
much time as the model takes.  So each of them says by `admits` whether it would; if one would not,
the call goes the ordinary way, and is answered the same.
"""

from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from serving.upgrade import Http1


class ShortWay(Http1):
    """HTTP/1.1 whose app may have `short(scope)`, which gives a `Rest` or None."""

    _small = None  # a cycle that waits for the end of its body, and the Rest that will answer it

    def _start_asgi_task(self, cycle, app):
        short = getattr(app, "short", None)
        rest = short(cycle.scope) if short else None
        if rest is None:
            super()._start_asgi_task(cycle, app)
        elif cycle.more_body:
            self._small = cycle, rest
        else:  # it was sent ahead
            self._answer(cycle, rest)

    def on_message_complete(self):
        super().on_message_complete()
        if self._small and not self._small[0].more_body:
            small, self._small = self._small, None
            self._answer(*small)

    def _answer(self, cycle, rest):
        task = self.loop.create_task(self._respond(cycle, rest))
        task.add_done_callback(self.tasks.discard)
        self.tasks.add(task)

    async def _respond(self, cycle, rest):
        try:
            status, content = await rest.answer(cycle.scope, bytes(cycle.body))
            await self.flow.drain()
            if not cycle.disconnected:
                self._send(cycle, status, content)
        except Exception:
            self.logger.exception("a call could not be answered")
            cycle.transport.close()

    def _send(self, cycle, status, content):
        cycle.response_started = cycle.response_complete = True
        cycle.transport.write(self._top(status, len(content), cycle.keep_alive) + content)
        if not cycle.keep_alive:
            cycle.transport.close()
        cycle.on_response()

    def _top(self, status, length, keep_alive):
        ours = b"content-length: %d\r\ncontent-type: application/json\r\n" % length
        last = b"\r\n" if keep_alive else b"connection: close\r\n\r\n"
        more = [b"%b: %b\r\n" % header for header in self.server_state.default_headers]
        return b"".join([STATUS_LINE[status], *more, ours, last])
