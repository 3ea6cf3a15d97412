"""Requests that leave: the deadline of a call holds right before its bytes are written, however late that comes."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable

import aiohttp
import pytest
from aiohttp import web

from bot.call_deadline import leaving_by, steady
from bot.domain.errors import TooLate
from bot.outgoing_http import UNACKNOWLEDGED_MS, TimelyRequest, outgoing_socket

SOON_S = 0.2


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    """Give a session as the bot makes them."""
    connector = aiohttp.TCPConnector(socket_factory=outgoing_socket)
    async with aiohttp.ClientSession(request_class=TimelyRequest, connector=connector) as made:
        yield made


async def until(condition: Callable[[], bool]) -> None:
    """Return once a condition holds."""
    while not condition():  # noqa: ASYNC110 - a clock tells nobody
        await asyncio.sleep(0.01)


@contextlib.asynccontextmanager
async def serving(handle: Callable[[web.Request], object]) -> AsyncIterator[str]:
    """Serve every path by this handler; give the address."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handle)  # type: ignore[arg-type]
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@pytest.mark.parametrize("body", [None, b"x", b"x" * 900_000], ids=["none", "short", "long"])
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_nothing_leaves_after_the_deadline(
    session: aiohttp.ClientSession, method: str, body: bytes | None
) -> None:
    """After the deadline no byte of a request leaves, with a body or without, on a new connection or a used one."""
    taken: list[str] = []

    async def handle(request: web.Request) -> web.Response:
        await request.read()
        taken.append(request.path)
        return web.Response()

    async with serving(handle) as url:
        with leaving_by(steady() - 1), pytest.raises(TooLate) as late:
            await session.request(method, f"{url}/late", data=body)
        assert late.value.is_first
        with leaving_by(steady() + 60):
            await (await session.request(method, f"{url}/in-time", data=body)).read()
        with leaving_by(steady() - 1), pytest.raises(TooLate):
            await session.request(method, f"{url}/late", data=body)
        await (await session.request(method, f"{url}/whenever", data=body)).read()
    assert taken == ["/in-time", "/whenever"]


async def test_a_connection_that_took_too_long(session: aiohttp.ClientSession) -> None:
    """Where the other side lets us wait for a connection until the deadline is over, nothing leaves on it."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        door.listen(0)
        address = door.getsockname()
        with contextlib.ExitStack() as waiting:
            for _ in range(3):  # nobody accepts: one more than the door has room for is not answered
                filler = waiting.enter_context(socket.socket())
                filler.setblocking(False)
                filler.connect_ex(address)
            leave_by = steady() + SOON_S
            with leaving_by(leave_by):
                call = asyncio.ensure_future(session.post(f"http://127.0.0.1:{address[1]}/", data=b"x"))
            await until(lambda: steady() > leave_by)
            assert not call.done()
            door.setblocking(False)
            received: list[bytes] = []

            async def take_all() -> None:
                async with asyncio.TaskGroup() as group:
                    loop = asyncio.get_running_loop()
                    while True:
                        taken, _ = await loop.sock_accept(door)
                        taken.setblocking(False)
                        group.create_task(read(waiting.enter_context(taken)))

            async def read(taken: socket.socket) -> None:
                received.append(await asyncio.get_running_loop().sock_recv(taken, 1_000))

            taking = asyncio.ensure_future(take_all())
            with pytest.raises(TooLate):
                await call
            taking.cancel()
            await asyncio.wait([taking])
    assert not any(received)


async def test_a_redirect_that_came_too_late(session: aiohttp.ClientSession) -> None:
    """Where the other side leads elsewhere when the deadline is over, that is not followed; and the first has left."""
    taken: list[str] = []
    leave_by = steady() + SOON_S

    async def handle(request: web.Request) -> web.Response:
        taken.append(request.path)
        await until(lambda: steady() > leave_by)
        return web.Response(status=307, headers={"Location": "/elsewhere"})

    async with serving(handle) as url:
        with leaving_by(leave_by), pytest.raises(TooLate) as late:
            await session.post(f"{url}/first", data=b"x")
    assert not late.value.is_first
    assert taken == ["/first"]


async def test_bytes_do_not_lie_in_the_kernel(session: aiohttp.ClientSession) -> None:
    """A connection is given up where what was written is not taken within ten seconds."""
    if not hasattr(socket, "TCP_USER_TIMEOUT"):
        pytest.skip("this system has no such setting")

    async def handle(_: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse()
        await answer.prepare(_)
        await answer.write(b"x")
        await held.wait()
        return answer

    held = asyncio.Event()
    async with serving(handle) as url, session.get(url) as answer:
        assert answer.connection is not None
        assert answer.connection.transport is not None
        made = answer.connection.transport.get_extra_info("socket")
        assert made.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == UNACKNOWLEDGED_MS
        held.set()
