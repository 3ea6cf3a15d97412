"""One database that lives through many power losses, and what each of them did to it.

A run: the store opens what the last loss left, works in rounds (each round is one COMMIT of several units), and loses
power at a drawn write, cut, sync or removal: while opening, committing, checkpointing or closing. Then the bot's own
SQLite opens a copy. Its whole content must be what the last acknowledged COMMIT left, or the one under way.

Everything is drawn from one seed, also the ids that the bridge draws and who is committed with whom.
"""

import asyncio
import os
import shutil
import sqlite3
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from bot.domain.errors import StoreUnavailable
from bot.store.group_commit import GroupCommit
from bot.store.sql.connection import Connection
from bot.store.sql.store import SqlStore
from bot.store.sqlite.connection import open_for_writing
from bot.store.sqlite.engine import SqliteEngine
from tests.crash.power.connection import open_on
from tests.crash.power.disk import Disk
from tests.crash.power.traffic import SecondThoughts, Traffic, Unit

FILE = "bot.db"
ROUNDS = 40
UNDO_S = 3.0
CHECKPOINT_AT = (4, 16, 64, 1000)
"""Pages of WAL at which SQLite copies them into the database; its own default is 1000."""

LOSSES_EACH = 8
"""Power losses that one database lives through; then a new one is begun, so that none grows long."""

Content = dict[str, tuple[tuple[Any, ...], ...]]
"""Every row of every table of ours that has any."""


@dataclass
class Tally:
    """What the losses of a run did. `struck` counts what the power went in; `broken` says in words what was wrong."""

    losses: int = 0
    acknowledged: int = 0
    lost: int = 0
    half_written: int = 0
    corrupt: int = 0
    struck: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)


def content(connection: Connection) -> Content:
    """Read everything but the migrations' own table, the workspaces and their numbers: the schema makes the first."""
    # how the search lays its index out is its own affair, and another version of SQLite does it another way
    found = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB '_*' AND name NOT GLOB '*_index*'"
    ).fetchall()
    found = [row for row in found if row[0] not in ("workspace", "sqlite_sequence")]
    tables = {name: connection.execute(f"SELECT * FROM {name}").fetchall() for (name,) in sorted(map(tuple, found))}  # noqa: S608
    return {name: tuple(tuple(row) for row in rows) for name, rows in tables.items() if rows}


@contextmanager
def ids_drawn_from(random: Random) -> Iterator[None]:
    """Let the operating system's randomness, from which uuid4 is made, come from the seed."""
    before, os.urandom = os.urandom, random.randbytes
    try:
        yield
    finally:
        os.urandom = before


async def together(engine: GroupCommit, store: SqlStore, units: list[Unit], last: Callable[..., None]) -> list[Any]:
    """Run units in one COMMIT: a gate holds the writer until all of them wait behind it."""
    loop, release = asyncio.get_running_loop(), threading.Event()
    entered = loop.create_future()

    def gate(_: Connection) -> None:
        loop.call_soon_threadsafe(entered.set_result, None)
        release.wait()

    held = asyncio.create_task(engine.run(gate))
    await asyncio.wait([held, entered], return_when=asyncio.FIRST_COMPLETED)
    if held.done():
        return [held.exception()]
    waiting = [asyncio.create_task(store.run(unit)) for unit in units] + [asyncio.create_task(engine.run(last))]
    await asyncio.sleep(0)  # every task hands in its unit
    assert engine.waiting == len(waiting)
    release.set()
    await held
    return await asyncio.gather(*waiting, return_exceptions=True)


