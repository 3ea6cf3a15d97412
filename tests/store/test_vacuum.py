"""Free pages of the database file: given back to the system while the bot runs."""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path

from bot.domain.timestamps import Micros
from bot.ports.storage import Transaction
from bot.store.sqlite.storage import SqliteStorage
from tests.harness.observed import Observed


def _set(number: int, words: str, tx: Transaction) -> None:
    tx.settings.set_value(f"much {number}", words)


async def test_free_pages_are_given_back(tmp_path: Path) -> None:
    """A file that held much is small again afterwards, and what it still holds is whole."""
    database = tmp_path / "bot.db"
    storage = SqliteStorage(database, lambda: Micros(time.time_ns() // 1_000), Observed())
    await storage.start()
    for number in range(200):
        await storage.store.run(partial(_set, number, "x" * 20_000))
    for number in range(1, 200):
        await storage.store.run(partial(_set, number, ""))
    pages = await storage.writer.run(lambda writer: int(writer.execute("PRAGMA page_count").fetchone()[0]))
    await storage.vacuum.give_back()
    left = await storage.writer.run(lambda writer: int(writer.execute("PRAGMA page_count").fetchone()[0]))
    kept = await storage.store.run(lambda tx: tx.settings.value("much 0"))
    free = await storage.writer.run(lambda writer: int(writer.execute("PRAGMA freelist_count").fetchone()[0]))
    await storage.close()
    assert (kept, free) == ("x" * 20_000, 0)
    assert left < pages / 3
    assert database.stat().st_size == left * 4_096
