"""Two-way traffic of unique texts through a bot that is killed again and again, and the count afterwards.

Every text waits until the bot has accepted the one before it in its conversation; so the order in which texts were
accepted is the order in which they must be on the other side, each exactly once.
"""

import asyncio
import random
from pathlib import Path
from typing import Self

from bot.sandbox import SlackStandIn, VoltStandIn
from bot.sandbox.bot_process import BotProcess

ACCOUNT = "+15555550123"
CHANNEL = "C0SUPPORT"
SOON = (0.05, *[0.1] * 600)
PATIENCE_S = 50.0


class TwoWay:
    """Owns both stand-ins and the bot's process."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.random = random.Random(seed)
        self.slack = SlackStandIn()
        self.volt = VoltStandIn(account_number=ACCOUNT)
        self._folder = folder
        self.said: dict[str, list[str]] = {}
        self.answered: dict[str, list[str]] = {}

    async def __aenter__(self) -> Self:
        await self.slack.start()
        await self.volt.start()
        self.slack.rules.retry_delays_s = self.volt.rules.retry_delays_s = SOON
        self.bot = BotProcess(
            {
                "SLACK_SIGNING_SECRET": self.slack.signing_secret,
                "SLACK_BOT_TOKEN": self.slack.bot_token,
                "SLACK_CHANNEL": CHANNEL,
                "SLACK_API_URL": self.slack.api_url,
                "SLACK_POST_RATE": "100",
                "VOLT_API_TOKEN": self.volt.token,
                "VOLT_ACCOUNT_NUMBER": ACCOUNT,
                "VOLT_API_URL": self.volt.graphql_url,
                "VOLT_WEBHOOK_KEY": self.volt.key_url,
                "DATABASE_URL": f"sqlite:///{self._folder / 'bot.db'}",
                "UNDO_SECONDS": "0",
            },
            folder=self._folder,
        )
        self.slack.events_url = f"{self.bot.url}/slack/events"
        self.volt.webhook_url = f"{self.bot.url}/volt/webhooks"
        await self.bot.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.bot.terminate()
        await self.slack.close()
        await self.volt.close()

    async def talk(self, contact: str, texts: int) -> None:
        """Let a contact and an agent write in turn, each text as soon as the one before was accepted."""
        for number in range(texts):
            await self._say(contact, f"in {contact[-4:]} {number}")
            await self._answer(contact, f"out {contact[-4:]} {number}")

    async def _say(self, contact: str, text: str) -> None:
        webhook = await self.volt.text(contact, text)
        await self.volt.until(lambda: webhook.status == 200, timeout_s=PATIENCE_S)
        self.said.setdefault(contact, []).append(text)

    async def _answer(self, contact: str, text: str) -> None:
        root = await self.slack.until(lambda: self.root_of(contact), timeout_s=PATIENCE_S)
        ts = await self.slack.say("U0AVA", CHANNEL, text, thread_ts=root)
        await self.slack.until(lambda: self._is_accepted(ts), timeout_s=PATIENCE_S)
        self.answered.setdefault(contact, []).append(text)

    def _is_accepted(self, ts: str) -> bool:
        events = (
            hop.request.get("event") or {} for hop in self.slack.wire if hop.status == 200 and _is_event(hop.request)
        )
        return any(event.get("ts") == ts for event in events)

    def root_of(self, contact: str) -> str | None:
        """Find the thread of a contact, once it has one."""
        shown = f"({contact[2:5]}) {contact[5:8]}-{contact[8:]}"
        roots = (m for m in self.slack.channels[CHANNEL].messages if m.thread_ts in (None, m.ts) and shown in m.text)
        return next((m.ts for m in roots), None)

    def in_thread(self, contact: str) -> list[str]:
        """List the contact's texts as its threads show them, in order."""
        messages = self.slack.channels[CHANNEL].messages
        root = self.root_of(contact)
        posts = [m.text for m in messages if m.thread_ts == root and m.bot_id and m.ts != root]
        return [line for post in posts for line in post.splitlines() if line.startswith("in ")]

    def on_phone(self, contact: str) -> list[str]:
        """List what the phone got, in order."""
        return [message.body for message in self.volt.outbound(contact)]

    async def kill_now_and_then(self, kills: int) -> None:
        """Kill the bot at random moments and start it again."""
        for _ in range(kills):
            await asyncio.sleep(self.random.uniform(0.0, 0.4))
            await self.bot.kill9()
            await self.bot.start()

    async def all_arrived(self) -> None:
        """Wait until both sides hold as many texts as were accepted."""
        await self.slack.until(lambda: all(self._is_shown(contact) for contact in self.said), timeout_s=PATIENCE_S)
        await self.volt.until(lambda: all(self._is_sent(contact) for contact in self.answered), timeout_s=PATIENCE_S)

    def _is_shown(self, contact: str) -> bool:
        return len(self.in_thread(contact)) >= len(self.said[contact])

    def _is_sent(self, contact: str) -> bool:
        return len(self.on_phone(contact)) >= len(self.answered[contact])


def _is_event(request: object) -> bool:
    return isinstance(request, dict) and "event" in request
