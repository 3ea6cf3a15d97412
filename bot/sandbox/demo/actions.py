"""Actions of a viewer of the demo: speak as an agent, text as a customer, press, react, and switch faults.

Each action is checked, then continues in the background: no page waits for a bot that is slow, killed or refused.
"""

from __future__ import annotations

import asyncio
import logging
import re
import secrets
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any
from zoneinfo import available_timezones

from bot.sandbox.clock import clock
from bot.sandbox.demo.faults import NAMES, FaultSwitches
from bot.sandbox.demo.people import readers
from bot.sandbox.demo.pictures import READY
from bot.sandbox.demo.routes import Fields, UnusableError
from bot.sandbox.demo.story import DANA, PEOPLE
from bot.sandbox.demo.timeline import PhoneText, Record
from bot.sandbox.demo.whatsapp import WhatsApp
from bot.sandbox.slack.stand_in import SlackStandIn
from bot.sandbox.slack.state.model import Message, SlashAnswer
from bot.sandbox.volt.stand_in import VoltStandIn

SILENCE = "There was no answer within 3 seconds, so nothing was done. Is the bot running?"
TAKE_BACK = "leftwards_arrow_with_hook"
TAKES_BACK = frozenset({"undo", "discard_text"})
"""Buttons by which a reply is not sent after all."""

MOST_MINUTES = 7 * 24 * 60
"""Longest time that passes at once: a week."""

MENTION = re.compile(r"(?<!\S)@([A-Za-z]+)\b")
log = logging.getLogger(__name__)


