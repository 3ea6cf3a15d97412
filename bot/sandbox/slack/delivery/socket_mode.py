"""Socket Mode of the stand-in: tickets, hello, envelopes, acknowledgements, disconnects.

At most 10 connections; an envelope goes to any one of them. https://docs.slack.dev/apis/events-api/using-socket-mode
"""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from typing import Any

from aiohttp import WSMsgType, web

from bot.sandbox.http import Reply
from bot.sandbox.slack.state.teams import APP_ID
from bot.sandbox.wire import Changes

MAX_CONNECTIONS = 10


class Sockets:
    """Socket Mode connections of the app."""

    def __init__(self, changed: Changes) -> None:
        self._changed = changed
        self._tickets: set[str] = set()
        self._open: list[web.WebSocketResponse] = []
        self._waiting: dict[str, asyncio.Future[dict[str, Any]]] = {}

    @property
    def is_open(self) -> bool:
        """Whether a connection is open."""
        return bool(self._open)

    @property
    def count(self) -> int:
        """Number of open connections."""
        return len(self._open)

    def new_ticket(self) -> str:
        """Return a ticket for one connection."""
        ticket = secrets.token_hex(12)
        self._tickets.add(ticket)
        return ticket

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Serve one connection until either side ends it."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            return web.Response(status=404)
        self._tickets.discard(ticket)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        if self.count >= MAX_CONNECTIONS:
            await socket.send_json({"type": "disconnect", "reason": "too_many_websockets"})
            await socket.close()
            return socket
        await self._serve(socket)
        return socket

    async def _serve(self, socket: web.WebSocketResponse) -> None:
        debug = {"host": "sandbox", "build_number": 1, "approximate_connection_time": 18060}
        hello = {"type": "hello", "num_connections": self.count + 1, "debug_info": debug}
        await socket.send_json(hello | {"connection_info": {"app_id": APP_ID}})
        self._open.append(socket)
        self._changed.notify_all()
        try:
            async for frame in socket:
                if frame.type is WSMsgType.TEXT:
                    self._acknowledge(frame.data)
        finally:
            self._forget(socket)
            self._changed.notify_all()

    def _forget(self, socket: web.WebSocketResponse) -> None:
        if socket in self._open:
            self._open.remove(socket)

    def _acknowledge(self, text: str) -> None:
        answer = json.loads(text)
        waiter = self._waiting.get(str(answer.get("envelope_id")))
        if waiter is not None and not waiter.done():
            waiter.set_result(answer.get("payload") or {})

    async def send(self, kind: str, payload: dict[str, Any], *, fields: dict[str, Any], limit_s: float) -> Reply:
        """Send an envelope to one connection; the acknowledgement gives status 200, its payload the text as JSON."""
        envelope_id = secrets.token_hex(16)
        accepts = {"accepts_response_payload": kind != "events_api"}
        envelope = {"envelope_id": envelope_id, "type": kind, "payload": payload, **accepts, **fields}
        waiter = self._waiting[envelope_id] = asyncio.get_running_loop().create_future()
        started, reason = time.monotonic(), "http_timeout"
        try:
            async with asyncio.timeout(limit_s):
                await secrets.choice(self._open).send_json(envelope)
                answer = await waiter
            text = json.dumps(answer, ensure_ascii=False) if answer else ""
            return Reply(200, {}, text, time.monotonic() - started, "")
        except ConnectionError:
            reason = "connection_failed"
        except TimeoutError:
            reason = "timeout"
        finally:
            del self._waiting[envelope_id]
        return Reply(0, {}, "", time.monotonic() - started, reason)

    async def disconnect(self, reason: str) -> None:
        """Ask every connection to reconnect and close it; "warning" leaves it open, as Slack does."""
        for socket in list(self._open):
            await socket.send_json({"type": "disconnect", "reason": reason, "debug_info": {"host": "sandbox"}})
            if reason != "warning":
                self._forget(socket)
                await socket.close()

    async def close(self) -> None:
        """Close every connection without a message."""
        sockets, self._open = self._open, []
        for socket in sockets:
            await socket.close()
