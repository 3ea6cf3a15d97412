"""A load balancer before several bots: one address, behind which any bot that lives may answer.

It asks each bot's /healthz as load balancers do. A request that a bot did not even accept goes to another one; one that
was accepted and not answered is an error to whoever asked, who may ask again. Changes nothing of what it passes on.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence

import aiohttp
from aiohttp import web
from yarl import URL

ASK_EVERY_S = 1.0
ANSWER_WITHIN_S = 1.0
"""How often a bot is asked whether it lives, and how long it may take to say so."""

GIVE_UP_S = 60.0
"""Nobody who asks waits for so long."""

_OF_ONE_CONNECTION = frozenset(
    {"connection", "keep-alive", "transfer-encoding", "te", "trailer", "upgrade", "content-length", "content-encoding"}
)


class Balancer:
    """Listens at `port` from start() to close(), and passes on to those of `backends` that live."""

    def __init__(self, port: int, backends: Sequence[str], seed: str = "") -> None:
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self._backends = list(backends)
        self.alive: set[str] = set()
        self.passed_on: dict[str, int] = dict.fromkeys(backends, 0)
        self._chance = random.Random(f"{seed} balancer")
        self._asking: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Listen."""
        self._session = aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=GIVE_UP_S, sock_connect=ANSWER_WITHIN_S),
            connector=aiohttp.TCPConnector(limit=0, force_close=True),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
        )
        app = web.Application(client_max_size=64 * 2**20)
        app.router.add_route("*", "/{path:.*}", self._handle)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()
        self._asking = [asyncio.create_task(self._ask(backend)) for backend in self._backends]

    async def close(self) -> None:
        """Stop."""
        for task in self._asking:
            task.cancel()
        await asyncio.gather(*self._asking, return_exceptions=True)
        await self._runner.cleanup()
        await self._session.close()

    # --- who lives

    async def _ask(self, backend: str) -> None:
        while True:
            await self.look(backend)
            await asyncio.sleep(ASK_EVERY_S)

    async def look(self, backend: str) -> None:
        """Ask one bot now whether it lives."""
        try:
            async with asyncio.timeout(ANSWER_WITHIN_S), self._session.get(f"{backend}/healthz") as answer:
                is_alive = answer.status == 200
        except (aiohttp.ClientError, TimeoutError):
            is_alive = False
        (self.alive.add if is_alive else self.alive.discard)(backend)

    # --- requests

    async def _handle(self, request: web.Request) -> web.Response:
        body = await request.read()
        left = self._chance.sample(sorted(self.alive), k=len(self.alive))
        for backend in left:
            try:
                return await self._pass_on(request, body, backend)
            except aiohttp.ClientConnectorError:
                self.alive.discard(backend)
            except (aiohttp.ClientError, TimeoutError):
                return web.Response(status=502, text="the bot did not answer")
        return web.Response(status=503, text="no bot is there")

    async def _pass_on(self, request: web.Request, body: bytes, backend: str) -> web.Response:
        headers = {name: value for name, value in request.headers.items() if name.lower() not in _OF_ONE_CONNECTION}
        async with self._session.request(
            request.method,
            URL(f"{backend}{request.raw_path}", encoded=True),
            headers=headers,
            data=body,
            allow_redirects=False,
        ) as answer:
            self.passed_on[backend] += 1
            told = {
                name: value
                for name, value in answer.headers.items()
                if name.lower() not in _OF_ONE_CONNECTION - {"content-encoding"}
            }
            return web.Response(status=answer.status, headers=told, body=await answer.read())
