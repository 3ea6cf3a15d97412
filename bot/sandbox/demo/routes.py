"""Routes of the page: its files, its stream, and the viewer's actions, each refused with a reason if it makes no sense.

Only this machine's own page has access: another Host or port (DNS rebinding), a foreign Origin (another site's script)
and an act without the token of this start are answered 403; a body over 64 KiB 413; anything that cannot be read 400.
Nothing a browser sends gives a 5xx.
"""

from __future__ import annotations

import gzip
import hmac
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, NamedTuple

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from bot.sandbox.own_requests import is_foreign
from bot.sandbox.slack.ui.views import CLIENT

PAGE = Path(__file__).with_name("page")
TYPES = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".png": "image/png",
}
STREAM, TOKEN_HEADER, TOKEN = "/stream", "X-Demo-Token", b"TOKEN_OF_THIS_START"
MAX_BODY_BYTES = 64 * 1024
MAX_TEXT_CHARS = 8000
MAX_PICKED = 100
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
    " img-src 'self' data: http://127.0.0.1:* http://localhost:*; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
Act = Callable[["Fields"], Awaitable[dict[str, Any] | None]]
Values = dict[str, dict[str, Any]]


class UnusableError(ValueError):
    """Refusal of a request that makes no sense; the text says why."""


class Fields:
    """Fields of a request's JSON object; every reader raises UnusableError if the value does not fit."""

    def __init__(self, body: object) -> None:
        if not isinstance(body, dict):
            raise UnusableError("the body has to be a JSON object")
        self._body = body

    def text(self, name: str, *, may_be_empty: bool = False) -> str:
        """Return a text."""
        value = self._body.get(name)
        if not isinstance(value, str):
            raise UnusableError(f"{name} has to be a text")
        if not value.strip() and not may_be_empty:
            raise UnusableError(f"{name} is empty")
        if len(value) > MAX_TEXT_CHARS:
            raise UnusableError(f"{name} is longer than {MAX_TEXT_CHARS} characters")
        return value

    def text_or_none(self, name: str) -> str | None:
        """Return a text, or None if it is missing or null."""
        return None if self._body.get(name) is None else self.text(name)

    def value(self, name: str) -> Any:
        """Return what was typed or picked: a text, a number, a list of texts, or None for nothing."""
        return plain_value(name, self._body.get(name))

    def values(self, name: str) -> Values:
        """Return what stands in a form, by block_id and action_id; missing means nothing."""
        blocks = self._body.get(name, {})
        if not isinstance(blocks, dict) or not all(isinstance(actions, dict) for actions in blocks.values()):
            raise UnusableError(f"{name} has to be an object of objects")
        return {
            block: {action: plain_value(name, value) for action, value in actions.items()}
            for block, actions in blocks.items()
        }

    def plain(self, name: str) -> dict[str, Any]:
        """Return what was typed or picked, by name; missing means nothing."""
        values = self._body.get(name, {})
        if not isinstance(values, dict):
            raise UnusableError(f"{name} has to be an object")
        return {key: plain_value(name, value) for key, value in values.items()}

    def texts(self, name: str) -> list[str]:
        """Return a list of texts; missing means an empty one."""
        value = self._body.get(name, [])
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise UnusableError(f"{name} has to be a list of texts")
        return value

    def number(self, name: str, most: int) -> int:
        """Return a whole number from 1 on."""
        value = self._body.get(name)
        if type(value) is not int or not 1 <= value <= most:
            raise UnusableError(f"{name} has to be a whole number from 1 to {most}")
        return value

    def flag(self, name: str) -> bool:
        """Return true or false; missing means false."""
        value = self._body.get(name, False)
        if not isinstance(value, bool):
            raise UnusableError(f"{name} has to be true or false")
        return value


def plain_value(name: str, value: object) -> Any:
    """Return a value of a form if an element can have it; raise UnusableError where none can."""
    many = value if isinstance(value, list) else [value]
    if not all(one is None or type(one) in (str, int) for one in many) or len(many) > MAX_PICKED:
        raise UnusableError(f"{name} has to hold texts, whole numbers or lists of them")
    if any(isinstance(one, str) and len(one) > MAX_TEXT_CHARS for one in many):
        raise UnusableError(f"{name} is longer than {MAX_TEXT_CHARS} characters")
    return value


