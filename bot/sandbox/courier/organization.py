"""Organisation at Carium: its account and numbers, its texts and channels, and what people on the other side do.

What a text becomes by itself is chosen here: sent, then delivered, unless `outcomes` names something else for a phone.
An answer goes to the addresses of the newest text that its phone got; where there is none it goes nowhere, as what a
number does with unknown senders is not documented.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from bot.sandbox.courier.callbacks import Callbacks, Called
from bot.sandbox.courier.clock import Clock
from bot.sandbox.courier.model import (
    Attachment,
    Channel,
    ChannelMessage,
    Individual,
    NumberInfo,
    Received,
    Text,
    new_id,
)
from bot.sandbox.courier.rules import CourierRules
from bot.sandbox.http import Server
from bot.sandbox.wire import Watched

PARTICIPANT, CARE_TEAM = "participant", "provider"
"""Kinds of users; the definition shows the first only, and the second is chosen here."""


class Organization(Watched):
    """Organisation with one account and one number, which are `account_id` and `number_id`."""

    def __init__(self, number: str, server: Server) -> None:
        super().__init__()
        self.server = server
        self.rules = CourierRules()
        self.clock = Clock()
        self.number = number
        self.organization_id, self.account_id, self.number_id = new_id(), new_id(), new_id()
        self.care_team_id = new_id()
        self.texts: list[Text] = []
        self.received: list[Received] = []
        self.infos: list[NumberInfo] = []
        self.channels: list[Channel] = []
        self.attachments: list[Attachment] = []
        self.receipts = "auto"
        self.outcomes: dict[str, tuple[str, str]] = {}
        self.carriers: dict[str, tuple[str, str]] = {}
        self.callbacks = Callbacks(self, self.rules, server)

    # --- texts

    def keep_text(self, text: Text) -> None:
        """Take a text, which its phone gets."""
        self.texts.append(text)
        self.tell("phone", text)
        if self.receipts == "auto":
            self.server.spawn(self._carry_out(text))

    async def _carry_out(self, text: Text) -> None:
        await self.server.pause(self.rules.sent_after_s)
        await self.move(text, "sent")
        await self.server.pause(self.rules.delivered_after_s)
        await self.move(text, *self.outcomes.get(text.target, ("delivered", "")))

    async def move(self, text: Text, status: str, error: str = "", *, tells: bool = True) -> Called | None:
        """Give a text another status, and tell its address."""
        text.status, text.error, text.changed_at = status, error, self.clock.now()
        self.tell("status", text)
        return await self.callbacks.status(text) if tells else None

    async def answer(self, phone: str, message: str, *, to: Text | None = None) -> Called | None:
        """Answer from a phone; None where no text of ours is answered, or the callback is lost."""
        received = Received(phone, self.number, message, self.clock.now())
        self.received.append(received)
        answered = to or next((one for one in reversed(self.texts) if one.target == phone), None)
        return None if answered is None else await self.callbacks.answer(answered, received)

    def phone(self, phone: str) -> list[str]:
        """Return the texts that a phone got, by text or by channel, in order."""
        texts = [(one.created_at, one.message) for one in self.texts if one.target == phone]
        for channel in self.channels:
            if any(one.phone == phone for one in channel.subscribers):
                texts += [(one.posted_at, one.message) for one in channel.shown if one.user_type != PARTICIPANT]
        return [message for _, message in sorted(texts, key=lambda one: one[0])]

    # --- channels

    def add_channel(self, phone: str, first_name: str = "", last_name: str = "", *others: Individual) -> Channel:
        """Open a channel with a person, and others."""
        person = Individual(phone, first_name, last_name)
        name = f"{first_name} {last_name}".strip()
        channel = Channel(self.organization_id, [person, *others], self.clock.now(), self.number_id, name)
        self.channels.append(channel)
        return channel

    def channel_of(self, channel_id: str) -> Channel | None:
        """Return a channel by its id."""
        return next((one for one in self.channels if one.id == channel_id), None)

    def write(self, channel: Channel, message: str, *files: tuple[str, str, bytes]) -> ChannelMessage:
        """Write in a channel as its first subscriber does; a file is its name, its type and its bytes."""
        return self._posted(channel, channel.subscribers[0].id, message, PARTICIPANT, files)

    def write_as_colleague(self, channel: Channel, message: str, *, source: str = "") -> ChannelMessage:
        """Write in a channel as the care team does in Carium's own pages, or its responder by itself."""
        written = self._posted(channel, self.care_team_id, message, CARE_TEAM, ())
        written.source = source
        return written

    def _posted(
        self, channel: Channel, author: str, message: str, user_type: str, files: Sequence[tuple[str, str, bytes]]
    ) -> ChannelMessage:
        now = self.clock.now()
        posted = ChannelMessage(channel.id, author, message, now, user_type)
        for name, kind, data in files:
            file = Attachment(posted.id, name, kind, now, data, is_processed=True)
            posted.attachments.append(file)
            self.attachments.append(file)
        channel.messages.append(posted)
        self.tell("message", posted)
        return posted

    # --- numbers

    def resolve(self, info: NumberInfo) -> None:
        """Let a carrier answer what it was asked about a number."""
        found = self.carriers.get(info.number)
        info.status, info.error = ("complete", "") if found else ("failed", "Number not found")
        info.carrier, info.kind = found or ("", "")

    def move_clock(self, **by: float) -> None:
        """Let time pass: tokens end, and statuses are due. Takes timedelta's arguments."""
        self.clock.move(timedelta(**by))
        self.tell("clock", self.clock.ahead)
