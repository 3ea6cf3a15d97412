"""The bots of a day in fast-forward: one or several processes, each killed at any command and started again.

What a killed one was told is told again to the next, as Slack and Volt do. Refuses to let a moment pass before somebody
has each duty: the time of the day is made, but a killed bot's silence is measured by the machine's.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import Any, NamedTuple

from bot.domain.timestamps import to_micros
from bot.sandbox import SlackStandIn, VoltStandIn
from tests.crash.day_bot import DUTIES

AGAIN_S = 0.2
"""Pause before a moment is told again, because nobody has a duty yet, or a call is still at work."""

TAKEN_OVER_WITHIN_S = 120.0
"""Time within which a killed bot's duties and calls must be another's, on a machine that does much else."""


@dataclass
class Place:
    """Where one bot runs, and whether it does."""

    given: str
    _process: asyncio.subprocess.Process | None = None
    _is_struck: bool = False

    async def give(self, do: str, at: datetime, **more: Any) -> None:
        """Give a command; the bot is started where it does not run."""
        if self._process is None:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "tests.crash.day_bot",
                self.given,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                env=dict(os.environ),
            )
            await self._line()
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"do": do, "now": to_micros(at), **more}).encode() + b"\n")
        await self._process.stdin.drain()

    async def answer(self) -> Any:
        """Wait until it is done; returns what came of it."""
        return json.loads(await self._line())

    async def _line(self) -> bytes:
        assert self._process is not None
        assert self._process.stdout is not None
        line = await self._process.stdout.readline()
        if not line:
            raise RuntimeError("the bot has ended by itself")
        return line

    async def answered_or_ended(self) -> None:
        """Wait until it is done, or is no more."""
        assert self._process is not None
        assert self._process.stdout is not None
        await self._process.stdout.readline()

    def strike(self) -> None:
        """Kill it at this moment, between any two lines; once."""
        assert self._process is not None
        if not self._is_struck:
            self._process.kill()
        self._is_struck = True

    async def kill(self) -> None:
        """Kill it, where that has not been done, and wait for its end."""
        self.strike()
        assert self._process is not None
        await self._process.wait()
        self._process, self._is_struck = None, False

    async def end(self) -> None:
        """Let it end, where it runs."""
        if self._process is not None:
            assert self._process.stdin is not None
            self._process.stdin.close()
            await self._process.wait()


@dataclass
class Doom:
    """When a bot is killed: once a peer has acted on so many calls, before the last is answered, or after a time."""

    calls: int
    after_s: float
    strike: Callable[[], None] = field(init=False)

    def __call__(self, kind: str, _thing: Any) -> None:
        """Hear of a change at a peer."""
        if kind in ("message", "phone") and self.calls > 0:
            self.calls -= 1
            if not self.calls:
                self.strike()

    async def come(self, place: Place) -> None:
        """Wait for it; where a bot ends its work with fewer calls, that is the moment."""
        self.strike = place.strike
        await (place.answered_or_ended() if self.calls else asyncio.sleep(self.after_s))


class Database(NamedTuple):
    """The address of a PostgreSQL database, or None for a file, and how many bots are on it."""

    url: str | None = None
    bots: int = 1

    def __str__(self) -> str:
        return f"bots {self.bots} on {'a file' if self.url is None else 'PostgreSQL'}"


ON_A_FILE = Database()


@dataclass
class Bots:
    """The bots on a database, which are killed in turn."""

    folder: Path
    peers: tuple[SlackStandIn, VoltStandIn]
    on: Database
    kills: int = 0
    cut_off: int = 0
    """How many kills left calls whose outcome had to be found out."""
    places: list[Place] = field(init=False)
    _told: int = 0
    _is_killed: bool = False

    def __post_init__(self) -> None:
        slack, volt = self.peers
        peer = {
            "api_url": slack.api_url,
            "bot_token": slack.bot_token,
            "graphql_url": volt.graphql_url,
            "token": volt.token,
        }
        given = {"folder": str(self.folder), "database_url": self.on.url, "peer": peer}
        self.places = [Place(json.dumps(given)) for _ in range(self.on.bots)]

    async def tell(self, do: str, at: datetime, *, doom: Doom | None = None, **more: Any) -> Any:
        """Give a command to one of them; where that is killed meanwhile, give it again to the next."""
        self._told += 1
        place = self.places[(self._told if doom is None else self.kills) % self.on.bots]
        await place.give(do, at, **more)
        if doom is None:
            return await place.answer()
        await self._kill(place, doom)
        next_one = self.places[self.kills % self.on.bots]
        await next_one.give(do, at, **more)
        return await next_one.answer()

    async def tick(self, at: datetime, *, doom: Doom | None = None) -> int:
        """Let all do what is due at a moment; returns how many calls have an unknown outcome then."""
        if doom is not None:
            await self._tick_one_less(at, doom)
        until = monotonic() + TAKEN_OVER_WITHIN_S
        while not _is_over(told := await self._tick_all(self.places, at)):
            if monotonic() > until:
                raise TimeoutError(f"what a killed bot had was not taken over: {told}")
            self._note(told)
            await asyncio.sleep(AGAIN_S)
        self._note(told)
        return max(int(one["unknown"]) for one in told)

    async def _tick_one_less(self, at: datetime, doom: Doom) -> None:
        """Let all do what is due, and kill one meanwhile."""
        doomed = self.places[self.kills % self.on.bots]
        others = [one for one in self.places if one is not doomed]
        await doomed.give("tick", at)
        await asyncio.gather(self._kill(doomed, doom), self._tick_all(others, at))

    async def _tick_all(self, places: Sequence[Place], at: datetime) -> list[dict[str, Any]]:
        await asyncio.gather(*(place.give("tick", at) for place in places))
        return [await place.answer() for place in places]

    async def _kill(self, place: Place, doom: Doom) -> None:
        for peer in self.peers:
            peer.listeners.append(doom)
        await doom.come(place)
        for peer in self.peers:
            peer.listeners.remove(doom)
        await place.kill()
        self.kills += 1
        self._is_killed = True

    def _note(self, told: list[dict[str, Any]]) -> None:
        """Note once for each kill that it has left calls."""
        self.cut_off += self._is_killed and any(one["unknown"] for one in told)
        self._is_killed = False

    async def end(self) -> None:
        """Let all of them end."""
        for place in self.places:
            await place.end()


def _is_over(told: list[dict[str, Any]]) -> bool:
    """Tell whether each duty is somebody's, and no call is at work, nor left by a bot that nobody misses yet."""
    held = {duty for one in told for duty in one["duties"]}
    return held == DUTIES and not any(one["at_work"] for one in told)
