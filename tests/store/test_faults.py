"""A fault of the database within a unit of work: it is the whole batch's, whatever the unit makes of it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from bot.domain.errors import StoreUnavailable
from bot.domain.timestamps import Micros
from bot.ports.storage import Transaction
from bot.store.group_commit import GroupCommit
from bot.store.sql.store import SqlStore
from tests.harness.twice import engine_on


def _fills_the_disk(tx: Transaction) -> None:
    with suppress(Exception), tx.savepoint():
        for number in range(200):
            tx.settings.set_value(f"long {number}", "x" * 4_000)


def _and_goes_on(tx: Transaction) -> None:
    _fills_the_disk(tx)
    tx.settings.set_value("after", "all")


def _and_stumbles(tx: Transaction) -> None:
    _fills_the_disk(tx)
    raise ValueError("half of it is missing")


def _and_tries_again(tx: Transaction) -> None:
    _fills_the_disk(tx)
    with tx.savepoint():
        tx.settings.set_value("after", "all")


@pytest.mark.parametrize("unit", [_and_goes_on, _and_stumbles, _and_tries_again])
async def test_a_full_disk_is_no_fault_of_one_unit(tmp_path: Path, unit: Callable[[Transaction], None]) -> None:
    """A unit that swallows the fault is refused all the same, with the fault and not with what it stumbled over."""
    writer = GroupCommit(engine_on(tmp_path / "bot.db"))
    store = SqlStore(writer, lambda: Micros(1))
    await store.start()
    await writer.run(lambda connection: connection.execute("PRAGMA max_page_count=100").fetchone())
    with pytest.raises(StoreUnavailable, match="cannot be written"):
        await store.run(unit)
    await writer.run(lambda connection: connection.execute("PRAGMA max_page_count=100000").fetchone())
    assert await store.run(lambda tx: tx.settings.value("after") or tx.settings.value("long 0")) is None
    await store.close()
