"""Requests of this machine's own: what a port of the sandbox answers, and what it answers with 403.

A web page elsewhere can make a browser post to loopback (its Origin says so), load a picture from there (Sec-Fetch-Site
says so), or point a name of its own at 127.0.0.1 (DNS rebinding: the Host says so). None of these is let in; a program
such as the bot sends no such header at all.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
HTTP_PORT = 80
REFUSAL = "this port answers only to programs and pages of its own on this machine"


def is_foreign(request: web.Request) -> bool:
    """Whether a request names another host or port than the one that was reached, or comes from another's page."""
    host, origin = request.headers.get("Host", ""), request.headers.get("Origin")
    if not names_port(host, _own_port(request)) or (origin is not None and origin != f"http://{host}"):
        return True
    is_embedded = request.headers.get("Sec-Fetch-Mode", "navigate") != "navigate"  # a picture bears no Origin
    return is_embedded and request.headers.get("Sec-Fetch-Site") == "cross-site"


def names_port(host: str, port: int | None) -> bool:
    """Whether a Host header names this machine and this port; without a number it is that of HTTP."""
    try:
        parts = urlsplit(f"//{host}")
        named, named_port = parts.hostname, parts.port or HTTP_PORT
    except ValueError:
        return False
    return named in LOOPBACK and named_port == port


def _own_port(request: web.Request) -> int | None:
    name = request.transport.get_extra_info("sockname") if request.transport else None
    return int(name[1]) if isinstance(name, tuple) else None


@web.middleware
async def own_only(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Middleware that lets in only what is not foreign."""
    if is_foreign(request):
        return web.Response(status=403, text=REFUSAL)
    return await handler(request)
