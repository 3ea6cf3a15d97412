"""The bridge of a day in fast-forward, in a process of its own, so that it can be killed between any two lines.

Reads a command from each line, with the moment at which it is given, and answers each in one line once it is done. On
PostgreSQL there may be several, each with all that its storage does by itself.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import aiohttp
import structlog

from bot.bridge.alarms.watcher import AlarmWatcher
from bot.bridge.conversations import goals, later, office, state
from bot.bridge.messages.inbound import record_inbound
from bot.bridge.messages.outbound import record_reply
from bot.domain.closed_answers import ClosedAnswer
from bot.domain.conversation import Conversation
from bot.domain.duties import Duty
from bot.domain.errors import NotOnDuty
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
from bot.store.postgres.address import read_address
from bot.store.postgres.storage import PostgresStorage
from tests.harness.database import make_database
from tests.harness.on_a_clock import Harness
from tests.harness.world import ACCOUNT, AVA, BEN, CHANNEL

HOURS = WeeklyHours(tuple(Span(day, 9 * 60, 17 * 60) for day in range(7)), "UTC")
GOAL = Goal(OF_CHANNEL, CHANNEL, 15, HOURS)
AUTOMATIC = "We are closed and answer from nine."
DUTIES = frozenset({Duty.ALARMS.value, Duty.LOOK_UPS.value})
"""Duties of a tick, each of which one of the bots has."""

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

    async def _tick(self, _: dict[str, Any]) -> dict[str, Any]:
        """Do what is due and ours, and all that follows; returns how many calls are left, and which duties we have."""
        for _pass in range(LOOKS):
            rang = await _if_ours(self.watcher.look)
            await self.harness.pay()
            if not rang + await _if_ours(self.harness.reconciler.look):
                break
        await self.harness.pay()
        return await self.harness.store.run(_left)

    async def _text(self, told: dict[str, Any]) -> None:
        at = from_micros(told["now"])
        ids = f"e{told['id']}", f"c{told['id']}"
        inbound = Inbound(*ids, ACCOUNT, E164(told["contact"]), told["text"], (), at, told["legacy_id"])
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


async def _if_ours(look: Callable[[], Awaitable[int]]) -> int:
    """Look at what is due, unless that is another bot's duty."""
    try:
        return await look()
    except NotOnDuty:
        return 0


def _left(tx: Transaction) -> dict[str, Any]:
    """Tell how many calls are at work or have an unknown outcome, and which duties are ours."""
    states = Counter(entry.state for entry in tx.outbox.all_open())
    at_work = states[EntryState.IN_FLIGHT]
    duties = [duty for duty in sorted(DUTIES) if tx.has_duty(Duty(duty))]
    return {"at_work": at_work, "unknown": states.total() - states[EntryState.PENDING], "duties": duties}


@asynccontextmanager
async def _opened(harness: Harness, database_url: str | None) -> AsyncIterator[None]:
    """Open the file, or a storage on PostgreSQL as a bot has it: it shows that it lives, and takes others over."""
    if database_url is None:
        if not harness.database.exists():
            make_database(harness.database)
        await harness.store.start()
        yield
        await harness.store.close()
        return
    storage = PostgresStorage(
        read_address(database_url), harness.observer, clock=lambda: harness.now, limits=harness.limits
    )
    harness.stand_on(storage)
    await storage.start()
    yield
    await storage.close()


async def main(folder: Path, database_url: str | None, peer: _Peer) -> None:
    """Do what is told until nothing more comes."""
    async with aiohttp.ClientSession(request_class=TimelyRequest) as session:
        peers = cast("SlackStandIn", peer), cast("VoltStandIn", peer)
        harness = Harness(folder, *peers, session, on_postgres=database_url)
        async with _opened(harness, database_url):
            await harness.provider.start()
            await harness.fetcher.start()
            await harness.workspace.identity()
            bot = DayBot(harness)
            print("ready", flush=True)  # noqa: T201 - what its parent waits for
            reader = asyncio.StreamReader()
            await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
            while line := await reader.readline():
                print(json.dumps(await bot.do(json.loads(line))), flush=True)  # noqa: T201 - as above
            await harness.fetcher.close()
            await harness.provider.close()


if __name__ == "__main__":
    given = json.loads(sys.argv[1])
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))  # answers alone go to its parent
    asyncio.run(main(Path(given["folder"]), given["database_url"], _Peer(**given["peer"])))
