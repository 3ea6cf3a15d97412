"""Several bots that start on one database: each finds out by itself whether it was restored, and one of them reads."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

import pytest

from bot.bridge.messages.restored import is_unread
from bot.bridge.rate_limit import LookupLimiter
from bot.bridge.recovery.recovery import Recovery
from bot.domain.duties import Duty
from bot.ports.storage import Store, Transaction
from tests.bridge.test_recovery import overwrite, snapshot
from tests.bridge.test_restored import reply_with_undo
from tests.harness.on_a_clock import Harness
from tests.harness.on_duty import SharedStore
from tests.harness.world import CHANNEL

T = TypeVar("T")

ONE, OTHER = "one", "other"


class _Meanwhile:
    """A store on which something else happens between two units of work: after the `after`-th."""

    def __init__(self, store: Store, happen: Callable[[], object], after: int) -> None:
        self.pending = store.pending
        self._store, self._happen, self._left = store, happen, after

    async def run(self, unit: Callable[[Transaction], T]) -> T:
        """Run one unit of work, and let it happen."""
        found = await self._store.run(unit)
        self._left -= 1
        if self._left == 0:
            await self._happen()  # type: ignore[misc]
        return found


def recovery(harness: Harness, store: Store) -> Recovery:
    """Make what looks back before anything of a bot leaves."""
    limiter = LookupLimiter(lambda: harness.now)
    return Recovery(store, harness.workspace, limiter, lambda: harness.now, CHANNEL, harness.observer)


async def put_back_after_leaving(harness: Harness) -> None:
    """Put back a snapshot from before a reply left; nothing but its mark in Slack tells."""
    await reply_with_undo(harness, "It is ready")
    copy = harness.database.with_name("copy.db")
    snapshot(harness.database, copy)
    for _ in range(3):
        harness.wait(3.1)
        await harness.pay()
    await harness.store.close()
    overwrite(harness.database, copy)
    harness.reopen()
    await harness.store.start()


@pytest.mark.on_file
async def test_a_bot_without_the_duty_compares_too(harness: Harness) -> None:
    """A bot of before the restore seems to have the duty: the one that starts sends nothing twice, and reads later."""
    await put_back_after_leaving(harness)
    holders = {Duty.LOOK_UPS: OTHER}
    waiting = asyncio.create_task(recovery(harness, SharedStore(harness.store, holders, ONE)).before_leaving())
    while not await harness.store.run(is_unread):
        assert not waiting.done()
    del holders[Duty.LOOK_UPS]
    await waiting
    assert not await harness.store.run(is_unread)


async def test_what_another_bot_sends_meanwhile_proves_nothing(harness: Harness) -> None:
    """A reply that another bot sends while this one starts is no proof that the database is an older one."""
    await reply_with_undo(harness, "It is ready")
    harness.wait(5)

    async def send() -> None:
        await harness.pay()
        harness.wait(5)
        await harness.pay()
        await harness.run_sql("UPDATE shown_line SET status = NULL")  # the other bot's answer of Slack is on its way

    await recovery(harness, _Meanwhile(harness.store, send, after=2)).before_leaving()
    assert await harness.store.run(lambda tx: tx.settings.value("restored")) is None
    assert harness.phone() == ["Hi", "It is ready"]