def refuse(status: int, reason: str) -> web.Response:
    """Return a refusal the page can show."""
    return web.json_response({"error": reason}, status=status)


def is_allowed(request: web.Request, token: str) -> bool:
    """Whether a request comes from this page: from no other site's, and with this start's token where it matters.

    The page has the token in its HTML, which no other site can read; the stream has it in its address, because a
    browser adds no header there.
    """
    if is_foreign(request):
        return False
    if request.method in ("GET", "HEAD") and request.path != STREAM:
        return True
    given = request.headers.get(TOKEN_HEADER) or request.query.get("token", "")
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    return site in ("same-origin", "none") and hmac.compare_digest(given.encode(errors="replace"), token.encode())


def guard(token: str) -> Middleware:
    """Return a middleware that lets only this machine's own page in, and protects every answer by headers."""

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        if not is_allowed(request, token):
            response: web.StreamResponse = refuse(403, "this demo answers only to its own page on this machine")
        else:
            try:
                response = await handler(request)
            except web.HTTPException as error:
                response = refuse(error.status, error.reason)
        if not response.prepared:
            response.headers.update(HEADERS)
        return response

    return check


def act_handler(act: Act) -> Handler:
    """Wrap an action as a handler: read the JSON, act, answer."""

    async def handle(request: web.Request) -> web.Response:
        if request.content_type != "application/json":
            return refuse(415, "send JSON, with Content-Type: application/json")
        try:
            fields = Fields(json.loads(await request.read()))
            CLIENT.set(fields.text_or_none("tab") or "")
            more = await act(fields)
        except UnusableError as error:
            return refuse(400, str(error))
        except (ValueError, RecursionError):
            return refuse(400, "the body is not JSON")
        return web.json_response({"ok": True} | (more or {}))

    return handle


class File(NamedTuple):
    """A file of the page, kept in memory both ways."""

    plain: bytes
    packed: bytes
    kind: str

    def answer(self, request: web.Request) -> web.Response:
        """Return it, packed where the browser takes that."""
        headers = {"Content-Type": self.kind, "Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
        if "gzip" not in request.headers.get("Accept-Encoding", ""):
            return web.Response(body=self.plain, headers=headers)
        return web.Response(body=self.packed, headers=headers | {"Content-Encoding": "gzip"})


def read_page(token: str) -> dict[str, File]:
    """Read the page's files, by name; only these are ever served. The token of this start goes where TOKEN stands."""
    files: dict[str, File] = {}
    for path in PAGE.iterdir():
        if path.suffix in TYPES:
            kind = TYPES[path.suffix] + ("; charset=utf-8" if path.suffix != ".png" else "")
            data = path.read_bytes().replace(TOKEN, token.encode())
            files[path.name] = File(data, gzip.compress(data, mtime=0), kind)
    return files


def file_routes(token: str) -> list[web.AbstractRouteDef]:
    """Return the routes of the page's files."""
    files = read_page(token)

    async def give(request: web.Request) -> web.Response:
        found = files.get(request.match_info.get("name") or "index.html")
        return found.answer(request) if found else refuse(404, "there is no such file")

    return [web.get("/", give), web.get(r"/{name:[\w.-]+}", give)]


def application(routes: list[web.AbstractRouteDef], token: str) -> web.Application:
    """Return the guarded application; the token is new with every start."""
    app: web.Application = web.Application(middlewares=[guard(token)], client_max_size=MAX_BODY_BYTES)
    app.add_routes([*routes, *file_routes(token)])
    return app


def hop_answer(pair: tuple[Any, Any]) -> web.Response:
    """Return the exact request and answer of a hop."""
    request, answer = pair
    return web.Response(
        text=json.dumps({"request": request, "answer": answer}, ensure_ascii=False, default=str),
        content_type="application/json",
    )
