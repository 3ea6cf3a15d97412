"""Public internet: connections for addresses that people choose, none of which leads into a network of our own.

A name is checked when it is looked up, and its number once more on the socket that is about to connect, so that it
cannot lead elsewhere between the two, nor later than when somebody first looked at it.
"""

import socket
from collections.abc import Callable
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from bot.domain.url_safety import is_global

AddressInfo = tuple[int | socket.AddressFamily, int | socket.SocketKind, int, str, tuple[Any, ...]]
MakesConnector = Callable[..., aiohttp.TCPConnector]


class NotPublic(OSError):
    """A name leads to an address that is not on the public internet."""


def public_connector(
    *, socket_factory: Callable[[AddressInfo], socket.socket] | None = None, **options: Any
) -> aiohttp.TCPConnector:
    """Make a connector (aiohttp's, with its options) by which nothing but the public internet is reached."""

    def checked(info: AddressInfo) -> socket.socket:
        if not is_global(str(info[4][0])):
            raise NotPublic("not on the public internet")
        return socket_factory(info) if socket_factory is not None else socket.socket(*info[:3])

    return aiohttp.TCPConnector(resolver=_PublicNames(), use_dns_cache=False, socket_factory=checked, **options)


def is_not_public(error: BaseException | None) -> bool:
    """Tell whether a connection failed because it would not have led to the public internet."""
    return isinstance(error.os_error if isinstance(error, aiohttp.ClientConnectorError) else error, NotPublic)


class _PublicNames(AbstractResolver):
    """Resolver that refuses a name with any address that is not on the public internet."""

    def __init__(self) -> None:
        self._names = aiohttp.ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._names.resolve(host, port, family)
        if not all(is_global(host["host"]) for host in found):
            raise NotPublic("not on the public internet")
        return found

    async def close(self) -> None:
        await self._names.close()
