"""`zoo serve`: open the ports, load the models, build the page; until SIGTERM or Ctrl-C.

from serving.run import serve
serve(Settings(model_base_path=Path("saved_models")))
"""

import asyncio
import contextlib
import errno
import os
import signal
import socket
import sys
from pathlib import Path

import uvicorn

from serving import connection, grpc, guard, logs, parameters, tls
from serving.app import create_app
from serving.batching import DEFAULTS
from serving.client import connect
from serving.engine import Engine
from serving.errors import ServingError, not_found
from serving.logs import log
from serving.metrics import PATH, Metrics
from serving.store import Store

_GRACE = 30  # seconds that running calls have to finish after SIGTERM


def serve(settings):
    """Serve by the Settings until SIGTERM or Ctrl-C.

    The ports are open before the first model is loaded.  What keeps the server from starting, such
    as a missing folder or a taken port, ends the process with one line on stderr and exit code 1.
    """
    logs.start(settings.log_format, settings.access_log)
    # TensorFlow tells of every library it does not find; what matters comes as an exception.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    _limit_threads(settings)
    # A thread that comes back from TensorFlow with a batch must not wait 5 ms for the event loop.
    sys.setswitchinterval(0.0005)
    # uvicorn stops gracefully and then raises the signal anew; a clean stop should exit with 0.
    signal.signal(signal.SIGTERM, lambda *_: None)
    main = _page_only(settings) if settings.backend else _models(settings)
    try:
        with (
            contextlib.suppress(KeyboardInterrupt),
            asyncio.Runner(loop_factory=_loop_factory()) as runner,
        ):
            runner.run(main)
    except ServingError as error:
        sys.exit(f"zoo serve: {error.message}")


def _limit_threads(settings):
    """Say how many threads TensorFlow may take; it reads that when its first session is made."""
    for kind in ("intra", "inter"):
        most = getattr(settings, f"tensorflow_{kind}_op_parallelism")
        if most:
            os.environ[f"TF_NUM_{kind.upper()}OP_THREADS"] = str(most)


def _loop_factory():
    with contextlib.suppress(ImportError):  # there is none for Windows
        from uvloop import new_event_loop

        return new_event_loop
    return None


async def _models(settings):
    """Serve the models on disk."""
    store = make_store(settings)
    listener = listen(settings.host, settings.rest_api_port)
    token = guard.read_token(settings.token)
    metrics = Metrics()
    timeout = settings.rest_api_timeout_in_ms / 1000
    engine = Engine(store, _batching(settings), metrics.observe_run, timeout)
    path = settings.monitoring_config_file
    app = create_app(
        store,
        settings.ui,
        engine=engine,
        metrics=metrics,
        max_body_bytes=_max_bytes(settings),
        metrics_path=parameters.read_metrics_path(path) if path else PATH,
        before_page=lambda: _first_model(store),
    )
    _protect(app, settings, token)
    remote = None
    if settings.grpc:
        remote = await grpc.start(
            engine,
            metrics,
            settings.host,
            settings.port,
            max_message_bytes=_max_bytes(settings),
            credentials=tls.for_grpc(*_tls(settings)) if settings.ssl_certfile else None,
            token=token,
        )
    _greet(settings, listener, remote, store.base_path)
    store.load_in_background()
    try:
        await _Server(app, settings, remote).serve(sockets=[listener])
    finally:
        if not store.stop():  # TensorFlow aborts a process that ends while it loads a model
            sys.stdout.flush()
            os._exit(0)


async def _first_model(store):
    """Wait until the first model is ready: building the page would slow TensorFlow's import."""

    def is_ready():
        return store.settled or any(v.state == "AVAILABLE" for v in store.versions())

    while not is_ready():  # a thread that waits would keep the process from ending
        await asyncio.sleep(0.05)


async def _page_only(settings):
    """Serve the page for models that another server has."""
    listener = listen(settings.host, settings.rest_api_port)
    token = guard.read_token(settings.token)
    app = create_app(None, client=connect(settings.backend, token=token))
    _protect(app, settings, token)
    url = _url(settings, listener)
    log.info("page %s/ui/   models from %s", url, settings.backend)
    await _Server(app, settings).serve(sockets=[listener])


