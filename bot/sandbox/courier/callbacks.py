"""Callbacks of the stand-in: answers and statuses, brought to the addresses that a text was given.

Nothing is documented of them but the two addresses. So method, names and body are chosen by `rules.shape`, for a bot
has to read them all; a callback that was not answered with 2xx is made again, as carriers mostly do.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import aiohttp

from bot.sandbox.clock import clock
from bot.sandbox.courier.model import Received, Text
from bot.sandbox.courier.rules import CourierRules
from bot.sandbox.http import Server
from bot.sandbox.wire import Watched

SHAPES = ("json", "form", "twilio", "json_api", "get")

FORM, JSON = "application/x-www-form-urlencoded", "application/json"


@dataclass(frozen=True)
class Called:
    """Callback that was made, and the status of each of its tries; 0 where no answer came."""

    url: str
    statuses: tuple[int, ...]

    @property
    def is_taken(self) -> bool:
        """Whether it was answered with 2xx in the end."""
        return bool(self.statuses) and 200 <= self.statuses[-1] < 300


@dataclass(frozen=True)
class Request:
    """Request of a callback."""

    method: str
    body: bytes = b""
    content_type: str = ""
    query: str = ""


class Callbacks:
    """Callbacks of one organization; those that were made are in `called`."""

    def __init__(self, watched: Watched, rules: CourierRules, server: Server) -> None:
        self.watched = watched
        self.rules = rules
        self.server = server
        self.called: list[Called] = []

    async def answer(self, text: Text, received: Received) -> Called | None:
        """Bring what a phone answered to the address of a text; None where the text has none, or it gets lost."""
        return await self._call(text.callback_url, answer_request(self.rules.shape, text, received))

    async def status(self, text: Text) -> Called | None:
        """Tell what became of a text."""
        return await self._call(text.status_url, status_request(self.rules.shape, text))

    async def _call(self, url: str, request: Request) -> Called | None:
        if not url or self.rules.takes("lose_callbacks"):
            return None
        called = await self.carry(url, request)
        for _ in range(self.rules.repeat_callbacks):
            await self.carry(url, request)
        return called

    async def carry(self, url: str, request: Request) -> Called:
        """Make one callback, tried again until it is answered with 2xx."""
        statuses: list[int] = []
        while len(statuses) < self.rules.callback_tries:
            started_at = clock.unix_time()
            statuses.append(await self._once(url, request))
            pair = (request.content_type or request.method, statuses[-1])
            self.watched.note_hop("courier→bot", "callback", started_at=started_at, status=statuses[-1], pair=pair)
            if 200 <= statuses[-1] < 300:
                break
            await self.server.pause(self.rules.callback_pause_s)
        called = Called(url, tuple(statuses))
        self.called.append(called)
        self.watched.tell("callback", called)
        return called

    async def _once(self, url: str, request: Request) -> int:
        whole = f"{url}?{request.query}" if request.query else url
        headers = {"Content-Type": request.content_type} if request.content_type else {}
        try:
            async with (
                asyncio.timeout(self.rules.callback_limit_s),
                aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session,
                session.request(request.method, whole, data=request.body or None, headers=headers) as answer,
            ):
                return answer.status
        except (TimeoutError, aiohttp.ClientError, OSError):
            return 0


def answer_request(shape: str, text: Text, received: Received) -> Request:
    """Write an answer in one of the shapes."""
    own = {"callback-json": text.callback_json} if text.callback_json is not None else {}
    if shape == "twilio":
        fields = {"MessageSid": received.sid, "SmsStatus": "received", "From": received.sender, "To": received.to}
        return _form(fields | {"Body": received.message, "NumMedia": "0"})
    if shape == "json_api":
        return _json({"data": received.resource(), "meta": own})
    return _written(shape, received.attributes() | own)


def status_request(shape: str, text: Text) -> Request:
    """Write the status of a text in one of the shapes."""
    if shape == "twilio":
        fields = {"MessageSid": text.sid, "MessageStatus": text.status, "From": text.sender, "To": text.target}
        return _form(fields | ({"ErrorCode": text.error} if text.error else {}))
    if shape == "json_api":
        return _json({"data": text.resource(), "meta": {}})
    return _written(shape, {"id": text.id, "sid": text.sid, "status": text.status})


def _written(shape: str, fields: Mapping[str, Any]) -> Request:
    if shape == "json":
        return _json(fields)
    flat = {name: value if isinstance(value, str) else json.dumps(value) for name, value in fields.items()}
    return Request("GET", query=urlencode(flat)) if shape == "get" else _form(flat)


def _json(body: Mapping[str, Any]) -> Request:
    return Request("POST", json.dumps(body).encode(), JSON)


def _form(fields: Mapping[str, str]) -> Request:
    return Request("POST", urlencode(fields).encode(), FORM)
