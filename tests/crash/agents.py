"""What people in Slack do: write under a header, and afterwards edit, delete, ask back by reaction or button, approve.

Nobody waits for the bot between two acts, unless there is a button to press: Slack brings what they do in whatever
order it likes.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Coroutine
from typing import Any

from bot.sandbox.slack.state.model import Message
from tests.crash.history import OUTBOUND, Act, Deed, Said
from tests.crash.posts import actions, elements, seen
from tests.crash.records import Records
from tests.harness.as_process import Harness
from tests.harness.tenants import Tenant

PLANS = (
    *[(Act.EDIT,), (Act.EDIT, Act.EDIT), (Act.EDIT, Act.EDIT, Act.EDIT)] * 2,
    *[(Act.DELETE,), (Act.EDIT, Act.DELETE), (Act.REACT,), (Act.EDIT, Act.REACT), (Act.UNDO,)],
)
"""What is done about one reply, one act after the other."""

SEND_BUTTONS = ("send_text", "send_text_anyway")
ASKED_S = 4.0
"""How long people wait for what they asked the bot for before they ask again: a button or a word comes only once."""

APART_S = 3.0
"""Replies closer than this may have lines that stand below the other one."""

HELD_S = 1.9
"""A bot that answers a button later than this has said that it will see to it."""


class Agents:
    """Everybody of a workspace who writes in Slack."""

    def __init__(self, harness: Harness, tenant: Tenant, records: Records) -> None:
        self._harness = harness
        self._tenant = tenant
        self._slack = harness.slack
        self._records = records
        self._tasks: set[asyncio.Task[Any]] = set()

    def _spawn(self, work: Coroutine[Any, Any, Any]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def finish(self) -> None:
        """Wait until everything that was begun is done."""
        while self._tasks:
            await asyncio.gather(*self._tasks)

    async def give_up(self) -> None:
        """Stop at once."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # --- writing

    async def write(self, contact: str, root: Message) -> tuple[Said, Message]:
        """Write under a header; returns the text and its message, before Slack has told the bot of it."""
        said = self._records.new(contact, OUTBOUND, root=root.ts)
        channel = self._slack.channels[root.channel]
        said.is_unheard = not channel.has_bot(self._tenant.team)
        said.is_draft = self.asks_first(root)
        self._spawn(self._slack.say(self._tenant.writer, root.channel, said.body, thread_ts=root.ts))
        await asyncio.sleep(0)  # Slack has it now; its event is on the way
        return said, next(one for one in reversed(channel.messages) if one.text == said.body)

    def asks_first(self, root: Message) -> bool:
        """Whether a thread's header says that replies wait for somebody's word."""
        return "presses Send" in seen(root)

    async def ask_first(self, root: Message) -> None:
        """Have a thread ask before it sends."""
        word = f"<@{self._tenant.installed.bot_user_id}> mode confirm"
        while not self.asks_first(root):
            self._spawn(self._slack.say(self._tenant.writer, root.channel, word, thread_ts=root.ts))
            await self._is_soon(lambda: self.asks_first(root))

    async def _is_soon(self, predicate: Any) -> bool:
        try:
            return bool(await self._slack.until(predicate, timeout_s=ASKED_S))
        except TimeoutError:
            return False

    # --- thinking better of it

    def reconsider(self, said: Said, message: Message, chance: random.Random) -> None:
        """Begin to do something about a reply."""
        plan = chance.choice(PLANS)
        gaps = [chance.uniform(0.0, self._harness.undo_window_s * 0.7 + 0.1) for _ in plan]
        self._spawn(self._do(said, message, list(zip(plan, gaps, strict=True))))

    async def _do(self, said: Said, message: Message, plan: list[tuple[Act, float]]) -> None:
        for act, gap_s in plan:
            await asyncio.sleep(gap_s)
            if act is Act.UNDO:
                await self._undo(said, message)
            else:
                self._act(said, message, act)

    def _act(self, said: Said, message: Message, act: Act) -> None:
        place = message.channel, message.ts
        match act:
            case Act.EDIT:
                self._spawn(self._slack.edit(*place, self._records.edit(said).words))
            case Act.DELETE:
                self._records.did(said, act, message.ts)
                self._spawn(self._slack.delete(*place))
            case Act.REACT:
                self._records.did(said, act, message.ts)
                self._spawn(self._slack.add_reaction(self._tenant.colleague, *place, "leftwards_arrow_with_hook"))

    async def _undo(self, said: Said, message: Message) -> None:
        """Press Undo, where it can only mean this reply: nothing else of the thread waits."""
        if any(
            self._may_wait(one)
            for one in self._records.texts(OUTBOUND)
            if one.contact == said.contact and one is not said
        ):
            return
        if await self._is_soon(lambda: self._line_under(message) is not None):
            line = self._line_under(message)
            if line is not None:
                await self._press(line, "undo", said.did(Act.UNDO))

    def _line_under(self, message: Message) -> Message | None:
        """Find the line that offers to take back this reply and can be about no other: none was written near it."""
        replies = [one for one in self._thread(message) if not one.bot_id and one.ts != message.ts]
        if any(abs(float(one.ts) - float(message.ts)) < APART_S or one.ts > message.ts for one in replies):
            return None
        return next((one for one in self._thread(message) if one.ts > message.ts and _undo_key(one)), None)

    def _thread(self, message: Message) -> list[Message]:
        said = self._slack.channels[message.channel].messages
        return [one for one in said if one.thread_ts == message.thread_ts and not one.deleted]

    def _may_wait(self, one: Said) -> bool:
        is_over = any(deed.is_accepted for deed in one.deeds) if one.is_taken_back else self.has_arrived(one)
        return not is_over

    def has_arrived(self, one: Said) -> bool:
        """Whether a phone shows it, in any of its words."""
        bodies = {text.body for text in self._tenant.volt.outbound(one.contact)}
        return not bodies.isdisjoint(one.versions)

    def _lines(self, message: Message) -> list[Message]:
        root = self._slack.find(message.channel, str(message.thread_ts))
        return self._tenant.thread_of(root) if root else []

    async def _press(self, line: Message, action: str, deed: Deed) -> None:
        deed.offered_at = time.time()
        answer = await self._slack.press(self._tenant.colleague, line.channel, line.ts, action)
        if answer.status == 200 and answer.elapsed_s < HELD_S:
            deed.accepted_at = time.time()

    # --- drafts

    async def decide(self, said: Said, message: Message, chance: random.Random, *, edits: bool) -> None:
        """Press Send under a draft until it has gone; with `edits` it is often changed just before that."""
        while not self.has_arrived(said):
            if await self._is_soon(lambda: self._asking(said, message) or self.has_arrived(said)):
                await self._decide_once(said, message, chance, edits=edits and len(said.versions) < 4)

    async def _decide_once(self, said: Said, message: Message, chance: random.Random, *, edits: bool) -> None:
        if edits and chance.random() < 0.5:
            self._act(said, message, Act.EDIT)
            await asyncio.sleep(chance.uniform(0.0, 0.3))
        line = self._asking(said, message)
        if line is None:
            return
        under = max((words for words in said.versions if words in seen(line)), key=len)
        action = next(name for name in SEND_BUTTONS if name in actions(line))
        before = seen(line)
        await self._press(line, action, said.did(Act.SEND, under))
        await self._is_soon(lambda: self.has_arrived(said) or seen(line) != before)

    def _asking(self, said: Said, message: Message) -> Message | None:
        lines = (one for one in self._lines(message) if not actions(one).isdisjoint(SEND_BUTTONS))
        return next((one for one in lines if any(words in seen(one) for words in said.versions)), None)


def _undo_key(message: Message) -> str:
    return next((str(one.get("value")) for one in elements(message) if one.get("action_id") == "undo"), "")
