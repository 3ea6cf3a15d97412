"""The bridge of a day in fast-forward, in a process of its own, so that it can be killed between any two lines.

Reads a command from each line, with the moment at which it is given, and answers each in one line once it is done.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import aiohttp

from bot.bridge.alarms.watcher import AlarmWatcher
from bot.bridge.conversations import goals, later, office, state
from bot.bridge.messages.inbound import record_inbound
from bot.bridge.messages.outbound import record_reply
from bot.domain.closed_answers import ClosedAnswer
from bot.domain.conversation import Conversation
from bot.domain.goals import OF_CHANNEL, Goal, OfficeHours
from bot.domain.hours import Span, WeeklyHours
from bot.domain.ids import MessageTs
from bot.domain.message import Inbound
from bot.domain.outbox import EntryState
from bot.domain.phone import E164
from bot.domain.thread_events import Reply
from bot.domain.timestamps import Micros, from_micros
from bot.outgoing_http import TimelyRequest
from bot.ports.storage import Transaction
from bot.runtime.background import ALARMS
from bot.sandbox import SlackStandIn, VoltStandIn
from tests.harness.database import make_database
from tests.harness.on_a_clock import Harness
from tests.harness.world import ACCOUNT, AVA, BEN, CHANNEL

HOURS = WeeklyHours(tuple(Span(day, 9 * 60, 17 * 60) for day in range(7)), "UTC")
GOAL = Goal(OF_CHANNEL, CHANNEL, 15, HOURS)
AUTOMATIC = "We are closed and answer from nine."
LOOKS = 50
"""Passes after which nothing more may follow from one moment."""


@dataclass
class _Peer:
    """Where a stand-in listens that another process holds."""

    api_url: str = ""
    bot_token: str = ""
    graphql_url: str = ""
    token: str = ""


@dataclass
class DayBot:
    """The bridge, and what it is told to do."""

    harness: Harness
    watcher: AlarmWatcher = field(init=False)

    def __post_init__(self) -> None:
        self.watcher = AlarmWatcher(self.harness.store, ALARMS, self.harness.observer)

    async def do(self, told: dict[str, Any]) -> Any:
        """Carry out a command."""
        self.harness.now = Micros(told["now"])
        act: Callable[[dict[str, Any]], Awaitable[Any]] = getattr(self, f"_{told['do']}")
        return await act(told)

    async def _settings(self, _: dict[str, Any]) -> None:
        def unit(tx: Transaction) -> None:
            office.set_office(tx, OfficeHours(ACCOUNT, HOURS), AVA)
            office.set_answer(tx, ClosedAnswer(ACCOUNT, "", AUTOMATIC), AVA)
            goals.set_goal(tx, GOAL, AVA)

        await self.harness.store.run(unit)

    async def _tick(self, _: dict[str, Any]) -> int:
        """Do what is due, and all that follows; returns how many calls have an unknown outcome."""
        for _pass in range(LOOKS):
            rang = await self.watcher.look()
            await self.harness.pay()
            if not rang + await self.harness.reconciler.look():
                break
        await self.harness.pay()
        return await self.harness.store.run(
            lambda tx: len([entry for entry in tx.outbox.all_open() if entry.state is not EntryState.PENDING])
        )

    async def _text(self, told: dict[str, Any]) -> None:
        at = from_micros(told["now"])
        ids = f"e{told['id']}", f"c{told['id']}"
        inbound = Inbound(*ids, ACCOUNT, E164(told["contact"]), told["text"], (), at, f"l{told['id']}")
        await self.harness.store.run(lambda tx: record_inbound(tx, inbound, channel=CHANNEL))

    async def _reply(self, told: dict[str, Any]) -> None:
        ts, thread = MessageTs(told["ts"]), MessageTs(told["thread"])
        reply = Reply(f"e{ts}", CHANNEL, thread, ts, AVA, (told["text"],))
        await self.harness.store.run(lambda tx: record_reply(tx, reply))

    async def _assign(self, told: dict[str, Any]) -> None:
        await self._on(told, lambda tx, its: state.assign(tx, its.id, BEN))

    async def _close(self, told: dict[str, Any]) -> None:
        await self._on(told, lambda tx, its: state.close(tx, its.id, AVA))

    async def _later(self, told: dict[str, Any]) -> None:
        await self._on(told, lambda tx, its: later.put_off(tx, its.id, Micros(told["until"]), AVA))

    async def _thread(self, told: dict[str, Any]) -> str | None:
        found: str | None = await self._on(told, lambda _tx, its: its.thread_ts)
        return found

    async def _missed(self, _: dict[str, Any]) -> list[tuple[str, int]]:
        def unit(tx: Transaction) -> list[tuple[str, int]]:
            found = tx.waiting.missed_between(Micros(0), Micros(2**60), 10_000)
            return [(tx.conversations.get(one.conversation_id).contact, one.since) for one in found]

        return await self.harness.store.run(unit)

    async def _bugs(self, _: dict[str, Any]) -> list[str]:
        return [repr(error) for error in self.harness.crashes]

    async def _on(self, told: dict[str, Any], unit: Callable[[Transaction, Conversation], Any]) -> Any:
        def run(tx: Transaction) -> Any:
            found = tx.conversations.find(ACCOUNT, E164(told["contact"]))
            assert found is not None
            return unit(tx, found)

        return await self.harness.store.run(run)


async def main(folder: Path, peer: _Peer) -> None:
    """Do what is told until nothing more comes."""
    async with aiohttp.ClientSession(request_class=TimelyRequest) as session:
        peers = cast("SlackStandIn", peer), cast("VoltStandIn", peer)
        harness = Harness(folder, *peers, session)
        if not harness.database.exists():
            make_database(harness.database)
        await harness.store.start()
        await harness.provider.start()
        await harness.fetcher.start()
        await harness.workspace.identity()
        bot = DayBot(harness)
        print("ready", flush=True)  # noqa: T201 - what its parent waits for
        reader = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
        while line := await reader.readline():
            print(json.dumps(await bot.do(json.loads(line))), flush=True)  # noqa: T201 - as above
        await harness.close()


if __name__ == "__main__":
    given = json.loads(sys.argv[1])
    asyncio.run(main(Path(given.pop("folder")), _Peer(**given["peer"])))
