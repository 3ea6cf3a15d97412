"""What becomes of a message that Glific accepted: handed to WhatsApp, sent, delivered, read, or refused there.

Scheduled messages go out by the stand-in's clock. A broadcast is carried out by a job, some contacts at a time, and its
single messages are published nowhere.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from bot.sandbox.glific import media
from bot.sandbox.glific.model import Contact, Group, Message
from bot.sandbox.glific.tenant import Tenant
from bot.sandbox.glific.window import refusal
from bot.sandbox.http import Server

Publish = Callable[[str, Message], None]
OPTED_OUT = "CONTACT_OPT_OUT"


class Sending:
    """Sending of one tenant; `publish` tells the subscribers of a field about a message."""

    def __init__(self, tenant: Tenant, server: Server, publish: Publish) -> None:
        self.tenant = tenant
        self.server = server
        self.publish = publish
        self._waiting: list[Message] = []

    async def send(self, message: Message) -> None:
        """Put one kept message on its way, or keep it until its time; that one is published now all the same."""
        if message.send_at is not None and message.send_at > self.tenant.clock.now():
            self._tell_sent(message)
            self._waiting.append(message)
            self.server.spawn(self._keep_time(message))
        elif self.tenant.rules.early_sent:
            await self._carry_out(message, 0.0)
        else:
            self.server.spawn(self._carry_out(message, self.tenant.rules.sent_after_s))

    async def run_due(self) -> list[Message]:
        """Send everything that is due by the clock, in the order of its time."""
        now = self.tenant.clock.now()
        due = sorted((one for one in self._waiting if one.send_at and one.send_at <= now), key=_time_of)
        for message in due:
            self._waiting.remove(message)
            await self._hand_over(message)
            await self._confirm(message)
        return due

    def receipt(self, message: Message, status: str, reason: str | None = None) -> None:
        """Note what WhatsApp says about a message, with its reason, and publish it unless it is of a broadcast."""
        message.bsp_status = status
        if reason is not None:
            message.errors = json.dumps({"payload": {"code": 1000, "reason": reason}, "type": "failed"})
        self.tenant.touch(message)
        if not message.is_broadcast:
            self.publish("updateMessageStatus", message)

    def broadcast(self, group: Group, members: Sequence[Contact], fields: dict[str, Any]) -> Message:
        """Keep the summary row of a broadcast, and send to the members a minute's worth at a time."""
        number = self.tenant.next_id("broadcast")
        fields = fields | {"group_id": group.id, "broadcast_id": number}
        summary = self.tenant.keep(None, "OUTBOUND", fields.pop("body"), **fields, status="sent", bsp_status="SENT")
        group.last_communication_at = summary.inserted_at
        self.publish("sentGroupMessage", summary)
        self.server.spawn(self._carry_out_broadcast(summary, list(members), fields))
        return summary

    async def _carry_out_broadcast(self, summary: Message, members: list[Contact], fields: dict[str, Any]) -> None:
        size = self.tenant.rules.broadcast_size
        for start in range(0, len(members), size):
            await self.server.pause(self.tenant.rules.broadcast_after_s)
            for contact in members[start : start + size]:
                if refusal(self.tenant, contact, is_hsm=summary.is_hsm) is None:
                    await self.send(self.tenant.keep(contact, "OUTBOUND", summary.body, **fields))

    async def _keep_time(self, message: Message) -> None:
        while message in self._waiting and message.send_at and not self.server.closing.is_set():
            left_s = (message.send_at - self.tenant.clock.now()).total_seconds()
            if left_s <= 0:
                await self.run_due()
            else:
                await self.server.pause(left_s)

    async def _carry_out(self, message: Message, pause_s: float) -> None:
        await self.server.pause(pause_s)
        self._tell_sent(message)
        await self._hand_over(message)
        await self._confirm(message)

    def _tell_sent(self, message: Message) -> None:
        if message.is_broadcast:
            return
        self.publish("sentMessage", message)
        if message.contact is not None and message.contact.is_simulator:
            self.publish("sentSimulatorMessage", message)

    async def _hand_over(self, message: Message) -> None:
        message.bsp_id, message.status = str(uuid.uuid4()), "sent"
        if message.media is not None:
            kind = message.type.lower()
            message.fetched = await media.fetch(message.media.url, kind)
            if reason := media.fault_of(message.fetched, kind):
                self.receipt(message, "ERROR", reason)
                return
        self.tenant.touch(message)

    async def _confirm(self, message: Message) -> None:
        """Report by itself what a phone does, unless a test does so."""
        if self.tenant.receipts != "auto" or message.contact is None or message.bsp_status == "ERROR":
            return
        rules, reason = self.tenant.rules, self.tenant.outcomes.get(message.contact.phone)
        if reason is not None:
            self.receipt(message, OPTED_OUT if reason == OPTED_OUT else "ERROR", reason)
            return
        self.receipt(message, "SENT")
        await self.server.pause(0.0 if rules.early_sent else rules.delivered_after_s)
        self.receipt(message, "DELIVERED")
        if rules.read_after_s is not None:
            await self.server.pause(rules.read_after_s)
            self.receipt(message, "READ")


def _time_of(message: Message) -> datetime:
    assert message.send_at is not None
    return message.send_at
