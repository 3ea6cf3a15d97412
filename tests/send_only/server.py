"""Server of a carrier that takes texts and does nothing else: POST /texts, over real HTTP on a port of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from aiohttp import web


@dataclass(frozen=True)
class Taken:
    """Text that the carrier took."""

    key: str
    sender: str
    to: str
    body: str


class SendOnlyServer:
    """Carrier that only takes texts. `is_mute`: it takes them and hangs up without an answer; `is_busy`: it takes none.

    `asked` holds the method and path of every request, whatever became of it.
    """

    def __init__(self) -> None:
        self.taken: list[Taken] = []
        self.asked: list[str] = []
        self.is_mute = self.is_busy = False
        self.url = ""

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._handle)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(f"{request.method} {request.path}")
        if request.method != "POST" or request.path != "/texts":
            return web.json_response({"error": "this carrier takes texts, and nothing else"}, status=404)
        if self.is_busy:
            return web.json_response({"error": "busy"}, status=503)
        given = await request.json()
        self.taken.append(Taken(given["key"], given["from"], given["to"], given["body"]))
        if self.is_mute and request.transport is not None:
            request.transport.close()
        return web.json_response({"id": f"t{len(self.taken)}"})

    def phone(self, contact: str) -> list[str]:
        """Return the texts that the carrier took for a contact, in order."""
        return [text.body for text in self.taken if text.to == contact]
