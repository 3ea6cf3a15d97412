"""What a viewer of the demo can do: speak as an agent, text as a customer, press, edit, and make things go wrong.

Each act is checked, then goes on in the background: a page never waits for a bot that is slow, killed or refused.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Coroutine
from typing import Any

from bot.sandbox.demo_faults import NAMES, Mischief
from bot.sandbox.demo_ledger import PhoneText, Record
from bot.sandbox.demo_routes import Fields, UnusableError
from bot.sandbox.demo_story import DANA
from bot.sandbox.slack import SlackStandIn
from bot.sandbox.slack_model import Message, SlashAnswer
from bot.sandbox.volt import VoltStandIn

SILENCE = "There was no answer within 3 seconds, so nothing was done. Is the bot running?"
log = logging.getLogger(__name__)


class Acts:
    """The viewers' hands. `url` is the demo's own address, under which a customer's pictures are found."""

    def __init__(self, slack: SlackStandIn, volt: VoltStandIn, record: Record, mischief: Mischief) -> None:
        self.slack = slack
        self.volt = volt
        self.record = record
        self.mischief = mischief
        self.url = ""
        self._under_way: set[asyncio.Task[Any]] = set()

    def spawn(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Let something go on in the background; if it fails, that is logged."""
        task = asyncio.get_running_loop().create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._under_way.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error("something in the demo failed", exc_info=task.exception())

    async def close(self) -> None:
        """Cancel what is still under way."""
        under_way = list(self._under_way)
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)

    async def say(self, fields: Fields) -> None:
        """POST /slack/say {user, channel, thread_ts, text}."""
        user, channel = self._agent(fields), self._channel(fields)
        text, thread_ts = fields.text("text"), fields.text_or_none("thread_ts")
        if thread_ts is not None:
            thread_ts = self._message(channel, thread_ts).ts
        self.say_as(user, text, channel=channel, thread_ts=thread_ts)

    def say_as(self, user: str, text: str, *, channel: str, thread_ts: str | None) -> None:
        """Write a message in a person's name."""
        self.spawn(self.slack.say(user, channel, text, thread_ts))
        if thread_ts is not None and self.mischief.on["forged"]:
            self.spawn(self.mischief.forge_reply(channel, thread_ts))

    async def edit(self, fields: Fields) -> None:
        """POST /slack/edit {channel, ts, text}."""
        message, text = self._human_message(fields), fields.text("text")
        self.record.former.setdefault(message.ts, []).append(message.text)
        self.spawn(self.slack.edit(message.channel, message.ts, text))

    async def delete(self, fields: Fields) -> None:
        """POST /slack/delete {channel, ts}."""
        message = self._human_message(fields)
        self.spawn(self.slack.delete(message.channel, message.ts))

    async def command(self, fields: Fields) -> None:
        """POST /slack/command {user, channel, text}: what stands behind /volt."""
        user, channel, text = self._agent(fields), self._channel(fields), fields.text("text", may_be_empty=True)
        self.record.commands.append(text)
        self.spawn(self._await_answer(self.slack.command(user, channel, "/volt", text), user, channel))

    async def press(self, fields: Fields) -> None:
        """POST /slack/press {user, channel, ts, action_id, value}; value picks from a menu."""
        user, channel, ts = self._agent(fields), self._channel(fields), fields.text("ts")
        action, value = fields.text("action_id"), fields.text_or_none("value")
        if not any(one["message_ts"] == ts for one in self.slack.ephemerals):
            message = self._message(channel, ts)
            self.record.presses.add(message.thread_ts or message.ts)
        self.spawn(self._await_answer(self.slack.press(user, channel, ts, action, value=value), user, channel))

    async def _await_answer(self, asking: Coroutine[Any, Any, SlashAnswer], user: str, channel: str) -> None:
        """Tell the person in Slack's place when a command or a button was not answered."""
        try:
            answer = await asking
        except LookupError:
            return self._tell_only(user, channel, "This button is gone: the message has changed meanwhile.")
        if not 200 <= answer.status < 300:
            self._tell_only(user, channel, SILENCE)
        return None

    def _tell_only(self, user: str, channel: str, words: str) -> None:
        shown = {"channel": channel, "user": user, "message_ts": self.slack.next_ts(), "text": words, "blocks": []}
        self.slack.ephemerals.append(shown)
        self.slack.tell("ephemeral", shown)

    def _agent(self, fields: Fields) -> str:
        user = fields.text("user")
        if user not in self.slack.users or self.slack.users[user].is_bot:
            raise UnusableError("there is no such user")
        return user

    def _channel(self, fields: Fields) -> str:
        channel = fields.text("channel")
        if channel not in self.slack.channels:
            raise UnusableError("there is no such channel")
        return channel

    def _message(self, channel: str, ts: str) -> Message:
        message = self.slack.find(channel, ts)
        if message is None:
            raise UnusableError("this message is gone")
        return message

    def _human_message(self, fields: Fields) -> Message:
        message = self._message(self._channel(fields), fields.text("ts"))
        if message.bot_id is not None:
            raise UnusableError("only people's messages can be changed here")
        return message

    async def text(self, fields: Fields) -> None:
        """POST /phone/text {number, text, picture}."""
        number, has_picture = fields.text("number"), fields.flag("picture")
        if not (number.startswith("+") and number[1:].isascii() and number[1:].isdigit() and 8 <= len(number) <= 16):
            raise UnusableError("number has to look like +15555550145")
        self.text_as(number, fields.text("text", may_be_empty=has_picture), has_picture=has_picture)

    def text_as(self, number: str, words: str, *, has_picture: bool = False) -> None:
        """Text from a customer's phone."""
        count = len(self.record.texts) + 1
        media = [f"{self.url}/picture/{count}.png"] if has_picture else []
        text = PhoneText(f"t{count}", number, words, media, time.time())
        self.record.texts.append(text)
        self.spawn(self._send(text))
        if self.mischief.on["forged"]:
            self.spawn(self.mischief.forge_text(number))

    async def _send(self, text: PhoneText) -> None:
        text.webhook = await self.volt.text(text.number, text.body, media=text.media)
        self.volt.tell("webhook", text.webhook)

    async def switch(self, fields: Fields) -> None:
        """POST /faults {name, on}."""
        name, is_on = fields.text("name"), fields.flag("on")
        if name not in NAMES:
            raise UnusableError(f"name has to be one of {', '.join(NAMES)}")
        self.mischief.switch(name, is_on=is_on)
        if name == "forged" and is_on:
            self.spawn(self.mischief.forge_text(DANA.number))
