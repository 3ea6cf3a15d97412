"""Two-way traffic of texts that are all different, and the record of when each was offered and accepted.

A text is accepted when the bot has answered 200 to it; from then on it must not get lost. Whoever talks mostly waits
for that before saying the next, and sometimes does not.
"""

from __future__ import annotations

import asyncio
import math
import random
from dataclasses import dataclass
from itertools import count
from typing import Any

from bot.sandbox.wire import Hop
from tests.crash.bench import CHANNEL, Bench

INBOUND, OUTBOUND = "in", "out"
MOST = 24
"""Texts of one contact, then another comes: Volt lists fifty of a conversation at once, and the bot reads one page."""


@dataclass
class Said:
    """One text; times in Unix seconds, infinite until they come."""

    way: str
    contact: str
    number: int
    is_command: bool = False  # said by /volt: Slack brings it once, so what was not answered may be there or not
    offered_at: float = math.inf  # the first request that carried it began
    accepted_at: float = math.inf  # the first answer 200 was there

    @property
    def body(self) -> str:
        """Its words, which no other text has."""
        return f"{self.way} {self.contact[-4:]} {self.number}"

    @property
    def is_accepted(self) -> bool:
        """Whether the bot has answered 200."""
        return self.accepted_at < math.inf


class Traffic:
    """Contacts and agents who talk until they are told to stop."""

    def __init__(self, bench: Bench, seed: str, *, patience_s: float) -> None:
        self.said: dict[str, Said] = {}
        self._bench = bench
        self._seed = seed
        self._patience_s = patience_s
        self._is_over = False
        self._numbers = count(200)
        self._talks: list[asyncio.Task[None]] = []
        for stand_in in (bench.slack, bench.volt):
            stand_in.listeners.append(self._note)

    @property
    def contacts(self) -> list[str]:
        """Everybody who said something, in the order of their first words."""
        return list(dict.fromkeys(said.contact for said in self.said.values()))

    def _note(self, kind: str, thing: Any) -> None:
        said = self.said.get(words_of(thing)) if kind == "hop" else None
        if said is not None:
            said.offered_at = min(said.offered_at, thing.at)
            if is_yes(thing):
                said.accepted_at = min(said.accepted_at, thing.at + thing.elapsed_ms / 1000)

    # --- talking

    def begin(self, seats: int, *, most: int = MOST, pause_s: float = 0.6) -> None:
        """Let so many contacts talk with agents at the same time, a new one whenever one has said enough."""
        self._talks += [asyncio.create_task(self._take_turns(most, pause_s)) for _ in range(seats)]

    async def _take_turns(self, most: int, pause_s: float) -> None:
        while not self._is_over:
            await self._talk(f"+1555555{next(self._numbers):04}", most, pause_s)

    async def _talk(self, contact: str, most: int, pause_s: float) -> None:
        chance = random.Random(f"{self._seed} {contact}")
        most = chance.randint(1, most)
        while not self._is_over and self._count(contact) < most:
            for _ in range(chance.randint(1, 2)):
                await self._say(contact, INBOUND, waits=chance.random() < 0.7)
            for _ in range(chance.randint(0, 2)):
                await self._answer(contact, chance)
            await asyncio.sleep(chance.uniform(0.0, pause_s))

    def _count(self, contact: str) -> int:
        return sum(said.contact == contact for said in self.said.values())

    async def _answer(self, contact: str, chance: random.Random) -> None:
        if chance.random() < 0.2:
            said = self._new(contact, OUTBOUND, is_command=True)
            await self._bench.slack.command("U0AVA", CHANNEL, "/volt", f"send {contact} {said.body}")
        elif self._bench.root_of(contact):
            await self._say(contact, OUTBOUND, waits=chance.random() < 0.7)

    async def _say(self, contact: str, way: str, *, waits: bool) -> None:
        said = self._new(contact, way)
        if way == INBOUND:
            await self._bench.volt.text(contact, said.body)
        else:
            root = self._bench.root_of(contact)
            await self._bench.slack.say("U0AVA", CHANNEL, said.body, thread_ts=root)
        if waits:
            await self._until(lambda: said.is_accepted, way)

    def _new(self, contact: str, way: str, *, is_command: bool = False) -> Said:
        number = sum((one.way, one.contact) == (way, contact) for one in self.said.values())
        said = Said(way, contact, number, is_command)
        self.said[said.body] = said
        return said

    async def _until(self, predicate: Any, way: str) -> None:
        stand_in = self._bench.volt if way == INBOUND else self._bench.slack
        await stand_in.until(predicate, timeout_s=self._patience_s)

    # --- the end

    async def end(self) -> None:
        """Let everybody finish and say a last text in each direction; return once all that was said has arrived.

        The last ones matter: as each direction of a conversation is strictly in order, nothing of it is open behind
        them. Raises TimeoutError.
        """
        self._is_over = True
        await asyncio.gather(*self._talks)
        await asyncio.gather(*(self._say_last(contact) for contact in self.contacts))
        await self._bench.slack.until(lambda: self._has_arrived(INBOUND), timeout_s=self._patience_s)
        await self._bench.volt.until(lambda: self._has_arrived(OUTBOUND), timeout_s=self._patience_s)

    async def _say_last(self, contact: str) -> None:
        await self._say(contact, INBOUND, waits=True)
        await self._bench.slack.until(lambda: self._bench.root_of(contact), timeout_s=self._patience_s)
        await self._say(contact, OUTBOUND, waits=True)

    def _has_arrived(self, way: str) -> bool:
        wanted = {said.body for said in self.said.values() if said.way == way and said.is_accepted}
        if way == INBOUND:
            return wanted <= {line for _, line in self._bench.lines()}
        return wanted <= {message.body for message in self._bench.volt.messages}

    async def give_up(self) -> None:
        """Stop everybody at once."""
        for talk in self._talks:
            talk.cancel()
        await asyncio.gather(*self._talks, return_exceptions=True)


def words_of(hop: Hop) -> str:
    """Return the words of the text that a hop carried to the bot; "" for all others."""
    body = hop.request if isinstance(hop.request, dict) else {}
    if hop.direction == "volt→bot":
        payload = body.get("payload") or {}
        return str(payload.get("text")) if payload.get("event_type") == "message.received" else ""
    if hop.direction != "slack→bot":
        return ""
    if "command" in body:
        return str(body.get("text")).split(maxsplit=2)[2]
    event = body.get("event") or {}
    is_text = event.get("type") == "message" and "subtype" not in event and "bot_id" not in event
    return str(event.get("text")) if is_text else ""


def is_yes(hop: Hop) -> bool:
    """Whether the bot took the text: 200, and words that say so where it was asked in words."""
    is_command = isinstance(hop.request, dict) and "command" in hop.request
    return hop.status == 200 and (not is_command or "Sending your text" in str(hop.answer))
