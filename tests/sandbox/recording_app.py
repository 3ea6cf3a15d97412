"""An app at the other end of the wire: it records every request and answers as a test tells it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import NamedTuple

from aiohttp import web


class Received(NamedTuple):
    path: str
    headers: dict[str, str]
    body: bytes


Answer = Callable[[Received], web.Response]


@dataclass
class RecordingApp:
    received: list[Received] = field(default_factory=list)
    answer: Answer = field(default=lambda _request: web.Response())
    url: str = ""

    async def handle(self, request: web.Request) -> web.Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.received.append(Received(request.path, headers, await request.read()))
        return self.answer(self.received[-1])

    def bodies(self) -> list[bytes]:
        return [received.body for received in self.received]


@asynccontextmanager
async def recording_app() -> AsyncIterator[RecordingApp]:
    """Run a recording app on a free port."""
    recorder = RecordingApp()
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", recorder.handle)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    recorder.url = f"http://127.0.0.1:{runner.addresses[0][1]}/door"
    try:
        yield recorder
    finally:
        await runner.cleanup()
