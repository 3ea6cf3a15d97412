"""Fault switches of the demo, and forged requests without a valid signature."""

from __future__ import annotations

import base64
import json
import secrets
from typing import Any

from bot.sandbox.clock import clock
from bot.sandbox.demo.story import AVA, FORGED_TEXT
from bot.sandbox.demo.timeline import Record
from bot.sandbox.glific.stand_in import GlificStandIn
from bot.sandbox.slack.stand_in import SlackStandIn
from bot.sandbox.slack.state.wire import envelope
from bot.sandbox.volt.stand_in import VoltStandIn
from bot.sandbox.wire import Hop

SLOW_S = 2.0
NAMES = ("slack_down", "lines_down", "slow", "answer_lost", "sent_twice", "forged")


class FaultSwitches:
    """Fault switches: which faults are on, and their settings in the stand-ins."""

    def __init__(self, slack: SlackStandIn, volt: VoltStandIn, glific: GlificStandIn, record: Record) -> None:
        self.slack = slack
        self.volt = volt
        self.glific = glific
        self.record = record
        self.on = dict.fromkeys(NAMES, False)
        slack.listeners.append(self._lose_again)
        volt.listeners.append(self._lose_again)
        glific.listeners.append(self._lose_again)

    def switch(self, name: str, *, is_on: bool) -> None:
        """Switch one fault. Raises KeyError for a name that is not in NAMES."""
        if name not in self.on:
            raise KeyError(name)
        self.on[name] = is_on
        self.record.calm_since = clock.unix_time()
        sides = (self.slack.rules, self.volt.rules, self.glific.rules)
        self.slack.rules.down = self.on["slack_down"]
        self.volt.rules.down = self.glific.rules.down = self.on["lines_down"]
        for rules in sides:
            rules.delay_s = SLOW_S if self.on["slow"] else 0.0
            rules.drop_answers = int(self.on["answer_lost"])
        self.slack.rules.repeat_events = 2 if self.on["sent_twice"] else 0
        self.volt.rules.repeat_webhooks = self.glific.rules.repeat_events = 1 if self.on["sent_twice"] else 0
        self.slack.tell("faults", self.on)

    @property
    def is_calm(self) -> bool:
        """Whether no fault is on; forgeries and repeats delay nothing."""
        return not any(self.on[name] for name in ("slack_down", "lines_down", "slow", "answer_lost"))

    def _lose_again(self, kind: str, thing: Any) -> None:
        """Drop the answer of every second call, so that the bot can look up what happened."""
        if kind != "hop" or not self.on["answer_lost"] or not isinstance(thing, Hop) or thing.status == 0:
            return
        if thing.direction == "bot→slack":
            self.slack.rules.drop_answers = 1
        elif thing.direction == "bot→volt":
            self.volt.rules.drop_answers = 1
        elif thing.direction == "bot→glific":
            self.glific.rules.drop_answers = 1

    async def forge_text(self, number: str) -> None:
        """Post a webhook that says a customer wrote something, with a signature of random bytes."""
        payload = {"event_type": "message.received", "direction": "inbound", "from_number": number, "type": "SMS"}
        payload |= {"to_number": self.volt.account_number, "text": FORGED_TEXT, "message_app_id": secrets.token_hex(16)}
        forged = {
            "type": "messaging",
            "id": f"rfw_{secrets.token_hex(20)}",
            "payload": payload,
            "time": int(clock.unix_time()),
        }
        signature = base64.b64encode(secrets.token_bytes(256)).decode()
        status, _, _ = await self.volt.post(json.dumps(forged).encode(), signature=signature)
        self.record.forgeries.append(status)

    async def forge_reply(self, channel: str, thread_ts: str) -> None:
        """Post an event that says an agent wrote something, signed with a made-up secret."""
        ts = self.slack.next_ts()
        event = {"type": "message", "channel": channel, "user": AVA, "text": FORGED_TEXT, "ts": ts, "event_ts": ts}
        forged = envelope(event | {"thread_ts": thread_ts, "channel_type": "channel"})
        status = await self.slack.deliver(forged, headers={"X-Slack-Signature": f"v0={secrets.token_hex(32)}"})
        self.record.forgeries.append(status)
