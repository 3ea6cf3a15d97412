"""Slack and Volt as cheap as they can be: a raw protocol that says yes, counts, and remembers when what came.

Holds no rule of either; the stand-ins of bot.sandbox are too thorough to measure against.
"""

import asyncio
import itertools
import json
import re
import time
from typing import Self

from tests.benchmarks.load import HEAD_END, content_length

POST = "chat.postMessage"
SEND = "CreateMessage"
KEY = "key"
"""One for each call of the bot that a post stands for: texts that were merged count one by one."""

PATIENCE_S = 300.0

_KEYS = re.compile(rb'"keys": ?\[([^\]]*)\]')

_IDENTITY = {"ok": True, "bot_id": "B0BOT", "user_id": "U0BOT", "team_id": "T0TEAM", "url": "https://x.slack.com/"}
_SENT = {"createMessage": {"id": "m1", "legacyId": "l1", "status": "queued", "errorCode": None}}


class Sink:
    """An async context manager that listens on a free port of 127.0.0.1, and answers after `answer_s` seconds."""

    def __init__(self) -> None:
        self.arrived_at: dict[str, list[float]] = {POST: [], SEND: [], KEY: []}
        self.last_body: dict[str, bytes] = {}
        self._numbers = itertools.count(1)
        self._awaited: tuple[str, int, asyncio.Future[None]] | None = None
        self.port = 0
        self.answer_s = 0.0

    async def __aenter__(self) -> Self:
        self._server = await asyncio.get_running_loop().create_server(lambda: _Taking(self), "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    @property
    def url(self) -> str:
        """The address, without a slash at its end."""
        return f"http://127.0.0.1:{self.port}"

    def forget(self) -> None:
        """Count from nothing again."""
        for times in self.arrived_at.values():
            times.clear()

    async def until(self, name: str, number: int) -> None:
        """Wait until so many calls of a name have come."""
        if len(self.arrived_at[name]) >= number:
            return
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._awaited = (name, number, done)
        async with asyncio.timeout(PATIENCE_S):
            await done

    def per_s(self, name: str) -> float:
        """Calls per second between the first and the last."""
        times = self.arrived_at[name]
        return (len(times) - 1) / (times[-1] - times[0])

    def take(self, path: bytes, body: bytes) -> bytes:
        """Note one request and return the whole answer."""
        if path == b"/graphql":
            return self._volt(body)
        if path == b"/api/auth.test":
            return _answer(_IDENTITY)
        if path == b"/api/chat.postMessage":
            self._note(POST, body)
            return _answer({"ok": True, "channel": "C0SUPPORT", "ts": f"1800000000.{next(self._numbers):06d}"})
        return _answer({"ok": True})

    def _volt(self, body: bytes) -> bytes:
        if b"createMessage" in body:
            self._note(SEND, body)
            return _answer({"data": _SENT})
        return _answer({"data": {"webhooks": [], "contact": None}})

    def _note(self, name: str, body: bytes) -> None:
        at = time.perf_counter()
        self.arrived_at[name].append(at)
        keys = _KEYS.search(body)
        self.arrived_at[KEY] += [at] * (keys[1].count(b",") + 1 if keys else 0)
        self.last_body[name] = body
        if self._awaited is not None and len(self.arrived_at[self._awaited[0]]) >= self._awaited[1]:
            self._awaited[2].set_result(None)
            self._awaited = None


class _Taking(asyncio.Protocol):
    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._transport: asyncio.Transport | None = None
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        assert self._transport is not None
        self._buffer += data
        head, found, rest = self._buffer.partition(HEAD_END)
        length = content_length(head) if found else 0
        if found and len(rest) >= length:
            self._buffer = rest[length:]
            answer = self._sink.take(head.split(b" ", 2)[1], rest[:length])
            if self._sink.answer_s:
                asyncio.get_running_loop().call_later(self._sink.answer_s, self._transport.write, answer)
            else:
                self._transport.write(answer)


def _answer(value: object) -> bytes:
    body = json.dumps(value).encode()
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
