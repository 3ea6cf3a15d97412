"""A team shares conversations out, goes away and hands over while its bot, or one of its bots, is killed at each step.

What counts is what stands in Slack: each conversation is given to somebody once, passed on once, handed over once.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.domain.ids import UserId
from bot.sandbox.bot_process import BotProcess
from bot.sandbox.slack.state.model import Message
from tests.harness.as_process import Harness
from tests.harness.fleet import Fleet, Place
from tests.harness.posts import seen
from tests.harness.sight import Sight
from tests.harness.windows import fill, opened, window
from tests.harness.world import AVA, BEN, CHANNEL

CLEO = UserId("U0CLEO")
CONTACTS = tuple(f"+1555555030{number}" for number in range(6))

TURN, PASSED, GIVEN = "it was their turn", "is not there, so", "gave this conversation to"
"""Lines of a thread: given out, passed on, handed over."""

Moments = Sequence[tuple[str, int]]
"""When a bot is killed: as soon as Slack has taken so many posts that say this, before it has answered."""

PATIENCE_S = 60.0


@dataclass
class Strikes:
    """Kills a bot at each of these moments, of several bots each in turn, and starts it again."""

    harness: Harness
    moments: Moments
    met: Counter[str] = field(default_factory=Counter)
    kills: int = 0
    _revivals: list[asyncio.Task[None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.harness.slack.listeners.append(self)

    def __call__(self, kind: str, thing: Any) -> None:
        """Hear of a post."""
        if kind != "message" or not isinstance(thing, Message) or not thing.bot_id:
            return
        for words in {words for words, _ in self.moments if words in seen(thing)}:
            self.met[words] += 1
            if (words, self.met[words]) in self.moments and not self._strike():
                self.met[words] -= 1  # one is dead already: the next such post counts

    def _strike(self) -> bool:
        if any(not one.done() for one in self._revivals):
            return False
        place = self.harness.places[self.kills % len(self.harness.places)] if isinstance(self.harness, Fleet) else None
        bot = self.harness.bot if place is None else place.bot
        assert bot is not None
        assert bot.pid is not None
        os.kill(bot.pid, signal.SIGKILL)
        self.kills += 1
        self._revivals.append(asyncio.create_task(self._revive(bot, place)))
        return True

    async def _revive(self, bot: BotProcess, place: Place | None) -> None:
        if place is not None:
            place.has_started = False
        await bot.wait()
        if place is not None and isinstance(self.harness, Fleet):
            await self.harness.start_at(place)
        else:
            await self.harness.start()

    async def are_over(self) -> None:
        """Wait until every bot is there again."""
        while pending := [one for one in self._revivals if not one.done()]:
            await asyncio.gather(*pending)


@dataclass
class Day:
    """What a team does in its channel, and what stands there then."""

    harness: Harness

    def __post_init__(self) -> None:
        self.sight = Sight(self.harness.slack, self.harness.volt)

    async def agree(self) -> None:
        """Share out in turn between two on duty."""
        slack = self.harness.slack
        slack.add_user(CLEO, "Cleo Marsh")
        for user in (AVA, BEN):
            await slack.command(user, CHANNEL, "/volt", "on")
        await slack.command(AVA, CHANNEL, "/volt", "assign")
        await opened(self.sight)
        await fill(self.sight, team_on_reply=["on_reply"], team_distribution="round robin")

    async def hear_from_all(self) -> None:
        """Let all contacts text at once, and wait until each conversation is somebody's."""
        await asyncio.gather(*(self.harness.volt.text(contact, f"Hello from {contact}") for contact in CONTACTS))
        await self._until(lambda: all(self.count(TURN, contact) for contact in CONTACTS))

    async def go_away(self, user: UserId) -> None:
        """Let somebody go away, and wait until what they had is passed on."""
        had = self.of(user)
        await self.harness.slack.command(user, CHANNEL, "/volt", "away until friday")
        await self._until(lambda: all(self.count(PASSED, contact) for contact in had))

    async def hand_over_twice(self, contact: str) -> None:
        """Let two people hand the same conversation over at once, each to somebody else, from the form of before."""
        slack, header = self.harness.slack, self.sight.headers(contact)[-1]
        menus = [one for block in header.blocks for one in block.get("elements", ()) if one.get("options")]
        values = [option["value"] for menu in menus for option in menu["options"]]
        value = next(one for one in values if one.startswith("assign_to"))
        for user in (AVA, BEN):
            await slack.press(user, CHANNEL, header.ts, "more", value=value)
            await opened(self.sight, user)
        forms = [(AVA, window(self.sight, AVA), CLEO), (BEN, window(self.sight, BEN), BEN)]
        await asyncio.gather(
            *(
                slack.submit(user, view, {"user": {"user": to}, "note": {"note": f"from {user}"}})
                for user, view, to in forms
            )
        )
        await self._until(lambda: self.count(GIVEN, contact))
        await self._until(lambda: self.holder(contact) in (CLEO, BEN))  # the edit may have been a dead bot's

    async def _until(self, predicate: Callable[[], Any]) -> None:
        await self.harness.until(self.harness.slack, predicate, still_s=PATIENCE_S)

    def count(self, words: str, contact: str) -> int:
        """Count the lines of a contact's threads that say this."""
        return sum(words in line for line in self.sight.lines(contact))

    def holder(self, contact: str) -> str:
        """Read who has a conversation, as its header says; "" for nobody."""
        (header,) = self.sight.headers(contact)
        _, has, rest = seen(header).partition("Needs a reply · <@")
        return rest.partition(">")[0] if has else ""

    def of(self, user: UserId) -> list[str]:
        """List the contacts whose conversations somebody has."""
        return [contact for contact in CONTACTS if self.holder(contact) == user]

    async def settled(self, *holders: UserId) -> None:
        """Wait until the headers say that all conversations are these people's."""
        await self._until(lambda: {self.holder(contact) for contact in CONTACTS} == set(holders))
