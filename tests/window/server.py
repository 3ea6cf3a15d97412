"""Server of a carrier with a window: it takes free text for a day after a contact wrote, and templates at any time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web

from bot.sandbox.http import Server

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Taken:
    """Text that the carrier took, free or by a template."""

    to: str
    body: str
    template: str = ""
    params: tuple[str, ...] = ()
    media: tuple[str, ...] = ()


@dataclass
class WindowServer:
    """Carrier; `clock` is its own, `heard` when a contact wrote last. `asked` are the windows it was asked about.

    `language` is everybody's. `is_mute`: it takes texts and hangs up without an answer; `is_busy`: it tells nothing of
    windows.
    """

    clock: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))
    templates: list[dict[str, Any]] = field(default_factory=list)
    heard: dict[str, datetime] = field(default_factory=dict)
    taken: list[Taken] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    later: list[dict[str, Any]] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    language: str = "en"
    is_mute: bool = False
    is_busy: bool = False
    url: str = ""

    async def start(self) -> str:
        """Listen on a free port; returns the address."""
        self._server = Server()
        self._server.routes += [
            web.get("/windows/{contact}", self._window),
            web.get("/templates", self._templates),
            web.get("/texts/{contact}", self._listed),
            web.post("/texts", self._take),
            web.post("/later", self._keep),
        ]
        await self._server.start(0)
        return self._server.url

    async def close(self) -> None:
        """Stop listening."""
        await self._server.close()

    def until(self, contact: str) -> datetime | None:
        """Return until when a contact may be written to in free text; None where that is over."""
        at = self.heard.get(contact)
        return at + DAY if at is not None and at + DAY > self.clock() else None

    def phone(self, contact: str) -> list[str]:
        """Return what a phone shows of ours, in order."""
        return [text.body for text in self.taken if text.to == contact]

    async def _window(self, request: web.Request) -> web.Response:
        if self.is_busy:
            return web.json_response({}, status=503)
        self.asked.append(request.match_info["contact"])
        until = self.until(request.match_info["contact"])
        return web.json_response({"until": until.isoformat() if until else None})

    async def _templates(self, _request: web.Request) -> web.Response:
        return web.json_response({"templates": self.templates, "language": self.language})

    async def _listed(self, request: web.Request) -> web.Response:
        return web.json_response(self.phone(request.match_info["contact"]))

    async def _keep(self, request: web.Request) -> web.Response:
        self.later.append(await request.json())
        return web.json_response({})

    async def _take(self, request: web.Request) -> web.StreamResponse:
        given = await request.json()
        template = given["template"] or {}
        if not template and self.until(given["to"]) is None:
            self.refused.append(given["body"])
            return web.json_response({"field": "window", "message": "Fenster zu"}, status=409)
        params = tuple(template.get("params", ()))
        text = Taken(given["to"], given["body"], template.get("id", ""), params, tuple(given["media"]))
        self.taken.append(text)
        if self.is_mute and request.transport is not None:
            request.transport.close()
        return web.json_response({"id": f"w{len(self.taken)}"})
