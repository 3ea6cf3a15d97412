"""Visitors of the routes for monitors: who is told more than that the bot lives.

A visitor is local by the address of the connection, never by a header; one that bears a header of a proxy comes from
elsewhere, whatever address the proxy has.
"""

import hmac
from ipaddress import ip_address

from aiohttp import web

_OF_PROXIES = frozenset(
    {
        "forwarded",
        "via",
        "x-real-ip",
        "x-client-ip",
        "x-cluster-client-ip",
        "x-original-forwarded-for",
        "x-envoy-external-address",
        "true-client-ip",
        "cf-connecting-ip",
        "cf-ray",
        "fastly-client-ip",
        "fly-client-ip",
        "x-azure-clientip",
        "x-arr-log-id",
        "x-amzn-trace-id",
        "cdn-loop",
    }
)
"""Headers that proxies and tunnels add, besides those that begin with X-Forwarded."""


def is_local(request: web.Request) -> bool:
    """Tell whether a request comes from this machine or a private network, and through no proxy."""
    names = {name.lower() for name in request.headers}
    if names & _OF_PROXIES or any(name.startswith("x-forwarded") for name in names):
        return False
    return _is_near(request.remote or "")


def bears(request: web.Request, token: str) -> bool:
    """Tell whether a request bears this token, compared in constant time."""
    kind, _, given = request.headers.get("Authorization", "").partition(" ")
    given_bytes = given.strip().encode("utf-8", "surrogateescape")
    return kind.lower() == "bearer" and hmac.compare_digest(given_bytes, token.encode())


def _is_near(address: str) -> bool:
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    found = getattr(found, "ipv4_mapped", None) or found
    return found.is_loopback or (found.is_private and not found.is_unspecified)
