"""One gRPC call: from the bytes of its request to the bytes of its answer, or to an error.

Each method is a function of a Call; what it raises becomes the call's status.

Source: tensorflow_serving/model_servers/{grpc_status_util,prediction_service_impl,server_core}.cc.
"""

import asyncio
import logging
import time
from typing import NamedTuple

import grpc
from google.protobuf.message import DecodeError

from serving.errors import ServingError, invalid
from serving.logs import access
from serving.quiet import import_tensorflow

_SMALL = 64 * 1024  # bytes; work on more than that would hold up the other calls of the loop
_LONGEST = 1024  # characters of an error; headers, which carry it, are limited


class Target(NamedTuple):
    """What a call is counted under: the model's name and the method's."""

    model: str
    action: str


class Call:
    """A call at work.

    Attributes:
        engine: the Engine that runs models.
        max_bytes: the largest message, and so the most memory that a request's tensors may take.
        data: the request, serialized.
        seconds: how long its client waits for the answer; None if for ever.
        model: the name of the model it asks for, once that is known.
    """

    def __init__(self, engine, max_bytes, data, seconds):
        self.engine = engine
        self.max_bytes = max_bytes
        self.data = data
        self.seconds = seconds
        self.model = ""

    async def parse(self, message):
        """The request as a protobuf message class; raises ServingError if it is none."""
        return await self.work(len(self.data), _parse, message, self.data)

    async def work(self, size, function, *args):
        """What `function(*args)` returns, called off the event loop if `size` bytes are much."""
        if size <= _SMALL:
            return function(*args)
        return await self.engine.off_loop(function, *args)

    def spec(self, request):
        """The ModelSpec of a request; raises ServingError (INVALID_ARGUMENT) if it has none."""
        if not request.HasField("model_spec"):
            raise invalid("Missing ModelSpec")
        self.model = request.model_spec.name
        return request.model_spec

    def use(self, spec):
        """`Store.use` for what a ModelSpec asks for."""
        self.model = spec.name
        if not spec.name:
            raise invalid("ModelSpec has no name specified.")
        choice = spec.WhichOneof("version_choice")
        number = spec.version.value if choice == "version" else None
        label = spec.version_label if choice == "version_label" else None
        return self.engine.store.use(spec.name, number, label)


def effective(answered, asked, version):
    """Write into a ModelSpec which signature of which Version has answered another ModelSpec."""
    answered.name = asked.name
    answered.signature_name = asked.signature_name or "serving_default"
    answered.version.value = version.number


def _parse(message, data):
    try:
        return message.FromString(data)
    except DecodeError as error:
        raise invalid(f"the request is no {message.DESCRIPTOR.full_name}: {error}") from error


class Calls:
    """Answers the calls of an Engine's event loop, counts them and logs those that fail."""

    def __init__(self, engine, metrics, max_bytes):
        self._engine = engine
        self._metrics = metrics
        self._max_bytes = max_bytes
        self._import = asyncio.ensure_future(engine.off_loop(_import_protos))

    async def protos(self):
        """Wait until the protos are imported."""
        if not self._import.done():
            await asyncio.shield(self._import)

    def handler(self, service, functions):
        """The handler of a service, whose methods are {name: coroutine function of a Call}."""
        methods = {
            name: grpc.unary_unary_rpc_method_handler(self._method(name, function))
            for name, function in functions.items()
        }
        return grpc.method_handlers_generic_handler(service, methods)

    def _method(self, name, function):
        async def method(data, context):
            call = Call(self._engine, self._max_bytes, data, context.time_remaining())
            start = time.monotonic()
            code, reason = "CANCELLED", "the client has gone, or its deadline has passed"
            try:
                answer = await self._answer(function, call, context)
                code = "OK"
                return answer
            except ServingError as error:
                code, reason = error.code, error.message
                if code == "INTERNAL" and error.__cause__:
                    reason = repr(error.__cause__)
                await context.abort(grpc.StatusCode[code], _details(error.message))
            finally:
                self._note(Target(call.model, name), code, time.monotonic() - start, reason)

        return method

    async def _answer(self, function, call, context):
        try:
            await self.protos()
            if call.seconds == 0:
                raise ServingError("DEADLINE_EXCEEDED", "the deadline passed before the call began")
            return await function(call)
        except ServingError:
            raise
        except Exception as error:  # a client is told that we failed, never how
            message = f"internal error ({type(error).__name__}); the server's log has more"
            raise ServingError("INTERNAL", message) from error

    def _note(self, target, code, seconds, reason):
        if target.model in self._engine.store:  # a made-up name must not become a series
            self._metrics.observe(target, code, seconds, entrypoint="GRPC")
        if code != "OK" or access.isEnabledFor(logging.INFO):
            _log(target, code, seconds, reason)


def _import_protos():
    import_tensorflow()
    from tensorflow_serving.apis import model_service_pb2, prediction_service_pb2

    return model_service_pb2, prediction_service_pb2


def _details(message):
    text = message if len(message) <= _LONGEST else message[:_LONGEST] + "...TRUNCATED"
    return text.encode("utf-8", "replace").decode()


def _log(target, code, seconds, reason):
    """One line for one call; repr, so that no client can write lines of its own."""
    call = {"method": target.action, "model": target.model[:200], "status": code}
    call["milliseconds"] = round(seconds * 1000, 3)
    level = logging.INFO if code == "OK" else logging.WARNING
    words = f": {reason[:300]!r}" if code != "OK" else ""
    access.log(
        level, "gRPC %s %r: %s%s", target.action, call["model"], code, words, extra={"call": call}
    )
