"""Two-way traffic of texts that are all different, by contacts who text and agents who answer, until all is said.

Whoever talks mostly waits until the bot has taken a text before saying the next, and sometimes does not.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

from bot.sandbox.slack.state.model import Message
from tests.crash.agents import Agents
from tests.crash.history import INBOUND, OUTBOUND, Said
from tests.crash.records import Records
from tests.harness.as_process import Harness
from tests.harness.tenants import Tenant

WHOLE_ROUND_S = 3_600.0
"""While it goes on nobody loses patience: the bot may be dead for most of the time. In the end it has to come."""

LOOK_AGAIN_S = 0.5
"""Pause of somebody who waits until a text is in its thread."""

MOST = 24
"""Texts of one contact, then another comes: Volt lists fifty of a conversation at once, and the bot reads one page."""


@dataclass(frozen=True)
class Habits:
    """How people behave: the share of replies that they think better of, of threads that ask first, and of commands.

    `known` contacts come first, before new ones do. `numbers` of ours are texted in turn; none: the main one.
    `follow` says that contacts who wait do so until their text is in its thread, not only until the bot has it.
    """

    second_thoughts: float = 0.0
    drafts: float = 0.0
    commands: float = 0.2
    known: Sequence[str] = ()
    numbers: Sequence[str] = ()
    follow: bool = False


PLAIN = Habits()
LIVELY = Habits(second_thoughts=0.45, drafts=0.2)


class Traffic:
    """Contacts and agents of a workspace who talk until they are told to stop."""

    def __init__(self, harness: Harness, tenant: Tenant, seed: str, *, patience_s: float) -> None:
        self.tenant = tenant
        self.records = Records(tenant)
        self.agents = Agents(harness, tenant, self.records)
        self._harness = harness
        self._seed = f"{seed} {tenant.mark}".rstrip()
        self._patience_s = patience_s
        self._habits = PLAIN
        self._is_over = False
        self._coming = count(200)
        self._talks: list[asyncio.Task[None]] = []

    # --- talking

    def begin(self, seats: int, *, most: int = MOST, pause_s: float = 0.6, habits: Habits = PLAIN) -> None:
        """Let so many contacts talk with agents at the same time, a new one whenever one has said enough."""
        self._habits = habits
        self._talks += [asyncio.create_task(self._take_turns(most, pause_s)) for _ in range(seats)]

    async def _take_turns(self, most: int, pause_s: float) -> None:
        while not self._is_over:
            await self._talk(self._next_contact(), most, pause_s)

    def _next_contact(self) -> str:
        known, number = self._habits.known, next(self._coming)
        return known[number - 200] if number - 200 < len(known) else f"+1555555{number:04}"

    async def _talk(self, contact: str, most: int, pause_s: float) -> None:
        chance = random.Random(f"{self._seed} {contact}")
        most, asks = chance.randint(1, most), chance.random() < self._habits.drafts
        while not self._is_over and self._count(contact) < most:
            for _ in range(chance.randint(1, 2)):
                await self.text(contact, waits=chance.random() < 0.7)
            if asks:
                await self.agents.ask_first(await self.root_of(contact))
                asks = False
            for _ in range(chance.randint(0, 2)):
                await self._answer(contact, chance)
            await asyncio.sleep(chance.uniform(0.0, pause_s))

    def _count(self, contact: str) -> int:
        return sum(said.contact == contact for said in self.records.said.values())

    async def text(self, contact: str, *, waits: bool = True) -> None:
        """Let a contact text."""
        said, numbers = self.records.new(contact, INBOUND), self._habits.numbers
        to = numbers[int(contact[-4:]) % len(numbers)] if numbers else None
        await self.tenant.volt.text(contact, said.body, to=to)
        if waits:
            await self._taken(said)
        if waits and self._habits.follow:
            await self._shown(said)

    async def _answer(self, contact: str, chance: random.Random) -> None:
        root = self.tenant.root_of(contact)
        asks_first = root is not None and self.agents.asks_first(root)
        if chance.random() < self._habits.commands and not asks_first:
            said = self.records.new(contact, OUTBOUND, is_command=True)
            by, where = self.tenant.writer, self.tenant.channel
            await self.tenant.slack.command(by, where, "/volt", f"send {contact} {said.body}")
        elif root is not None:
            await self._reply(contact, root, chance, reconsiders=chance.random() < self._habits.second_thoughts)

    async def _reply(self, contact: str, root: Message, chance: random.Random, *, reconsiders: bool) -> None:
        said, message = await self.agents.write(contact, root)
        if said.is_draft:
            await self.agents.decide(said, message, chance, edits=reconsiders)
            return
        if reconsiders:
            self.agents.reconsider(said, message, chance)
        if chance.random() < 0.7:
            await self._taken(said)

    async def _taken(self, said: Said) -> None:
        await self._until(lambda: said.is_accepted or said.is_unheard, said.way)

    async def _shown(self, said: Said) -> None:
        while True:
            root = self.tenant.root_of(said.contact)
            posts = self.tenant.thread_of(root) if root is not None else ()
            if any(said.body in one.text.splitlines() for one in posts):
                return
            await asyncio.sleep(LOOK_AGAIN_S)

    async def root_of(self, contact: str) -> Message:
        """Return the header of a contact's thread, once it is there."""
        await self._until(lambda: self.tenant.root_of(contact) is not None, OUTBOUND)
        root = self.tenant.root_of(contact)
        assert root is not None
        return root

    async def _until(self, predicate: Any, way: str) -> None:
        stand_in = self.tenant.volt if way == INBOUND else self.tenant.slack
        await stand_in.until(predicate, timeout_s=WHOLE_ROUND_S)

    # --- the end

    async def end(self) -> None:
        """Let everybody finish and say a last text in each direction; return once all that was said has arrived.

        The last ones matter: as each direction of a conversation is strictly in order, nothing of it is open behind
        them. Raises TimeoutError.
        """
        self._is_over = True
        try:
            async with asyncio.timeout(self._patience_s):
                await asyncio.gather(*self._talks)
                await self.agents.finish()
                await asyncio.gather(*(self.say_last(contact) for contact in self.records.contacts))
        except TimeoutError:
            raise TimeoutError(
                "people could not finish: a text was not taken, or a draft or a thread did not come"
            ) from None
        await self._harness.until(self.tenant.slack, self.are_shown, still_s=self._patience_s)
        await self.are_all_sent()

    async def are_all_sent(self) -> None:
        """Return once all that has to is on phones. Raises TimeoutError."""
        await self._harness.until(self.tenant.volt, self.are_sent, still_s=self._patience_s)

    async def say_last(self, contact: str) -> None:
        """Text once more, and answer once more."""
        await self.text(contact, waits=True)
        root = await self.root_of(contact)
        await self._reply(contact, root, random.Random(f"{self._seed} {contact} last"), reconsiders=False)

    def are_shown(self) -> bool:
        """Whether every text that was taken is in its thread."""
        wanted = {one.body for one in self.records.texts(INBOUND) if one.is_accepted}
        return wanted <= {line for _, line in self.tenant.lines()}

    def are_sent(self) -> bool:
        """Whether every reply that has to is on a phone."""
        bodies = {message.body for message in self.tenant.volt.messages}
        wanted = (one for one in self.records.texts(OUTBOUND) if one.must_arrive)
        return all(not bodies.isdisjoint(one.versions) for one in wanted)

    async def give_up(self) -> None:
        """Stop everybody at once."""
        for conversation in self._talks:
            conversation.cancel()
        await asyncio.gather(*self._talks, return_exceptions=True)
        await self.agents.give_up()
