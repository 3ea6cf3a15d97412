"""A file of 50,000 contacts: how much memory the bot has while it is imported, and how long it takes to read it.

Most rows have a number that cannot be read, and come back as a file; --full: all of them are good, and saved.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.benchmarks.figures import Figure
from tests.benchmarks.harness import Harness
from tests.benchmarks.machine import cpu_s
from tests.benchmarks.private_server import private_server
from tests.crash.import_rounds import FileImport
from tests.harness.as_process import Harness as Bot
from tests.postgres.shared_server import new_schema

ROWS = 50_000
GOOD_EACH = 100
MOST = 1.2
READ_LIMIT_S = 30.0
"""Time of the processor until the whole file is read: the machine may have much else to do."""

REST_S = 2.0
"""After the start, before memory is read."""


async def imports(harness: Harness) -> list[Figure]:
    """Import the file on both engines."""
    found = await _figures(harness, "SQLite", [""] * harness.rounds)
    with private_server("imports") as server:
        if server is not None:
            found += await _figures(harness, "PostgreSQL", [new_schema(server.url) for _ in range(harness.rounds)])
    return found


async def _figures(harness: Harness, engine: str, databases: list[str]) -> list[Figure]:
    runs = [await _import(harness.fresh(), url, 1 if harness.is_full else GOOD_EACH) for url in databases]
    idle, most, read_s = (tuple(one) for one in zip(*runs, strict=True))
    limits = (READ_LIMIT_S,) * len(runs)
    note = f"{ROWS:,} rows"
    return [
        Figure(f"memory, a file on {engine}", "MB", most, idle, "idle", MOST, is_most=True, note=note),
        Figure(f"reading of a file on {engine}", "CPU s", read_s, limits, "limit", 1.0, is_most=True, note=note),
    ]


async def _import(folder: Path, database_url: str, good_each: int) -> tuple[float, float, float]:
    """Import the file; returns the memory at rest and at most, and the seconds of the processor until it was read."""
    async with Bot(folder) as bot:
        bot.keeps_hops = False
        bot.settings = {"DATABASE_URL": database_url} if database_url else {}
        await bot.start()
        await asyncio.sleep(REST_S)
        job = FileImport(bot, ROWS, good_each)
        idle = job.resident_mb()
        sampling = asyncio.create_task(job.sample())
        begun = cpu_s(bot.bot.pid or 0)
        await job.give()
        await job.until("can be imported")
        read_s = cpu_s(bot.bot.pid or 0) - begun
        await job.press_until("import_go", ("Importing", "Imported"))
        await job.until("Imported")
        sampling.cancel()
        return idle, max(job.resident), read_s
