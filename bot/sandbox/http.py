"""HTTP of a stand-in: one loopback server, one client session, its background tasks, and faults on demand.

Refuses only what is foreign (own_requests), and never retries a request: retries are the stand-ins' business.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import aiohttp
from aiohttp import web

from bot.sandbox.own_requests import own_only

UNAVAILABLE_PAGE = "<!DOCTYPE html><html><body><h1>503 Service Unavailable</h1></body></html>"


@dataclass
class Faults:
    """Faults of requests to a stand-in. Counts run down; -1 means always."""

    down: bool = False  # answers 503 with an HTML page
    refuse: bool = False  # cuts the connection before acting
    delay_s: float = 0.0  # waits, then acts, whether or not the caller still listens
    drop_answers: int = 0  # acts, then cuts the connection
    hang: int = 0  # does not act and never answers

    def takes(self, name: str) -> bool:
        """Tell whether the counted fault occurs now, and count it."""
        left: int = getattr(self, name)
        if left > 0:
            setattr(self, name, left - 1)
        return left != 0


class Reply(NamedTuple):
    """Answer to a request of a stand-in. Status 0: none came, and `reason` says why in Slack's words."""

    status: int
    headers: Mapping[str, str]
    text: str
    elapsed_s: float
    reason: str

    @property
    def is_good(self) -> bool:
        """Whether the status is 2xx."""
        return 200 <= self.status < 300


class Server:
    """Server on 127.0.0.1, with the client session and the tasks that end together with it."""

    def __init__(self, routes: Iterable[web.AbstractRouteDef] = ()) -> None:
        self.routes = list(routes)
        self._runner: web.AppRunner | None = None
        self._door: asyncio.Server | None = None
        self._session: aiohttp.ClientSession | None = None
        self._tasks: set[asyncio.Task[Any]] = set()
        self.closing = asyncio.Event()
        self.port = 0

    @property
    def url(self) -> str:
        """Address without a slash at its end."""
        return f"http://127.0.0.1:{self.port}"

    async def start(self, port: int) -> None:
        """Listen on the port; 0 takes a free one."""
        app = web.Application(middlewares=[own_only], client_max_size=8 * 2**20)
        app.add_routes(self.routes)
        self.closing.clear()
        self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0, force_close=True))
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        assert self._runner.server is not None
        self._door = await asyncio.get_running_loop().create_server(self._runner.server, "127.0.0.1", port)
        self.port = self._door.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Cancel the tasks, release hanging requests, stop listening and close the session."""
        self.closing.set()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._door is not None:
            await _shut(self._door)
        if self._runner is not None:
            await self._runner.cleanup()
        if self._session is not None:
            await self._session.close()

    def spawn(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Run the work in the background until it ends or the server closes."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def pause(self, seconds: float) -> None:
        """Sleep, or return when the server closes."""
        try:
            async with asyncio.timeout(seconds):
                await self.closing.wait()
        except TimeoutError:
            return

    async def until_set(self, event: asyncio.Event) -> None:
        """Wait for the event, or until the server closes."""
        waiting = [asyncio.ensure_future(one.wait()) for one in (event, self.closing)]
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in waiting:
                one.cancel()

    async def post(self, url: str, body: bytes, *, headers: Mapping[str, str], limit_s: float) -> Reply:
        """Post once. No answer: status 0, and as reason http_timeout, connection_failed or unknown_error."""
        if self._session is None:
            raise RuntimeError("the stand-in has not been started")
        started = time.monotonic()
        try:
            async with asyncio.timeout(limit_s), self._session.post(url, data=body, headers=headers) as answer:
                text = await answer.text(errors="replace")
                reason = "" if answer.ok else "http_error"
                return Reply(answer.status, answer.headers, text, time.monotonic() - started, reason)
        except TimeoutError:
            reason = "http_timeout"
        except aiohttp.ClientConnectionError:
            reason = "connection_failed"
        except aiohttp.ClientError:
            reason = "unknown_error"
        return Reply(0, {}, "", time.monotonic() - started, reason)

    async def fault_before(self, faults: Faults, request: web.Request) -> web.Response | None:
        """Apply the faults that come before acting; a response means that the stand-in must not act."""
        if faults.down:
            return web.Response(status=503, text=UNAVAILABLE_PAGE, content_type="text/html")
        if faults.refuse:
            return cut_connection(request)
        if faults.takes("hang"):
            await self.closing.wait()
            return cut_connection(request)
        if faults.delay_s:
            await self.pause(faults.delay_s)
        return None


def cut_connection(request: web.Request) -> web.Response:
    """Break the TCP connection; the response returned is for aiohttp and reaches nobody. Its status 444 marks it."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=444)


async def _shut(door: asyncio.Server) -> None:
    """Stop accepting, wait until accepted sockets have become connections, then close.

    A server that is closed before that leaves the socket open for good
    (https://github.com/python/cpython/issues/109564).
    """
    for listening in door.sockets:
        asyncio.get_running_loop().remove_reader(listening.fileno())
    for _ in range(5):  # turns of the loop
        await asyncio.sleep(0)
    door.close()
