"""What people see on both sides of a bot between the stand-ins: threads in Slack, texts on a phone; and what they do.

Refuses to look inside the bot.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bot.sandbox import SlackStandIn, VoltStandIn
from bot.sandbox.slack.state.model import Message
from bot.sandbox.slack.state.wire import envelope, message_event
from bot.sandbox.volt.model import Request as VoltRequest
from bot.sandbox.volt.model import VoltMessage
from tests.harness.posts import said, seen
from tests.harness.world import AVA, CHANNEL, DANA, shown


class Sight:
    """Both stand-ins with a bot between them, as people see them."""

    database: Path

    def __init__(self, slack: SlackStandIn, volt: VoltStandIn) -> None:
        self.slack = slack
        self.volt = volt

    # --- what people see in Slack

    def posts(self, channel: str = CHANNEL) -> list[Message]:
        """Return the bot's posts that stand in a channel, oldest first."""
        return [one for one in self.slack.channels[channel].messages if one.bot_id and not one.deleted]

    def headers(self, contact: str | None = None) -> list[Message]:
        """Return the headers in the channel: of one contact, or all."""
        roots = [one for one in self.posts() if not one.is_reply]
        return [one for one in roots if contact is None or shown(contact) in seen(one).split("\n")[0]]

    def thread(self, contact: str = DANA) -> list[Message]:
        """Return the bot's posts in the contact's newest thread, without the header; none before there is one."""
        headers = self.headers(contact)
        replies = self.slack.thread(CHANNEL, headers[-1].ts)[1:] if headers else []
        return [one for one in replies if one.bot_id]

    def lines(self, contact: str = DANA) -> list[str]:
        """Return what people read in the bot's posts of the contact's thread."""
        return [seen(one) for one in self.thread(contact)]

    def texts(self, contact: str = DANA) -> list[str]:
        """Return the contact's texts as the thread shows them, one item per text however they were posted."""
        return [text for one in self.thread(contact) for text in said(one)]

    async def line(self, words: str, contact: str = DANA, *, timeout_s: float = 10) -> Message:
        """Wait until a post in the contact's thread says these words."""

        def found() -> list[Message]:
            return [one for one in self.thread(contact) if words in seen(one)]

        try:
            return (await self.slack.until(found, timeout_s))[-1]
        except TimeoutError as error:
            raise TimeoutError(f"no line says {words!r}; there are {self.lines(contact)}; {error}") from None

    async def shows(self, contact: str, *texts: str, timeout_s: float = 10) -> None:
        """Wait until the contact's thread ends with these texts."""
        try:
            await self.slack.until(lambda: tuple(self.texts(contact)[-len(texts) :]) == texts, timeout_s)
        except TimeoutError as error:
            raise TimeoutError(f"the thread shows {self.texts(contact)}; {error}") from None

    async def marked(self, ts: str, *names: str, timeout_s: float = 10) -> None:
        """Wait until a message carries exactly these reactions of the bot."""

        def reactions() -> set[str]:
            message = self.slack.find(CHANNEL, ts)
            return set(message.reactions) if message else set()

        try:
            await self.slack.until(lambda: reactions() == set(names), timeout_s)
        except TimeoutError as error:
            raise TimeoutError(f"marked {sorted(reactions())}; {error}") from None

    # --- what an agent does

    async def reply(self, thread_ts: str, text: str, user: str = AVA, **more: Any) -> str:
        """Write under a header; return the ts."""
        return await self.slack.say(user, CHANNEL, text, thread_ts=thread_ts, **more)

    def event_of(self, ts: str, **changes: Any) -> dict[str, Any]:
        """Return the event of a message as Slack delivers it, under a new event id, with fields changed or added."""
        channel = next(one for one in self.slack.channels.values() if any(posted.ts == ts for posted in one.messages))
        message = next(one for one in channel.messages if one.ts == ts)
        return envelope(message_event(channel, message) | changes)

    async def hear(self, contact: str = DANA, text: str = "Hello") -> None:
        """Let a contact text, and wait until the thread shows it."""
        raise NotImplementedError

    async def open_thread(self, contact: str = DANA, text: str = "Hello") -> str:
        """Let a contact text for the first time; return the ts of the header once the text is under it."""
        await self.hear(contact, text)
        return self.headers(contact)[-1].ts

    async def agree(self, contact: str = DANA, *, user: str = AVA) -> None:
        """Press Send under the newest line that asks whether a text should really go."""
        asks = ("[Send anyway]", "[Send]")
        await self.slack.until(lambda: any(ask in said for ask in asks for said in self.lines(contact)))
        found = [one for one in self.thread(contact) if any(ask in seen(one) for ask in asks)][-1]
        action = "send_text_anyway" if "[Send anyway]" in seen(found) else "send_text"
        await self.slack.press(user, found.channel, found.ts, action)

    # --- what the phone got

    def phone(self, contact: str = DANA) -> list[str]:
        """Return the texts that Volt took for a contact, in order."""
        return [message.body for message in self.volt.outbound(contact)]

    async def receives(self, *texts: str, contact: str = DANA, timeout_s: float = 10) -> list[VoltMessage]:
        """Wait until as many texts went out to the contact, and check that they are exactly these, in this order."""
        try:
            await self.volt.until(lambda: len(self.phone(contact)) >= len(texts), timeout_s)
        except TimeoutError as error:
            raise TimeoutError(f"the phone got {self.phone(contact)}; {error}") from None
        assert self.phone(contact) == list(texts)
        return self.volt.outbound(contact)

    def sends(self) -> list[VoltRequest]:
        """Return the createMessage requests, answered or not."""
        return [request for request in self.volt.requests if request.operation == "CreateMessage"]
