"""Who may call: the bearer token, and web pages of other sites kept out; both ASGI middleware.

A page on any site can have its reader's browser post to http://127.0.0.1:8501.  `Sites` refuses
that by the headers that browsers alone send and pages cannot forge, as Go's
net/http.CrossOriginProtection does, so other clients never notice.  A page whose name its owner
turns to 127.0.0.1 after it is loaded (DNS rebinding) looks like this server's own; only its name
in the Host header gives it away, so a server on a loopback address knows the names it can have.
"""

import base64
import binascii
import functools
import hashlib
import hmac
import ipaddress
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.responses import Response

from serving.codec import encode_error
from serving.errors import invalid

_OPEN = ("/healthz", "/readyz")  # whoever watches the process has no token
_SAFE = ("GET", "HEAD", "OPTIONS")  # they change nothing; without CORS no page can read the answer


def protect(app, *, host, token=None, origins=(), names=()):
    """Add what this module has to a Starlette app that listens on the address `host`.

    Args:
        token: what callers must show; None: nothing.
        origins: other sites whose pages may call, such as "https://example.org"; "*": any.
        names: further names of this server, as clients have them in their URLs.
    """
    if token:
        app.add_middleware(Token, token=token)
    # Whose name is another's has no cookie for it and cannot know the token.
    known = None if token or not _is_loopback(host) else frozenset(names)
    app.add_middleware(Sites, origins=origins, names=known)


def read_token(text):
    """The token that a setting stands for: itself, or with "@" before it the file that holds it.

    "" stands for None.  Raises ServingError (INVALID_ARGUMENT).
    """
    if text.startswith("@"):
        try:
            text = Path(text[1:]).read_text(encoding="utf-8").strip()
        except (OSError, ValueError) as error:
            raise invalid(f"the token cannot be read from {text[1:]}: {error}") from error
        if not text:
            raise invalid("the file of the token is empty; write one into it: openssl rand -hex 32")
    if not (text.isascii() and text.isprintable()) or " " in text:
        raise invalid("a token is made of ASCII letters, digits and signs, without spaces")
    return text or None


class Token:
    """Answer 401 unless the caller shows the token; a way in for programs and one for people.

    Programs send `Authorization: Bearer TOKEN`.  A browser is asked for a password, which is the
    token; or it is sent to any path with `?token=TOKEN` and gets a cookie, which is not the token.
    """

    def __init__(self, app, token):
        self._app = app
        self._token = token.encode()
        self._bearer = b"Bearer " + self._token
        self._pass = hmac.new(self._token, b"neuralzoo page", hashlib.sha256).hexdigest()

    async def __call__(self, scope, receive, send):
        app = self._app
        if scope["type"] == "http" and not self._is_open(scope):
            headers = dict(scope["headers"])
            if not self._is_shown(scope, headers):
                app = self._admission(scope) or _asking(headers)
        await app(scope, receive, send)

    def admits(self, scope, headers):
        """Whether the token is shown."""
        return self._is_shown(scope, headers)

    def _is_open(self, scope):
        # A browser asks before a call from another site, and sends no credentials with that.
        return scope["path"] in _OPEN or scope["method"] == "OPTIONS"

    def _is_shown(self, scope, headers):
        given = headers.get(b"authorization", b"")
        if given[:7].lower() == b"bearer ":
            return hmac.compare_digest(b"Bearer " + given[7:].strip(), self._bearer)
        if given[:6].lower() == b"basic ":
            return hmac.compare_digest(_password(given[6:]), self._token)
        cookie = _cookies(headers).get(_cookie_name(scope), "")
        return hmac.compare_digest(cookie.encode(), self._pass.encode())

    def _admission(self, scope):
        """The answer to a path with the right `?token=`: the cookie, and the path without it."""
        query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        given = dict(query).get("token", "").encode()
        if scope["method"] != "GET" or not hmac.compare_digest(given, self._token):
            return None
        # One slash: two, or a backslash, would lead to another site.
        path = "/" + scope["raw_path"].decode("latin-1").lstrip("/\\")
        rest = urlencode([(name, value) for name, value in query if name != "token"])
        cookie = f"{_cookie_name(scope)}={self._pass}; HttpOnly; SameSite=Lax; Path=/"
        headers = {
            "Location": f"{path}?{rest}" if rest else path,
            "Set-Cookie": cookie + ("; Secure" if scope["scheme"] == "https" else ""),
            "Cache-Control": "no-store",
        }
        return Response(status_code=303, headers=headers)


