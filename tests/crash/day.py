"""A day in fast-forward: contacts write, are answered, put off and left alone, while bots are killed again and again.

Every notice, automatic answer and reminder is counted against a plain model: none is missing, none came twice.
`python -m tests.crash --day` runs it at full length, with `--on-postgres --bots 2` for two bots on PostgreSQL.
"""

from __future__ import annotations

import random
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.domain.timestamps import to_micros
from bot.sandbox import SlackStandIn, VoltStandIn
from bot.sandbox.clock import clock
from bot.sandbox.volt.model import VoltMessage
from tests.crash.day_bot import AUTOMATIC
from tests.crash.day_bots import ON_A_FILE, Bots, Database, Doom
from tests.crash.day_model import ANSWERED, FOLLOWED, TICK, TOLD, WOKEN, Contact, closed_since, is_open
from tests.harness.posts import seen
from tests.harness.world import ACCOUNT, AVA, CHANNEL

SETTLED = timedelta(seconds=10)
"""Time after a tick by which everything that follows from it has left."""
ONE_NOTICE = timedelta(hours=1)

LATEST_KILL_S = {"tick": 0.3, "text": 0.03, "settled": 0.3}
"""Longest time after a command at which a bot is killed: by then most are done, unless the machine is busy."""
MOST_CALLS = 12
"""Calls after which a bot is killed at the latest, where it is killed by their number: those of one tick."""

PHRASES = {
    TOLD: "The goal is an answer by",
    WOKEN: "you wanted to go on with this now",
    FOLLOWED: "has not answered. You wanted to be reminded",
    ANSWERED: "Automatic answer, because the office is closed",
}
"""What a line in a thread says, by what it is counted as."""

NOTICES = ("waited here for longer than the goal", "stands in the newer message below")


