"""Redirects that are checked one by one, and bodies within a time and a size, over real HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web

from bot.http_limits import MAX_REDIRECTS, BodyBroken, BodyBudget, BodyLate, TooManyRedirects, follow, read_body

MAX_BYTES = 1_000


class Page:
    """A server that leads on `hops` times, and reads what is posted to it."""

    def __init__(self) -> None:
        self.url = ""
        self.outcome = ""

    async def lead_on(self, request: web.Request) -> web.Response:
        """Redirect to the next number; 0 is the end."""
        left = int(request.match_info["left"])
        return web.Response(status=302, headers={"Location": f"/{left - 1}"}) if left else web.Response(text="here")

    async def take(self, request: web.Request) -> web.Response:
        """Read a body and answer with its length."""
        try:
            body = await read_body(request, max_bytes=MAX_BYTES, timeout_s=0.2)
        except BodyLate:
            self.outcome = "late"
            return web.Response(status=408)
        except BodyBroken:
            self.outcome = "broken"
            return web.Response(status=400)
        return web.Response(text=str(len(body)))


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    """Serve on a free port."""
    made, app = Page(), web.Application()
    app.router.add_get("/{left}", made.lead_on)
    app.router.add_post("/", made.take)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield made
    await runner.cleanup()


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    """Give a client."""
    async with aiohttp.ClientSession() as made:
        yield made


async def test_every_hop_is_asked_by_the_caller(page: Page, session: aiohttp.ClientSession) -> None:
    """Each address on the way goes through the caller's own check; the last answer is the one that is read."""
    asked = []

    def ask(url: str) -> aiohttp.client._RequestContextManager:
        asked.append(url)
        return session.get(url, allow_redirects=False)

    words = await follow(f"{page.url}/{MAX_REDIRECTS}", ask, aiohttp.ClientResponse.text)
    assert words == "here"
    assert asked == [f"{page.url}/{left}" for left in range(MAX_REDIRECTS, -1, -1)]


async def test_redirects_end(page: Page, session: aiohttp.ClientSession) -> None:
    """One redirect more than the limit is not followed."""
    with pytest.raises(TooManyRedirects):
        await follow(
            f"{page.url}/{MAX_REDIRECTS + 1}",
            lambda url: session.get(url, allow_redirects=False),
            aiohttp.ClientResponse.text,
        )


@pytest.mark.parametrize(("size", "status"), [(0, 200), (MAX_BYTES, 200), (MAX_BYTES + 1, 413)])
async def test_a_body_has_a_largest_size(page: Page, session: aiohttp.ClientSession, size: int, status: int) -> None:
    """What is longer than allowed is refused, though no header says how long it is."""

    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(size):
            yield b"x"

    async with session.post(page.url, data=chunks()) as answer:
        assert answer.status == status


async def test_a_body_has_a_time(page: Page, session: aiohttp.ClientSession) -> None:
    """A body that does not come to its end in time is given up."""
    never = asyncio.Event()

    async def chunks() -> AsyncIterator[bytes]:
        yield b"x"
        await never.wait()

    async with session.post(page.url, data=chunks()) as answer:
        assert (answer.status, page.outcome) == (408, "late")


async def test_a_body_that_is_not_what_it_says(page: Page, session: aiohttp.ClientSession) -> None:
    """A body that is not in the encoding it claims is broken, and nobody's fault here."""
    async with session.post(page.url, data=b"not packed", headers={"Content-Encoding": "gzip"}) as answer:
        assert (answer.status, page.outcome) == (400, "broken")


class Door:
    """A server that reads long bodies within a small budget."""

    def __init__(self) -> None:
        self.budget = BodyBudget(1_000_000)
        self.most = 0
        self.late = asyncio.Event()

    async def take(self, request: web.Request) -> web.Response:
        """Read a body and answer with its length."""
        try:
            body = await read_body(request, max_bytes=600_000, timeout_s=60.0, budget=self.budget)
        except BodyLate:
            self.late.set()
            return web.Response(status=408)
        return web.Response(text=str(len(body)))


async def test_bodies_within_a_budget() -> None:
    """Where bodies that do not come to an end hold too much, the largest is given up; a short one is read as ever."""
    door, app = Door(), web.Application()
    app.router.add_post("/", door.take)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]
    head = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 500000\r\n\r\n"
    halves = []
    for _ in range(8):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(head + b"x" * 250_000)
        halves.append((reader, writer))
    async with asyncio.timeout(10), aiohttp.ClientSession() as session:
        await door.late.wait()
        async with session.post(f"http://127.0.0.1:{port}/", data=b"short") as answer:
            assert (answer.status, await answer.text()) == (200, "5")
        first, _ = await asyncio.wait([asyncio.create_task(reader.readline()) for reader, _ in halves], timeout=0.5)
    assert {task.result().split()[1] for task in first} == {b"408"}
    assert door.budget.bytes <= 1_000_000
    for _, writer in halves:
        writer.transport.abort()
    await runner.cleanup()
    assert door.budget.bytes == 0