class Runs:
    """One database in a folder of its own."""

    def __init__(self, folder: Path, seed: int, tally: Tally, *, synchronous: str) -> None:
        self._random = Random(seed)
        self._traffic = Traffic(self._random)
        self._tally, self._folder, self._seed, self._synchronous = tally, folder, seed, synchronous
        self._past: list[Content] = [{}]  # what this run's acknowledged COMMITs left, oldest first
        self._under_way: Content | None = None
        self._torn: list[Content] = []  # what COMMITs left or would have left that the power took

    async def go_through(self, losses: int) -> None:
        """Live until the power was lost that often, or a loss made the database unusable; images of harm stay."""
        image = self._folder / "0"
        image.mkdir(parents=True)
        for number in range(1, losses + 1):
            disk = Disk(image, deeds_left=int(10 ** self._random.uniform(0.5, 3.5)))
            with ids_drawn_from(self._random):
                await self._run(disk, image / FILE)
            disk.lose_power("closed")
            self._tally.losses += 1
            self._tally.struck[disk.struck_in] += 1
            before, image = image, self._folder / str(number)
            disk.leave(image, self._random)
            shutil.rmtree(before)
            harm = self._look(image)
            if harm:
                kept = shutil.copytree(image, self._folder / f"harmed by loss {number}")
                self._tally.broken.append(f"seed {self._seed}, loss {number} in {disk.struck_in!r}: {harm} ({kept})")
            if harm.startswith("corrupt"):
                return

    async def _run(self, disk: Disk, path: Path) -> None:
        checkpoint_at = self._random.choice(CHECKPOINT_AT)
        engine = GroupCommit(
            SqliteEngine(partial(open_on, disk, path, synchronous=self._synchronous, checkpoint_at=checkpoint_at))
        )
        store = SqlStore(engine, self._traffic.now, undo_window_s=UNDO_S)
        self._traffic.forget()
        try:
            await engine.start()
        except sqlite3.Error:
            if not disk.is_dead:
                raise
            return
        assert await engine.run(content) == self._past[-1], "two versions of SQLite recovered different things"
        rounds = self._random.randint(1, ROUNDS)
        if await self._commit(engine, store, [lambda tx: tx.resume()]):
            while rounds and await self._commit(engine, store, self._traffic.some_units()):
                rounds -= 1
        if self._random.random() < 0.5:
            disk.lose_power("idle")  # else it may go while closing, or is lost when all is closed
        await engine.close()

    async def _commit(self, engine: GroupCommit, store: SqlStore, units: list[Unit]) -> bool:
        """Commit units together and note what they left; False where the power went."""
        outcomes = await together(engine, store, units, self._note)
        refused = [isinstance(outcome, StoreUnavailable) for outcome in outcomes]
        assert all(refused) or not any(refused), "one COMMIT has one outcome"
        for outcome in outcomes:
            if isinstance(outcome, BaseException) and not isinstance(outcome, StoreUnavailable | SecondThoughts):
                raise outcome
        if any(refused):
            return False
        assert self._under_way is not None
        self._past.append(self._under_way)
        self._under_way = None
        self._tally.acknowledged += 1
        return True

    def _note(self, connection: Connection) -> None:
        self._under_way = content(connection)

    def _look(self, image: Path) -> str:
        """Open a copy with the bot's own SQLite and judge what is there; returns the harm in words, or ""."""
        copy = self._folder / "copy"
        shutil.copytree(image, copy)
        try:
            with closing(open_for_writing(copy / FILE)) as connection:
                verdict = str(connection.execute("PRAGMA integrity_check").fetchone()[0])
                strangers = connection.execute("PRAGMA foreign_key_check").fetchall()
                found = content(connection)
        except (StoreUnavailable, sqlite3.Error) as error:
            verdict, strangers, found = str(error), [], {}
        shutil.rmtree(copy)
        if verdict != "ok" or strangers:
            self._tally.corrupt += 1
            return f"corrupt: {verdict}"
        if self._traffic.undone.intersection(row[1] for row in found.get("event", ())):
            self._tally.half_written += 1
            return "half-written: a unit of work that raised left something behind"
        return self._judge(found)

    def _judge(self, found: Content) -> str:
        past, under_way, torn = self._past, self._under_way, self._torn
        self._past, self._under_way = [found], None
        lost = past[past.index(found) + 1 :] if found in past else []
        self._torn = [*torn, *lost, *([under_way] if under_way is not None else [])]
        if found in (past[-1], under_way) or (found in torn and len(past) == 1):
            # a torn COMMIT is whole again once the next one has written the same bytes over its tear
            return ""
        if found in past or found in torn:
            self._tally.lost += 1
            return f"lost: {len(past) - 1 - (past.index(found) if found in past else 0)} acknowledged COMMITs are gone"
        self._tally.half_written += 1
        tables = sorted(name for name in {**past[-1], **found} if found.get(name) != past[-1].get(name))
        return f"half-written: {', '.join(tables)}"


def run(losses: int, seed: int, folder: Path, *, synchronous: str = "FULL") -> Tally:
    """Lose power that often, in databases of a few runs each; their seeds count up from the one given."""
    tally = Tally()
    while tally.losses < losses:
        runs = Runs(folder / str(seed), seed, tally, synchronous=synchronous)
        asyncio.run(runs.go_through(min(LOSSES_EACH, losses - tally.losses)))
        seed += 1
    return tally
