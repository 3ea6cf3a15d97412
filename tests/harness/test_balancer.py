"""The load balancer of the harness: it passes on what it gets, and only to bots that live."""

from __future__ import annotations

import asyncio

import aiohttp
from aiohttp import web
from yarl import URL

from bot.sandbox.bot_process import free_port
from tests.harness.balancer import Balancer


class Backend:
    """Something that answers as a bot does, with its name."""

    def __init__(self, name: str) -> None:
        self.name, self.port = name, free_port()
        self.url = f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Listen."""
        app = web.Application()
        app.router.add_get("/healthz", self._live)
        app.router.add_post("/hook", self._answer)
        self.runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self.runner.setup()
        await web.TCPSite(self.runner, "127.0.0.1", self.port).start()

    async def _live(self, _request: web.Request) -> web.Response:
        return web.Response()

    async def _answer(self, request: web.Request) -> web.Response:
        words = f"{self.name} {request.headers['X-Signature']} {request.raw_path} {await request.text()}"
        return web.Response(status=202, text=words, headers={"X-Own": self.name})


async def asked(balancer: Balancer) -> tuple[int, str]:
    """Ask the balancer; returns the status and the words."""
    headers = {"X-Signature": "signed"}
    async with (
        aiohttp.ClientSession() as session,
        session.post(URL(f"{balancer.url}/hook?a=%2Fb", encoded=True), data=b"body", headers=headers) as answer,
    ):
        return answer.status, await answer.text()


async def answers_of(balancer: Balancer, bots: list[Backend], many: int) -> set[tuple[int, str]]:
    """Ask until there are so many different answers, and some times more; a slow machine may take a bot for dead."""
    answers: set[tuple[int, str]] = set()
    async with asyncio.timeout(30):
        for _ in range(5):
            for bot in bots:
                await balancer.look(bot.url)
            answers.add(await asked(balancer))
        while len(answers) < many:
            for bot in bots:
                await balancer.look(bot.url)
            answers.add(await asked(balancer))
    return answers


async def test_only_those_that_live_answer() -> None:
    """A request reaches any bot that lives, as it was sent; where one has ended the others answer."""
    bots = [Backend("one"), Backend("two")]
    for bot in bots:
        await bot.start()
    balancer = Balancer(free_port(), [bot.url for bot in bots])
    await balancer.start()
    try:
        answers = await answers_of(balancer, bots, 2)
        assert answers == {(202, f"{name} signed /hook?a=%2Fb body") for name in ("one", "two")}
        await bots[0].runner.cleanup()
        assert await answers_of(balancer, bots, 1) == {(202, "two signed /hook?a=%2Fb body")}
        await bots[1].runner.cleanup()
        assert (await asked(balancer))[0] == 503
    finally:
        await balancer.close()
        for bot in bots:
            await bot.runner.cleanup()