class ViewerActions:
    """Actions of the viewers outside of windows."""

    def __init__(
        self,
        slack: SlackStandIn,
        volt: VoltStandIn,
        whatsapp: WhatsApp,
        record: Record,
        fault_switches: FaultSwitches,
    ) -> None:
        self.slack = slack
        self.volt = volt
        self.whatsapp = whatsapp
        self.record = record
        self.fault_switches = fault_switches
        self.bot_url = ""  # known once the bot is prepared
        self._under_way: set[asyncio.Task[Any]] = set()

    def spawn(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Run a task in the background; a failure is logged."""
        task = asyncio.get_running_loop().create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._under_way.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error("something in the demo failed", exc_info=task.exception())

    async def close(self) -> None:
        """Cancel the tasks under way."""
        under_way = list(self._under_way)
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)

    async def say(self, fields: Fields) -> None:
        """POST /slack/say {user, channel, thread_ts, text, files}: files by the ids that /slack/file gave."""
        user, channel, ids = self.agent(fields), self.channel(fields), fields.texts("files")
        if self.slack.channels[channel].is_archived:
            raise UnusableError("This channel is archived. It can be read, and nothing can be written in it.")
        text, thread_ts = fields.text("text", may_be_empty=bool(ids)), fields.text_or_none("thread_ts")
        files = [self.file(one) for one in ids]
        if thread_ts is not None:
            thread_ts = self.message(channel, thread_ts).ts
        self.say_as(user, self._with_mentions(text), channel=channel, thread_ts=thread_ts, files=files)

    def _with_mentions(self, text: str) -> str:
        """Write `@Ben` as Slack does once a person picked Ben from its list."""
        ids = {user.name.split()[0].lower(): user.id for user in self.slack.users.values()}
        return MENTION.sub(lambda found: f"<@{ids[found[1].lower()]}>" if found[1].lower() in ids else found[0], text)

    def say_as(
        self, user: str, text: str, *, channel: str, thread_ts: str | None, files: list[dict[str, Any]] | None = None
    ) -> None:
        """Write a message in a person's name."""
        self.spawn(self.slack.say(user, channel, text, thread_ts, files=files))
        if thread_ts is not None and self.fault_switches.on["forged"]:
            self.spawn(self.fault_switches.forge_reply(channel, thread_ts))

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
        """POST /slack/command {user, channel, text}: the text after /volt."""
        user, channel, text = self.agent(fields), self.channel(fields), fields.text("text", may_be_empty=True)
        self.with_app(user, "commands")
        self.record.commands.append(text)
        self.spawn(self._await_answer(self.slack.command(user, channel, "/volt", text), user, channel))

    async def press(self, fields: Fields) -> None:
        """POST /slack/press {user, channel, ts, action_id, block, value}: block by its place; value picks or types."""
        user, channel, ts = self.agent(fields), self.channel(fields), fields.text("ts")
        action, value, place = fields.text("action_id"), fields.value("value"), fields.value("block")
        ephemeral = next((one for one in self.slack.ephemerals if one["message_ts"] == ts), None)
        if ephemeral is None:
            message = self.message(channel, ts)
            self._note_press(message, action)
        else:
            self.record.pressed[user, channel] = ts
        block = _block_id(ephemeral["blocks"] if ephemeral else message.blocks, place)
        pressing = self.slack.press(user, channel, ts, action, value=value, block_id=block)
        self.spawn(self._await_answer(pressing, user, channel))

    def _note_press(self, message: Message, action: str) -> None:
        root = message.thread_ts or message.ts
        self.record.presses.add(root)
        if action in TAKES_BACK:
            self.record.taken_back[root] = clock.unix_time()

    async def react(self, fields: Fields) -> None:
        """POST /slack/react {user, channel, ts, name, on}."""
        user, name, is_on = self.agent(fields), fields.text("name"), fields.flag("on")
        message = self.message(self.channel(fields), fields.text("ts"))
        if is_on == (user in message.reactions.get(name, [])):
            return
        if is_on and name == TAKE_BACK:
            self.record.taken_back[message.thread_ts or message.ts] = clock.unix_time()
        change = self.slack.add_reaction if is_on else self.slack.remove_reaction
        self.spawn(change(user, message.channel, message.ts, name))

    async def archive(self, fields: Fields) -> None:
        """POST /slack/archive {user, channel, on}: a channel that the bot has made."""
        user, channel, is_on = self.agent(fields), self.slack.channels[self.channel(fields)], fields.flag("on")
        if not channel.creator:
            raise UnusableError("only a contact's own channel is archived here")
        if is_on != channel.is_archived:
            change = self.slack.archive if is_on else self.slack.unarchive
            self.spawn(change(user, channel.id))

    async def _await_answer(self, asking: Coroutine[Any, Any, SlashAnswer], user: str, channel: str) -> None:
        """Tell the person, in Slack's place, when a command or a button was not answered."""
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

    def agent(self, fields: Fields) -> str:
        """Return the person who acts."""
        user = fields.text("user")
        if user not in self.slack.users or self.slack.users[user].is_bot:
            raise UnusableError("there is no such user")
        return user

    def with_app(self, user: str, what: str) -> None:
        """Refuse what Slack offers only where the app is installed."""
        team = self.slack.teams[self.slack.users[user].team_id]
        if self.slack.installation_for(team.id) is None:
            raise UnusableError(f"Slack has no {what} of Volt for people of {team.name}: Volt is not installed there.")

    def channel(self, fields: Fields) -> str:
        """Return the channel where they act."""
        channel, user = fields.text("channel"), fields.text_or_none("user")
        if channel not in self.slack.channels:
            raise UnusableError("there is no such channel")
        if user is not None and user not in readers(self.slack, self.slack.channels[channel]):
            raise UnusableError("this person is not in that channel")
        return channel

    def file(self, file_id: object) -> dict[str, Any]:
        """Return what Slack says of a file."""
        held = self.slack.files.get(file_id) if isinstance(file_id, str) else None
        if held is None:
            raise UnusableError("there is no such file")
        return dict(held.shape)

    def message(self, channel: str, ts: str) -> Message:
        """Return a message that still stands."""
        message = self.slack.find(channel, ts)
        if message is None:
            raise UnusableError("this message is gone")
        return message

    def _human_message(self, fields: Fields) -> Message:
        message = self.message(self.channel(fields), fields.text("ts"))
        if message.bot_id is not None:
            raise UnusableError("only people's messages can be changed here")
        return message

    async def text(self, fields: Fields) -> None:
        """POST /phone/text {number, text, picture}: picture is one of the ready ones, by its name."""
        number, picture = fields.text("number"), fields.text_or_none("picture")
        if not (number.startswith("+") and number[1:].isascii() and number[1:].isdigit() and 8 <= len(number) <= 16):
            raise UnusableError("number has to look like +15555550145")
        if picture is not None and not (picture in READY and READY[picture].by_phone):
            raise UnusableError("there is no such picture")
        self.text_as(number, fields.text("text", may_be_empty=picture is not None), picture=picture)

    def text_as(self, number: str, words: str, *, picture: str | None = None) -> None:
        """Text from a customer's phone. A picture is at its line's address: the bot fetches from no other inner one."""
        count = len(self.record.texts) + 1
        server = self.whatsapp.glific.server if self.whatsapp.has(number) else self.volt.server
        media = [f"{server.url}/ready/{picture}"] if picture else []
        text = PhoneText(f"t{count}", number, words, media, clock.unix_time())
        self.record.texts.append(text)
        self.spawn(self._send(text))
        if self.fault_switches.on["forged"]:
            self.spawn(self.fault_switches.forge_text(number))

    async def _send(self, text: PhoneText) -> None:
        if self.whatsapp.has(text.number):
            text.taken = await self.whatsapp.text(text.number, text.body, text.media)
            return
        text.webhook = await self.volt.text(text.number, text.body, media=text.media)
        self.volt.tell("webhook", text.webhook)

    async def let_time_pass(self, fields: Fields) -> None:
        """POST /clock {minutes}: time passes for the bot, Slack, Volt, Glific and the phones alike."""
        clock.move(timedelta(minutes=fields.number("minutes", MOST_MINUTES)))
        self.record.calm_since = clock.unix_time()
        await self.volt.run_due(clock.now())
        self.whatsapp.glific.shut_windows()
        self.slack.tell("clock", clock.now())

    async def let_a_day_pass(self, fields: Fields) -> None:
        """POST /phone/day {number}: the window of somebody on WhatsApp shuts."""
        self.whatsapp.let_a_day_pass(self._on_whatsapp(fields))

    async def hand_over(self, fields: Fields) -> None:
        """POST /phone/flow {number}: a flow hands somebody on WhatsApp over to people."""
        number = self._on_whatsapp(fields)
        self.spawn(self.whatsapp.hand_over(self.bot_url, number))

    def _on_whatsapp(self, fields: Fields) -> str:
        number = fields.text("number")
        if not self.whatsapp.has(number):
            raise UnusableError("this customer is not on WhatsApp")
        return number

    async def zone(self, fields: Fields) -> None:
        """POST /zone {zone}: the viewer's time zone, used for all people at the keyboard."""
        name = fields.text("zone")
        if name not in available_timezones():
            raise UnusableError("there is no such time zone")
        for person in PEOPLE:
            self.slack.users[person.id].tz = name
            self.slack.tell("user", self.slack.users[person.id])

    async def switch(self, fields: Fields) -> None:
        """POST /faults {name, on}."""
        name, is_on = fields.text("name"), fields.flag("on")
        if name not in NAMES:
            raise UnusableError(f"name has to be one of {', '.join(NAMES)}")
        self.fault_switches.switch(name, is_on=is_on)
        if name == "forged" and is_on:
            self.spawn(self.fault_switches.forge_text(DANA.number))


def _block_id(blocks: list[dict[str, Any]], place: object) -> str | None:
    """Return the id of the block at a place; it gets one if it has none, as in Slack."""
    if not isinstance(place, int) or not 0 <= place < len(blocks):
        return None
    return str(blocks[place].setdefault("block_id", secrets.token_hex(3)))
