"""Rounds of a bot whose one line is at Glific: it is killed, its stream is cut, its token dies, its answers get lost.

Nothing repeats to it what it missed and nothing tells it which text was its own: only Glific's record does.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tests.crash.glific_harness import GlificHarness
from tests.crash.meanwhile import Meanwhile
from tests.crash.rounds import Round, round_with
from tests.crash.traffic import Habits

CONTACTS = 20
"""Who write and are answered at the same time."""

SEND = "createAndSendMessage"
PAUSE_S = 8.0
"""Longest pause of a contact: Glific takes three calls a second, and no more may be asked of it for long."""

PATIENCE_S = 240.0
"""How long a bot may do nothing before it is waited for no longer: a minute's calls may be used up, thrice."""

HABITS = Habits(commands=0.1, follow=True)


@asynccontextmanager
async def _talk_at(
    name: str, harness: GlificHarness, seed: str, *, contacts: int, pause_s: float
) -> AsyncIterator[Round]:
    """Give a round that everybody talks in; people who are asked answer at once."""
    async with round_with(name, harness, seed, PATIENCE_S) as one:
        await harness.start()
        one.begin(contacts, pause_s=pause_s, habits=HABITS)
        one.decide()
        await harness.slack.until(lambda: one.conversations() >= contacts, timeout_s=PATIENCE_S)
        yield one


async def kills_at_glific(
    folder: Path, seed: str, *, kills: int, contacts: int = CONTACTS, pause_s: float = PAUSE_S
) -> Round:
    """Kill the bot again and again under traffic; halfway every token dies, and at times answers get lost."""
    harness, chance = GlificHarness(folder), random.Random(f"{seed} kills")
    async with _talk_at("kills at glific", harness, seed, contacts=contacts, pause_s=pause_s) as one:
        disorder = Disorder(harness, f"{seed} stream")
        disorder.begin()
        while harness.kills < kills:
            await _live_and_die(harness, chance, kills)
            if harness.kills >= kills / 2 and disorder.tokens_killed == 0:
                disorder.kill_tokens()
        await disorder.stop()
        one.notes.append(f"tokens killed {disorder.tokens_killed}")
    return one


async def _live_and_die(harness: GlificHarness, chance: random.Random, kills: int) -> None:
    """Let the bot live long enough to read, show and send something; now and then kill it at its start, too."""
    await asyncio.sleep(chance.uniform(1.0, 12.0))
    await harness.kill()
    if chance.random() < 0.2 and harness.kills < kills:
        await harness.kill_while_starting(chance.uniform(0.3, 2.5))
    await harness.start()


async def cut_from_glific(
    folder: Path, seed: str, *, down_s: float = 60.0, contacts: int = CONTACTS, pause_s: float = PAUSE_S
) -> Round:
    """Let no stream of Glific's be had for so long under traffic; meanwhile its token dies, too."""
    harness = GlificHarness(folder)
    async with _talk_at("cut from glific", harness, seed, contacts=contacts, pause_s=pause_s) as one:
        before = len(harness.glific.messages)
        harness.glific.rules.refuse_sockets = True
        harness.glific.sockets.cut()
        await asyncio.sleep(down_s / 2)
        harness.glific.sessions.end_access()
        await asyncio.sleep(down_s / 2)
        missed = [message for message in harness.glific.messages[before:] if message.flow == "INBOUND"]
        harness.glific.rules.refuse_sockets = False
        one.notes.append(f"down {down_s:g} s, written meanwhile {len(missed)}")
        one.complaints += [] if missed else ["nobody wrote while the stream was cut"]
    return one


async def lost_answers_at_glific(
    folder: Path, seed: str, *, times: int, contacts: int = CONTACTS, pause_s: float = PAUSE_S
) -> Round:
    """Let Glific take so many texts and cut the connection instead of answering; no receipt tells of any text."""
    harness = GlificHarness(folder)
    harness.glific.receipts = "manual"
    async with _talk_at("answers of glific", harness, seed, contacts=contacts, pause_s=pause_s) as one:
        rules = harness.glific.rules
        rules.only, rules.drop_answers = (SEND,), times
        await harness.glific.until(lambda: rules.drop_answers == 0, timeout_s=PATIENCE_S)
        one.notes.append(f"answers lost {times}")
    return one


class Disorder(Meanwhile):
    """A stream that repeats, turns about and loses events, and is cut at random moments, from begin() to stop()."""

    def __init__(self, harness: GlificHarness, seed: str) -> None:
        super().__init__()
        self._glific = harness.glific
        self._chance = random.Random(seed)
        self.tokens_killed = 0

    def kill_tokens(self) -> None:
        """End every token, and every stream that was made with one."""
        self._glific.sessions.end_access()
        self._glific.sockets.cut()
        self.tokens_killed += 1

    async def stop(self) -> None:
        """End; the stream brings everything once from now on."""
        await super().stop()
        self._spell(repeat_events=0, reorder_events=False, lose_events=0, drop_answers=0)

    async def _run(self) -> None:
        self._glific.rules.only, self._glific.rules.hold_s = (SEND,), 0.3
        while True:
            chance = self._chance
            self._spell(
                repeat_events=chance.randint(0, 1),
                reorder_events=chance.random() < 0.5,
                lose_events=chance.choice((0, 0, 3)),
                drop_answers=chance.choice((0, 0, 1)),
            )
            await asyncio.sleep(chance.uniform(2.0, 6.0))
            if chance.random() < 0.3:
                self._glific.sockets.cut()

    def _spell(self, **rules: Any) -> None:
        for name, value in rules.items():
            setattr(self._glific.rules, name, value)
