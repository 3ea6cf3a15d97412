"""Feed of changes to every open page, as server-sent events.

A page that falls too far behind is disconnected; the browser reconnects by itself and gets a new snapshot.
Format: https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

from aiohttp import web

MAX_WAITING_CHANGES = 2000
HEARTBEAT_S = 15.0
Event = tuple[str, Any]


class Feed:
    """Feed of changes, with the pages that listen."""

    def __init__(self, snapshot: Callable[[], Any]) -> None:
        self._snapshot = snapshot
        self._queues: set[asyncio.Queue[Event | None]] = set()
        self._last: dict[str, str] = {}

    def publish(self, kind: str, thing: Any, *, name: str = "") -> None:
        """Send a change to every page; with a name, only if it differs from the last one of that kind and name."""
        if name:
            text = json.dumps(thing, sort_keys=True, default=str)
            if self._last.get(f"{kind} {name}") == text:
                return
            self._last[f"{kind} {name}"] = text
        for queue in list(self._queues):
            if queue.qsize() >= MAX_WAITING_CHANGES:
                self._queues.discard(queue)
                queue.put_nowait(None)
            else:
                queue.put_nowait((kind, thing))

    def close(self) -> None:
        """End every stream."""
        for queue in self._queues:
            queue.put_nowait(None)
        self._queues.clear()

    async def stream(self, request: web.Request) -> web.StreamResponse:
        """Serve one page until it goes, falls behind, or the demo ends."""
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        queue: asyncio.Queue[Event | None] = asyncio.Queue()
        self._queues.add(queue)
        queue.put_nowait(("state", self._snapshot()))
        await response.prepare(request)
        try:
            await response.write(b"retry: 1000\n\n")
            await self._pump(queue, response)
        except ConnectionResetError:
            pass  # the page was closed
        finally:
            self._queues.discard(queue)
        return response

    async def _pump(self, queue: asyncio.Queue[Event | None], response: web.StreamResponse) -> None:
        while True:
            try:
                async with asyncio.timeout(HEARTBEAT_S):
                    event = await queue.get()
            except TimeoutError:
                await response.write(b": still here\n\n")
                continue
            if event is None:
                return
            kind, thing = event
            await response.write(f"event: {kind}\ndata: {json.dumps(thing, ensure_ascii=False)}\n\n".encode())