@dataclass
class Day:
    """A day of so many contacts, or as much of it as there are ticks; `writes` is the chance of a text in a tick."""

    bots: Bots
    slack: SlackStandIn
    volt: VoltStandIn
    seed: int
    contacts: list[Contact]
    ticks: int
    kills: int
    begins: int
    writes: float
    notices: int = 0
    texts: int = 0
    _begun: datetime | None = None
    _is_posted: bool = False
    _is_due: bool = False

    async def run(self) -> list[str]:
        """Live the day; returns what is wrong."""
        self.dice = random.Random(self.seed)
        begin = (datetime.now(UTC) + timedelta(days=1)).replace(hour=self.begins, minute=0, second=0, microsecond=0)
        self._move_to(begin)
        await self.bots.tell("settings", begin)
        self.doomed = set(self.dice.sample(range(self.ticks), self.kills))
        for number in range(self.ticks):
            await self._tick(begin + number * TICK, is_doomed=number in self.doomed)
        end = begin + self.ticks * TICK
        for number in range(4):  # what waits for its time, such as a line of receipts, leaves
            await self._tick(end + number * TICK, is_doomed=False, is_quiet=True)
        wrong = await self._compare(end + 4 * TICK)
        await self.bots.end()
        return wrong

    def _move_to(self, at: datetime) -> None:
        clock.move(max(at - clock.now(), timedelta()))

    async def _tick(self, at: datetime, *, is_doomed: bool, is_quiet: bool = False) -> None:
        self._move_to(at)
        where = self.dice.choice([*LATEST_KILL_S, "settled"])  # by then most is called
        calls = self.dice.choice([0, *range(1, MOST_CALLS)]) if where != "text" else 0
        doom = Doom(calls, self.dice.random() * LATEST_KILL_S[where]) if is_doomed else None
        await self.bots.tick(at, doom=doom if where == "tick" else None)
        missed = [contact for contact in self.contacts if contact.ring(at)]
        if missed:
            if self._begun is None or at >= self._begun + ONE_NOTICE:
                self._begun, self._is_posted = at, False
            self._is_due = True
        was_killed = is_doomed and where == "tick"
        if not (is_quiet or was_killed):  # a text would end what a notice is about that was cut off
            was_killed = await self._live(at, doom if where == "text" else None)
        await self._settle(at, doom=None if was_killed else doom)
        named = [one for one in self.contacts if one.is_missed and one.since and one.snoozed_until is None]
        if self._is_due and not self._is_posted and named:
            self.notices, self._is_posted = self.notices + 1, True
        self._is_due = False

    async def _live(self, at: datetime, doom: Doom | None) -> bool:
        """Have some contacts write, and agents work on others; True where that was the end of the bot."""
        writers = [one for one in self.contacts if self.dice.random() < self.writes]
        for contact in writers:
            await self._write(contact, at, doom=doom if contact is writers[0] else None)
        for contact in self.contacts:
            if contact not in writers and contact.has_written:
                await self._work_on(contact, at)
        return doom is not None and bool(writers)

    async def _settle(self, at: datetime, *, doom: Doom | None = None) -> None:
        """Let everything leave, and be looked up where a kill has left it unknown."""
        later = at + SETTLED
        self._move_to(later)
        unknown = await self.bots.tick(later, doom=doom)
        while unknown and later < at + TICK - SETTLED:
            later += SETTLED
            self._move_to(later)
            unknown = await self.bots.tick(later)

    async def _write(self, contact: Contact, at: datetime, *, doom: Doom | None) -> None:
        self.texts += 1
        stops = contact.has_written and not contact.has_stopped and self.dice.random() < 0.03
        text = "STOP" if stops else f"Question {self.texts}"
        kept = VoltMessage(ACCOUNT, contact.number, text, direction="inbound", status="received")
        self.volt.keep(kept)  # what Volt has told of stands in its record, or that could not be believed
        told = {"id": self.texts, "contact": contact.number, "text": text, "legacy_id": kept.legacy_id}
        await self.bots.tell("text", at, doom=doom, **told)
        contact.has_stopped = contact.has_stopped or stops
        is_first = contact.answered_at is None or contact.answered_at < closed_since(at)
        if not is_open(at) and is_first and not contact.has_stopped:
            contact.counts[ANSWERED] += 1
            contact.answered_at = at
        contact.has_written = True
        contact.begin(at)

    async def _work_on(self, contact: Contact, at: datetime) -> None:
        """Do what agents do about one contact, if anything."""
        chance, about = self.dice.random(), contact.number
        until = at + TICK * self.dice.randrange(1, 40)
        if contact.since is None:
            if contact.follow_up_at is None and not contact.is_closed and chance < 0.02:
                await self.bots.tell("later", at, contact=about, until=to_micros(until))
                contact.follow_up_at = until
        elif chance < 0.05 and not contact.is_taken:
            await self.bots.tell("assign", at, contact=about)
            contact.is_taken = True
        elif chance < 0.08:
            if contact.snoozed_until is None:
                await self.bots.tell("later", at, contact=about, until=to_micros(until))
                contact.snoozed_until = until
        elif chance < 0.1:
            await self.bots.tell("close", at, contact=about)
            contact.end()
            contact.is_closed = True
        elif chance < 0.3 and not contact.has_stopped:
            await self._reply(contact, at)

    async def _reply(self, contact: Contact, at: datetime) -> None:
        thread = await self.bots.tell("thread", at, contact=contact.number)
        words = f"Answer {self.texts} at {at:%H:%M} to {contact.number[-4:]}"
        ts = await self.slack.say(AVA, CHANNEL, words, thread_ts=thread)
        await self.bots.tell("reply", at, thread=thread, ts=ts, text=words)
        contact.replies.append(words)
        contact.end()
        contact.is_taken = True  # by who answered

    # --- what came of it

    async def _compare(self, at: datetime) -> list[str]:
        wrong = [f"a bug: {bug}" for bug in await self.bots.tell("bugs", at)]
        posts = [one for one in self.slack.channels[CHANNEL].messages if one.bot_id and not one.deleted]
        by_thread: dict[str, Counter[str]] = {}
        for post in posts:
            for what, phrase in PHRASES.items():
                by_thread.setdefault(post.thread_ts or post.ts, Counter())[what] += phrase in seen(post)
        for contact in self.contacts:
            wrong += await self._compare_one(contact, by_thread, at)
        shown = [one for one in posts if any(words in seen(one) for words in NOTICES)]
        if len(shown) != self.notices:
            wrong.append(f"{len(shown)} notices in the channel instead of {self.notices}")
        missed = sorted((one, since) for one, since in await self.bots.tell("missed", at))
        expected = sorted((one.number, since) for one in self.contacts for since in one.missed)
        if missed != expected:
            wrong.append(f"goals missed: {len(missed)} instead of {len(expected)}")
        return wrong

    async def _compare_one(self, contact: Contact, by_thread: dict[str, Counter[str]], at: datetime) -> list[str]:
        if not contact.has_written:
            return []
        thread = await self.bots.tell("thread", at, contact=contact.number)
        found = by_thread.get(thread, Counter())
        wrong = [
            f"{contact.number}: {what} {found[what]} times instead of {contact.counts[what]}"
            for what in PHRASES
            if found[what] != contact.counts[what]
        ]
        sent = Counter(one.body for one in self.volt.outbound(contact.number))
        expected = Counter({**Counter(contact.replies), AUTOMATIC: contact.counts[ANSWERED]})
        if +sent != +expected:
            wrong.append(f"{contact.number} got {dict(sent - expected)} too much, {dict(expected - sent)} too little")
        return wrong

    def totals(self) -> str:
        """Say what happened."""
        counts: Counter[str] = sum((one.counts for one in self.contacts), Counter())
        said = ", ".join(f"{what} {counts[what]}" for what in PHRASES)
        missed = sum(len(one.missed) for one in self.contacts)
        kills = f"{self.bots.kills} kills, {self.bots.cut_off} of which left calls"
        return f"{self.texts} texts, {kills}; {said}; goals missed {missed}, notices {self.notices}"


@asynccontextmanager
async def day_of(
    folder: Path,
    *,
    seed: int,
    contacts: int = 500,
    ticks: int = 288,
    kills: int = 20,
    begins: int = 6,
    writes: float = 0.012,
    on: Database = ON_A_FILE,
) -> AsyncIterator[Day]:
    """Give a day that is to be lived."""
    async with SlackStandIn() as slack, VoltStandIn(ACCOUNT) as volt:
        volt.receipts = "manual"
        having = Bots(folder, (slack, volt), on)
        people = [Contact(f"+1555556{number:04d}") for number in range(contacts)]
        try:
            yield Day(having, slack, volt, seed, people, ticks, kills, begins, writes)
        finally:
            clock.reset()


async def run_day(folder: Path, seed: int, on: Database, contacts: int) -> bool:
    """Live a whole day, and say what came of it; True where nothing is wrong."""
    async with day_of(folder, seed=seed, contacts=contacts, on=on) as day:
        wrong = await day.run()
        words = "\n".join([f"a day, seed {seed}, {on}: {day.totals()}", *wrong, "good" if not wrong else "BAD"])
        sys.stdout.write(f"{words}\n")
    return not wrong