def make_store(settings):
    """The Store that the settings ask for."""
    if settings.model_config_file:
        source = {"config_file": settings.model_config_file}
    else:
        source = {"base_path": settings.model_base_path or default_base_path()}
    return Store(
        **source,
        model_name=settings.model_name or None,
        poll_seconds=settings.file_system_poll_wait_seconds,
        config_poll_seconds=settings.model_config_file_poll_wait_seconds,
        max_load_retries=settings.max_num_load_retries,
        load_retry_seconds=settings.load_retry_interval_micros / 1e6,
        allow_labels=_allow_labels(settings),
    )


def _allow_labels(settings):
    if settings.force_allow_any_version_labels_for_unavailable_models:
        return "any"
    return settings.allow_version_labels_for_unavailable_models


def _protect(app, settings, token):
    origins, names = (
        [part.strip() for part in text.split(",") if part.strip()]
        for text in (settings.allow_origins, settings.allow_hosts)
    )
    guard.protect(app, host=settings.host, token=token, origins=origins, names=names)


def _tls(settings):
    files = settings.ssl_certfile, settings.ssl_keyfile
    tls.check(*files)
    return files


def _batching(settings):
    if not settings.enable_batching:
        return None
    path = settings.batching_parameters_file
    return parameters.read_batching(path) if path else DEFAULTS


def _max_bytes(settings):
    return int(settings.max_request_mb * 2**20)


def default_base_path():
    """The folder of models to serve when none is named.

    `saved_models` in the working directory, else in the source checkout, else in the installed
    package.  Raises ServingError (NOT_FOUND) when none of them exists.
    """
    package = Path(__file__).resolve().parent
    places = [Path("saved_models"), package.parent / "saved_models", package / "saved_models"]
    for place in places:
        if place.is_dir():
            return place
    raise not_found(
        "no folder saved_models here, in the source checkout or in the installed package; "
        "train and export a model with `zoo train` and `zoo export`, "
        "or name a folder with --model-base-path"
    )


def _greet(settings, listener, remote, source):
    url = _url(settings, listener)
    page = f"page {url}/ui/   " if settings.ui else ""
    calls = f"   gRPC port {remote.port}" if remote else ""
    log.info("%sREST %s/v1/models/<name>%s   models from %s", page, url, calls, source)


class _Server(uvicorn.Server):
    """uvicorn that stops the gRPC server with it, and does not wait for open pages."""

    def __init__(self, app, settings, remote=None):
        most = connection.allow_files(settings.max_connections)
        if most < settings.max_connections:
            log.warning("%d connections at most: the system allows no more open files", most)
        config = uvicorn.Config(
            app,
            http=connection.limited(most=most),
            ws="none",
            access_log=False,
            proxy_headers=False,
            server_header=False,
            log_level="warning",
            timeout_graceful_shutdown=_GRACE,
            **(tls.for_uvicorn(*_tls(settings)) if settings.ssl_certfile else {}),
        )
        super().__init__(config)
        self._remote = remote

    async def shutdown(self, sockets=None):
        # Calls are waited for, pages that somebody has open are not: they would never end.
        if page := self.config.app.page:
            page.close()
        stops = [super().shutdown(sockets)]
        if self._remote:
            stops.append(self._remote.stop(_GRACE))
        await asyncio.gather(*stops)


def listen(host, port):
    """A listening socket, or ServingError (UNAVAILABLE) saying why there is none."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    if not 0 <= port <= 65535:  # the system's own error would leave a socket behind
        raise ServingError("UNAVAILABLE", f"port {port} is not between 0 and 65535")
    try:
        listener = socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            reason = "is taken by another program; choose another with --rest-api-port"
        else:
            reason = f"cannot be opened: {error.strerror or error}"
        raise ServingError("UNAVAILABLE", f"port {port} on {host} {reason}") from error
    # Connections inherit it.  Without it a body waits 40 ms for the headers to be acknowledged.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def _url(settings, listener):
    host, port = settings.host, listener.getsockname()[1]
    name = "127.0.0.1" if host in ("0.0.0.0", "::") else host
    scheme = "https" if settings.ssl_certfile else "http"
    return f"{scheme}://[{name}]:{port}" if ":" in name else f"{scheme}://{name}:{port}"
