"""HTTP server and its limits: how long a connection may be silent, and how many there may be.

Knows no route.
"""

import asyncio
import logging
import resource
import socket
from collections.abc import Awaitable, Callable
from functools import partial

from aiohttp import web

from bot.loops import PeriodicTask
from bot.ports.observer import Observer

LONGEST_REQUEST_BYTES = 512 * 1024
"""Slack's longest payloads are views of 100 blocks, a few hundred KiB."""

CLOSING_S = 2.0
"""How long requests under way may take once the bot is told to stop."""

SILENT_S = 75.0
"""How long a connection may say nothing; longer than proxies keep theirs, so that none is closed under a request."""

ACCEPTING_TURNS = 5
"""Turns of the loop in which an accepted socket becomes a connection. A server that is closed before that leaves
its socket open for good (https://github.com/python/cpython/issues/109564)."""

MOST_FILES = 8_192
"""Open files requested; usual systems give 1,024 by default."""

SHARE = 0.6
"""Share of them for connections from outside; the rest is for our own calls and the database."""

WATCH_S = 1.0

WAITING = 1_024
"""Connections that may wait to be accepted. With asyncio's 100, a crowd that comes at once makes the system drop some,
which are tried again after a second, or three, or seven."""

RECEIVED_BYTES = 16 * 1_024
"""What the system takes in for a connection before we read it. With more, hundreds of connections that begin at once
would each hand us a quarter of a megabyte before anything is looked at; with less, honest bodies would come slowly."""

KEPT_BYTES = 4 * 1_024
"""What is read ahead of a connection and not yet asked for: hundreds of half-sent bodies each hold so much."""


async def listen(
    app: web.Application, host: str, port: int, observer: Observer
) -> tuple[int, Callable[[], Awaitable[None]]]:
    """Open the port; returns its number and what closes it. Raises OSError where it is taken."""
    # aiohttp logs a traceback for a malformed HTTP head, which any stranger can send
    logging.getLogger("aiohttp.server").addFilter(_without_traceback)
    logging.getLogger("asyncio").addFilter(_short_about_files)
    runner = web.AppRunner(
        app,
        access_log=None,
        handle_signals=False,
        shutdown_timeout=CLOSING_S,
        keepalive_timeout=SILENT_S,
        read_bufsize=KEPT_BYTES,
        auto_decompress=False,  # no client of ours compresses, and ten kilobytes can hold ten megabytes
    )
    await runner.setup()
    raise_file_limit()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(partial(_admit, runner), host, port, backlog=WAITING)
    for listener in server.sockets:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVED_BYTES)  # every connection inherits it
    evict, on_bug = partial(_evict_oldest, runner), observer.on_bug
    watching = PeriodicTask("room", evict, on_bug, after_bug_s=WATCH_S, first_in_s=WATCH_S)
    watching.start()

    async def close() -> None:
        for listener in server.sockets:
            loop.remove_reader(listener.fileno())  # no new connection is accepted
        for _ in range(ACCEPTING_TURNS):
            await asyncio.sleep(0)
        server.close()
        await watching.stop()
        await runner.cleanup()

    return server.sockets[0].getsockname()[1], close


class _Closed(asyncio.Protocol):
    """Connection that is closed at once, because there are too many."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport.close()


def _admit(runner: web.AppRunner) -> asyncio.Protocol:
    server = runner.server
    if (
        server is None or len(server.connections) > max_connections() * 1.2
    ):  # until the oldest are closed, a moment later
        return _Closed()
    return server()


def raise_file_limit() -> None:
    """Raise the limit of open files as far as the system lets us, up to MOST_FILES."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def max_connections() -> int:
    """How many connections from outside there may be just now."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return int((MOST_FILES if soft == resource.RLIM_INFINITY else soft) * SHARE)


async def _evict_oldest(runner: web.AppRunner) -> float:
    """Close the oldest connections where there are too many: what they carry is sent again."""
    connections = runner.server.connections if runner.server is not None else []
    for connection in connections[: max(0, len(connections) - max_connections())]:
        connection.force_close()
    return WATCH_S


def _without_traceback(record: logging.LogRecord) -> bool:
    record.exc_info, record.exc_text = None, None
    return True


def _short_about_files(record: logging.LogRecord) -> bool:
    """Out of files, asyncio writes a traceback a hundred times a second; one line is enough."""
    first, *_ = record.getMessage().splitlines() or ("",)
    if first.startswith("socket.accept() out of system resource"):
        record.msg, record.args, record.exc_info, record.exc_text = first, (), None, None
    return True
