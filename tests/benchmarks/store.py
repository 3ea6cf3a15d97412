"""The group commit alone: the engine with many producers against the library it stands on."""

import asyncio
import itertools
import sqlite3
import time
from functools import partial
from pathlib import Path
from uuid import uuid4

from bot.store.group_commit import GroupCommit
from bot.store.sqlite.connection import open_for_writing
from bot.store.sqlite.engine import SqliteEngine
from tests.benchmarks.figures import Figure
from tests.benchmarks.harness import Harness

PRODUCERS = 100
ROWS = 20_000
_INSERT = "INSERT INTO parked_event (workspace, kind, subject, body, at) VALUES (1, 'benchmark', ?, ?, 1)"
_BODY = "x" * 600


async def group_commit(harness: Harness) -> list[Figure]:
    """Store rows of 600 bytes, each a unit of work of its own; the peer stores them a hundred at a time."""
    ours, plain = [], []
    for _ in range(harness.rounds):
        ours.append(ROWS / await _by_engine(harness.fresh() / "bot.db"))
        plain.append(ROWS / _by_executemany(harness.fresh() / "bot.db"))
    note = f"{PRODUCERS} producers, each waits for its row to be on the disk"
    return [
        Figure("group commit", "rows/s", tuple(ours), tuple(plain), "sqlite3 executemany x100", 0.25, note=note),
    ]


async def _by_engine(database: Path) -> float:
    engine = GroupCommit(SqliteEngine(partial(open_for_writing, database)))
    await engine.start()
    numbers = itertools.count()

    async def produce() -> None:
        while next(numbers) < ROWS:
            await engine.run(lambda connection: connection.execute(_INSERT, (uuid4().hex, _BODY)).rowcount)

    begun = time.perf_counter()
    await asyncio.gather(*(produce() for _ in range(PRODUCERS)))
    seconds = time.perf_counter() - begun
    await engine.close()
    return seconds


def _by_executemany(database: Path) -> float:
    connection: sqlite3.Connection = open_for_writing(database)
    begun = time.perf_counter()
    for _ in range(ROWS // PRODUCERS):
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(_INSERT, [(uuid4().hex, _BODY) for _ in range(PRODUCERS)])
        connection.execute("COMMIT")
    seconds = time.perf_counter() - begun
    connection.close()
    return seconds