def _asking(headers):
    # The question a browser shows as a window; programs, and scripts of the page, get the other.
    person = b"text/html" in headers.get(b"accept", b"")
    scheme = 'Basic realm="neuralzoo: the token is the password"' if person else "Bearer"
    message = (
        "the token is missing or wrong: send it as `Authorization: Bearer TOKEN`; "
        "in a browser, open the page with ?token=TOKEN at the end"
    )
    return _refusal(401, message, {"WWW-Authenticate": scheme})


def _password(text):
    try:
        return base64.b64decode(text, validate=True).partition(b":")[2]
    except (binascii.Error, ValueError):
        return b""


def _cookies(headers):
    parts = headers.get(b"cookie", b"").decode("latin-1").split(";")
    return dict(part.strip().partition("=")[::2] for part in parts)


def _cookie_name(scope):
    return f"neuralzoo-{(scope.get('server') or ('', ''))[1]}"  # cookies do not know ports


class Sites:
    """Answer 403 to calls that another site's page makes, and to names this server cannot have.

    Args:
        origins: sites whose pages may call and read the answer; "*": any.
        names: names that this server can have beside IP addresses, localhost, names without a dot
            and those under .internal; None: any name.
    """

    def __init__(self, app, origins=(), names=None):
        self._app = app
        self._origins = frozenset(origin.lower().rstrip("/") for origin in origins)
        self._names = names if names is None else frozenset(name.lower() for name in names)

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        origin = headers.get(b"origin", b"").decode("latin-1").lower()
        allowed = origin and not self._origins.isdisjoint((origin, "*"))
        host = headers.get(b"host", b"").decode("latin-1").lower()
        app = self._app
        if not self._is_name(host):
            message = f"this server is not known as {host[:200]}; start it with --allow-hosts NAME"
            app = _refusal(403, message)
        elif not allowed and scope["method"] not in _SAFE and _is_foreign(origin, host, headers):
            message = (
                f"pages of {origin[:200] or 'other sites'} may not call this server; "
                "start it with --allow-origins ORIGIN"
            )
            app = _refusal(403, message)
        await app(scope, receive, _sharing(send, origin) if allowed else send)

    def admits(self, scope, headers):
        """Whether no browser sends this, and the name is one of ours."""
        if b"origin" in headers or b"sec-fetch-site" in headers:
            return False
        return self._is_name(headers.get(b"host", b"").decode("latin-1").lower())

    def _is_name(self, host):
        return self._names is None or _is_known(host, self._names)


@functools.lru_cache(256)
def _is_known(host, names):
    name = _name(host)
    known = "." not in name or name in names
    return known or name.endswith((".localhost", ".internal")) or _is_address(name)


def _is_foreign(origin, host, headers):
    """Whether a browser says that another site's page makes this call."""
    relation = headers.get(b"sec-fetch-site")
    if relation is not None:
        return relation not in (b"same-origin", b"none")
    return bool(origin) and origin.partition("://")[2] != host


def _sharing(send, origin):
    """`send` that lets a page of `origin` read the answer, and tells a preflight so."""
    more = [
        (b"access-control-allow-origin", origin.encode("latin-1")),
        (b"access-control-allow-methods", b"GET, POST"),
        (b"access-control-allow-headers", b"Authorization, Content-Encoding, Content-Type"),
        (b"vary", b"Origin"),
    ]

    async def sharing(message):
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message.get("headers", ()), *more]}
        await send(message)

    return sharing


def _name(host):
    """The name in a Host header, without port and brackets; "" for what is none."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return "."  # nobody's


def _is_address(name):
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _is_loopback(host):
    return host == "localhost" or (_is_address(host) and ipaddress.ip_address(host).is_loopback)


def _refusal(status, message, headers=None):
    return Response(encode_error(message), status, headers, media_type="application/json")
