"""The HTTP side of the server: REST routes, health, metrics and the page in one ASGI app."""

import contextlib
import functools
from importlib import metadata as packages
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException

from serving import openapi
from serving.body import MAX_BYTES, Room
from serving.client import LocalClient
from serving.engine import Engine
from serving.metrics import PATH, Metrics
from serving.page import Page
from serving.rest import Rest

_ICON = Path(__file__).parent / "demo" / "look" / "favicon.svg"


def create_app(
    store,
    ui=True,
    max_body_bytes=MAX_BYTES,
    *,
    client=None,
    engine=None,
    metrics=None,
    metrics_path=PATH,
    before_page=None,
):
    """The ASGI app that serves the models of a Store, with the page at /ui if `ui`.

    It does not load the models: call `store.load()` or `store.load_in_background()`.

    Args:
        store: the Store; None serves no model, only the page.
        max_body_bytes: the largest request body, after unpacking.
        client: what the page calls models with; default: the store, by the engine, so that the
            page's calls are joined with each other and with everybody's.
        engine, metrics: shared with another front; default: the app's own.
        metrics_path: where Prometheus reads the metrics; None: nowhere.
        before_page: a coroutine function that the page's building waits for.
    """
    metrics = metrics or Metrics()
    engine = engine or (Engine(store, observe_run=metrics.observe_run) if store else None)
    page = Page(client or LocalClient(store, engine.run_from_thread)) if ui else None

    @contextlib.asynccontextmanager
    async def lifespan(app):
        if engine:
            engine.attach()
        if page:
            await page.start(before_page)
        yield
        if page:
            await page.stop()

    app = _App(lifespan=lifespan, docs_url=None, redoc_url=None)
    app.openapi = lambda: openapi.document(_package_version())
    app.add_route("/docs", lambda request: HTMLResponse(openapi.page(_package_version())))
    app.add_exception_handler(HTTPException, _http_error)
    _add_health(app, store)
    if store:
        app.rest = Rest(engine, metrics, max_body_bytes)
    if metrics_path:
        plain = {"Content-Type": "text/plain"}  # as TensorFlow Serving has it, without a charset
        app.add_route(metrics_path, lambda request: Response(metrics.page(), headers=plain))
    if page:
        app.page = page
        app.add_route("/", lambda request: RedirectResponse("/ui/"))
        app.add_route("/favicon.ico", lambda request: FileResponse(_ICON))
    app.add_middleware(Room, max_body_bytes=max_body_bytes)
    return app


class _App(FastAPI):
    """FastAPI, with a shorter way to REST and to the page.

    Both get what was added by `add_middleware`, but not FastAPI's own layers, which cost as much as
    all else that a small call costs.  A middleware has `admits(scope, headers)`, which says whether
    it would let a request and its answer pass as they are.

    Attributes:
        rest, page: ASGI apps for what is under /v1/, in either case, and /ui; or None.
    """

    rest = page = None

    async def __call__(self, scope, receive, send):
        path = scope["path"] if scope["type"] == "http" else ""
        if self.rest and path[:4].lower() == "/v1/":
            await self._rest(scope, receive, send)
        elif self.page and (path == "/ui" or path.startswith("/ui/")):
            await self._page(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)

    def short(self, scope):
        """The Rest that may answer a request by itself (see serving.short), or None."""
        if not self.rest or scope["method"] != "POST" or scope["path"][:4].lower() != "/v1/":
            return None
        headers = dict(scope["headers"])
        return self.rest if all(admits(scope, headers) for admits in self._admissions) else None

    @functools.cached_property
    def _admissions(self):
        return [
            layer.cls(None, *layer.args, **layer.kwargs).admits for layer in self.user_middleware
        ]

    @functools.cached_property
    def _rest(self):
        return self._wrapped(self.rest)

    @functools.cached_property
    def _page(self):
        return self._wrapped(self.page)

    def _wrapped(self, app):
        for layer in reversed(self.user_middleware):
            app = layer.cls(app, *layer.args, **layer.kwargs)
        return app


def _add_health(app, store):
    @app.get("/healthz")
    async def alive():
        return {"status": "ok"}

    @app.get("/readyz")
    async def ready():
        versions = store.versions() if store else []
        models = {v.name: {"version": v.number, "state": v.state} for v in versions}
        return JSONResponse({"models": models}, 200 if not store or store.settled else 503)


async def _http_error(request: Request, error: HTTPException):
    message = f"{error.detail}: {request.method} {request.url.path}"
    return JSONResponse({"error": message}, error.status_code, error.headers)


def _package_version():
    try:
        return packages.version("neuralzoo")
    except packages.PackageNotFoundError:
        return "0"
