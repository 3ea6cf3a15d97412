"""Delivery of events, commands and interactions: signed HTTP or Socket Mode, the 3-second limit, retries, repeats.

Facts: https://docs.slack.dev/apis/events-api, https://docs.slack.dev/authentication/verifying-requests-from-slack.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import random
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from bot.sandbox.clock import clock
from bot.sandbox.http import Reply, Server
from bot.sandbox.slack.delivery.socket_mode import Sockets
from bot.sandbox.slack.state.model import Delivery
from bot.sandbox.slack.state.wire import new_event_id
from bot.sandbox.slack.state.workspace import Workspace

NOWHERE = Reply(0, {}, "", 0.0, "connection_failed")


def sign(secret: str, body: bytes, at: int) -> dict[str, str]:
    """Return the two signature headers of a request body sent at a Unix second."""
    digest = hmac.new(secret.encode(), f"v0:{at}:".encode() + body, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": str(at), "X-Slack-Signature": f"v0={digest}"}


class AppDelivery:
    """Delivery to the app: by socket while one is connected, else by HTTP."""

    def __init__(self, workspace: Workspace, server: Server, sockets: Sockets) -> None:
        self.workspace = workspace
        self.server = server
        self.sockets = sockets
        self.events_url: str | None = None
        self._chance = random.Random(workspace.team_id)

    async def carry_event(self, envelope: dict[str, Any]) -> int:
        """Deliver an event once and return the status; its retries and repeats go on in the background."""
        await self._let_overtake()
        reply = await self._try_event(envelope, 0, "")
        if not is_settled(reply):
            self.server.spawn(self._retry(envelope, reply.reason))
        if self.workspace.rules.repeat_events:
            self.server.spawn(self._repeat(envelope, self.workspace.rules.repeat_events))
        return reply.status

    async def _let_overtake(self) -> None:
        if self.workspace.rules.overtake_s:
            await self.server.pause(self._chance.uniform(0.0, self.workspace.rules.overtake_s))

    async def _retry(self, envelope: dict[str, Any], reason: str) -> None:
        for number, delay_s in enumerate(self.workspace.rules.retry_delays_s, start=1):
            await self.server.pause(delay_s)
            reply = await self._try_event(envelope, number, reason)
            if is_settled(reply):
                return
            reason = reply.reason

    async def _repeat(self, envelope: dict[str, Any], times: int) -> None:
        for number in range(times):
            await self._let_overtake()
            if number % 2 == 0:
                await self._try_event(envelope, number // 2 + 1, "http_timeout")
            else:
                await self._try_event(envelope | {"event_id": new_event_id()}, 0, "")

    async def _try_event(self, envelope: dict[str, Any], retry_num: int, reason: str) -> Reply:
        if self.sockets.is_open:
            fields = {"retry_attempt": retry_num, "retry_reason": reason}
            reply = await self._by_socket("events_api", envelope, fields)
        else:
            retry = {"X-Slack-Retry-Num": str(retry_num), "X-Slack-Retry-Reason": reason} if retry_num else {}
            body = json.dumps(envelope, ensure_ascii=False).encode()
            reply = await self.post(body, {"Content-Type": "application/json"} | retry, shown=envelope)
        event_id = str(envelope.get("event_id", ""))
        self.workspace.deliveries.append(Delivery(event_id, retry_num, reply.status))
        self.workspace.tell("delivery", self.workspace.deliveries[-1])
        return reply

    async def carry_command(self, form: dict[str, str]) -> Reply:
        """Deliver a slash command once; Slack does not retry commands."""
        if self.sockets.is_open:
            return await self._by_socket("slash_commands", form, {})
        return await self._post_form(form, shown=form)

    async def carry_interaction(self, payload: dict[str, Any]) -> Reply:
        """Deliver an interaction once; Slack does not retry them."""
        if self.sockets.is_open:
            return await self._by_socket("interactive", payload, {})
        return await self._post_form({"payload": json.dumps(payload, ensure_ascii=False)}, shown=payload)

    async def _post_form(self, form: dict[str, str], *, shown: dict[str, Any]) -> Reply:
        return await self.post(
            urlencode(form).encode(), {"Content-Type": "application/x-www-form-urlencoded"}, shown=shown
        )

    async def post(self, body: bytes, headers: Mapping[str, str], *, shown: Any) -> Reply:
        """Sign a body and post it once; headers given override the signature's."""
        if self.events_url is None:
            return NOWHERE
        started_at = clock.unix_time()
        signed = sign(self.workspace.signing_secret, body, int(started_at)) | dict(headers)
        limit_s = self.workspace.rules.answer_limit_s
        reply = await self.server.post(self.events_url, body, headers=signed, limit_s=limit_s)
        self._note(shown, reply, started_at)
        return reply

    async def _by_socket(self, kind: str, payload: dict[str, Any], fields: dict[str, Any]) -> Reply:
        started_at = clock.unix_time()
        reply = await self.sockets.send(kind, payload, fields=fields, limit_s=self.workspace.rules.answer_limit_s)
        self._note(payload, reply, started_at)
        return reply

    def _note(self, shown: Any, reply: Reply, started_at: float) -> None:
        label = label_of(shown)
        self.workspace.note_hop(
            "slack→bot", label, started_at=started_at, status=reply.status, pair=(shown, reply.text)
        )


def is_settled(reply: Reply) -> bool:
    """Whether Slack stops trying: the answer was 2xx, or asked for no retry."""
    return reply.is_good or reply.headers.get("X-Slack-No-Retry") == "1"


def label_of(shown: Any) -> str:
    """Return a short label for a payload."""
    if not isinstance(shown, dict):
        return "raw"
    event = shown.get("event")
    if isinstance(event, dict):
        return ".".join(str(event[key]) for key in ("type", "subtype") if event.get(key))
    return str(shown.get("command") or shown.get("type") or "raw")
