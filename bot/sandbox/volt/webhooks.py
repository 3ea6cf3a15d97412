"""Webhook delivery of the stand-in for Volt: signed, in order for each contact, retried, reordered on demand.

The signature is base64 of RSASSA-PKCS1-v1_5 with SHA-256 over the raw body. Volt documents the header and the key's
address (https://docs.textvolt.com/v1.0/), not the scheme: this is the likeliest one.
"""

from __future__ import annotations

import asyncio
import base64
import json
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from bot.sandbox.clock import clock
from bot.sandbox.http import Reply, Server
from bot.sandbox.volt.account import Account
from bot.sandbox.volt.model import Delivery, Webhook

NOWHERE = Reply(0, {}, "", 0.0, "connection_failed")


@dataclass
class Lane:
    """Lane: the webhooks about one contact, in order. `passed` is the one that let the next go first."""

    waiting: deque[Webhook] = field(default_factory=deque)
    passed: Webhook | None = None
    is_stuck: bool = False
    is_worked: bool = False
    arrived: asyncio.Event = field(default_factory=asyncio.Event)


class WebhookDelivery:
    """Webhook delivery to the account's target, signed with the key of another account: Volt has one for all."""

    def __init__(self, account: Account, server: Server, signer: Account) -> None:
        self.account = account
        self.signer = signer
        self.server = server
        self._lanes: dict[str, Lane] = {}

    def sign(self, body: bytes) -> str:
        """Return the value of X-Respond-Flow-Signature for a body."""
        signature = self.signer.private_key.sign(body, padding.PKCS1v15(), hashes.SHA256())
        return base64.b64encode(signature).decode()

    async def carry(self, webhook: Webhook, contact: str) -> Webhook:
        """Queue a webhook; return after its first attempt, or at once while an earlier one is being retried."""
        lane = self._lanes.setdefault(contact, Lane())
        lane.waiting.append(webhook)
        lane.arrived.set()
        if not lane.is_worked:
            lane.is_worked = True
            self.server.spawn(self._work(lane))
        if not lane.is_stuck:
            await webhook.tried.wait()
        return webhook

    async def _work(self, lane: Lane) -> None:
        try:
            while lane.waiting or lane.passed is not None:
                await self._deliver(await self._next(lane), lane)
        finally:
            lane.is_worked = False

    async def _next(self, lane: Lane) -> Webhook:
        if lane.passed is not None:
            held, lane.passed = lane.passed, None
            return held
        first = lane.waiting.popleft()
        if not self.account.rules.reorder:
            return first
        first.tried.set()
        await self._await_another(lane)
        if not lane.waiting:
            return first
        lane.passed = first
        return lane.waiting.popleft()

    async def _await_another(self, lane: Lane) -> None:
        lane.arrived.clear()
        if lane.waiting:
            return
        try:
            async with asyncio.timeout(self.account.rules.hold_s):
                await lane.arrived.wait()
        except TimeoutError:
            return

    async def _deliver(self, webhook: Webhook, lane: Lane) -> None:
        url = self.account.target(webhook)
        if url is None:
            webhook.tried.set()
            return
        try:
            for delay_s in (None, *self.account.rules.retry_delays_s):
                await self._wait_stuck(lane, delay_s)
                webhook.status = await self._attempt(webhook, url)
                webhook.tried.set()
                if 200 <= webhook.status < 300:
                    break
        finally:
            lane.is_stuck = False
        for _ in range(self.account.rules.repeat_webhooks):
            await self._attempt(webhook, url)

    async def _wait_stuck(self, lane: Lane, delay_s: float | None) -> None:
        if delay_s is None:
            return
        lane.is_stuck = True
        for waiting in lane.waiting:
            waiting.tried.set()
        await self.server.pause(delay_s)

    async def _attempt(self, webhook: Webhook, url: str) -> int:
        body = json.dumps(webhook.envelope, ensure_ascii=False).encode()
        headers = {"X-Respond-Flow-Signature": self.sign(body)}
        if webhook.passthrough is not None:
            headers["X-Volt-Passthrough"] = webhook.passthrough
        reply = await self.post(url, body, headers, shown=webhook.envelope)
        self.account.webhooks.append(Delivery(webhook.envelope, reply.status, clock.unix_time()))
        self.account.tell("webhook", webhook)
        return reply.status

    async def post(self, url: str | None, body: bytes, headers: Mapping[str, str], *, shown: Any) -> Reply:
        """Post a body once, as it is."""
        if url is None:
            return NOWHERE
        started_at = clock.unix_time()
        limit_s = self.account.rules.answer_limit_s
        all_headers = {"Content-Type": "application/json"} | dict(headers)
        reply = await self.server.post(url, body, headers=all_headers, limit_s=limit_s)
        pair = (shown, reply.text)
        self.account.note_hop("volt→bot", label_of(shown), started_at=started_at, status=reply.status, pair=pair)
        return reply


def label_of(shown: Any) -> str:
    """Return a short label for a payload."""
    payload = shown.get("payload") if isinstance(shown, dict) else None
    if isinstance(payload, dict) and payload.get("event_type"):
        return str(payload["event_type"])
    return str(shown.get("type", "raw")) if isinstance(shown, dict) else "raw"
