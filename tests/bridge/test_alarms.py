"""Alarms: what is due is done once, whatever fails beside it."""

from __future__ import annotations

from bot.bridge.alarms.watcher import AGAIN_IN_S, AlarmWatcher
from bot.bridge.erasure import begin_erasure
from bot.domain.alarms import Alarm, AlarmKind
from bot.domain.timestamps import Micros, add_seconds
from bot.ports.storage import Transaction
from tests.harness.on_a_clock import Harness
from tests.harness.world import ACCOUNT, AVA, DANA

TELL, BREAK = AlarmKind("tell"), AlarmKind("break")


def told(tx: Transaction, alarm: Alarm) -> None:
    """Note in the database how often this was told."""
    name = f"told {alarm.subject}"
    tx.settings.set_value(name, (tx.settings.value(name) or "") + "|")


def broken(tx: Transaction, alarm: Alarm) -> None:
    """Write something, then fail."""
    told(tx, alarm)
    raise ValueError(alarm.subject)


def watcher_of(harness: Harness) -> AlarmWatcher:
    """Make a watcher of both kinds."""
    return AlarmWatcher(harness.store, {TELL: told, BREAK: broken}, harness.observer)


async def set_in(harness: Harness, seconds: float, subject: str = "a", kind: AlarmKind = TELL) -> None:
    """Set an alarm this far ahead."""
    await harness.store.run(lambda tx: tx.alarms.set(Alarm(kind, subject, add_seconds(tx.now, seconds))))


async def times(harness: Harness, subject: str = "a") -> int:
    """Count how often something was told."""
    return await harness.store.run(lambda tx: len(tx.settings.value(f"told {subject}") or ""))


async def test_done_once_when_due(harness: Harness) -> None:
    """An alarm is done when it is due, not before, and only once."""
    watcher = watcher_of(harness)
    await set_in(harness, 60)
    assert await watcher.look() == 0
    harness.wait(61)
    assert await watcher.look() == 1
    assert await watcher.look() == 0
    assert await times(harness) == 1


async def test_done_after_a_long_stop(harness: Harness) -> None:
    """What was due while no bot ran is done at the next start, once, by whichever watcher looks first."""
    await set_in(harness, 60)
    harness.wait(86_400)
    assert await watcher_of(harness).look() + await watcher_of(harness).look() == 1
    assert await times(harness) == 1


async def test_moved_and_cleared(harness: Harness) -> None:
    """An alarm that is set again is moved, and one that is cleared is not done."""
    watcher = watcher_of(harness)
    await set_in(harness, 60)
    await set_in(harness, 120)
    await set_in(harness, 60, "b")
    assert await harness.store.run(lambda tx: tx.alarms.clear(TELL, "b"))
    assert not await harness.store.run(lambda tx: tx.alarms.clear(TELL, "b"))
    harness.wait(61)
    assert await watcher.look() == 0
    harness.wait(60)
    assert await watcher.look() == 1
    assert (await times(harness), await times(harness, "b")) == (1, 0)


async def test_one_that_fails(harness: Harness) -> None:
    """An alarm whose handler fails leaves nothing behind, holds up no other, and is tried again a minute later."""
    watcher = watcher_of(harness)
    await set_in(harness, 1, "bad", BREAK)
    await set_in(harness, 2)
    harness.wait(3)
    assert await watcher.look() == 2
    assert (await times(harness, "bad"), await times(harness)) == (0, 1)
    assert await watcher.look() == 0
    harness.wait(AGAIN_IN_S + 1)
    assert await watcher.look() == 1
    assert [str(error) for error in harness.crashes] == ["bad", "bad"]
    harness.crashes.clear()


async def test_gone_with_the_person(harness: Harness) -> None:
    """The alarms of an erased person are removed with them."""
    conversation = await harness.store.run(lambda tx: tx.conversations.find(ACCOUNT, DANA))
    assert conversation is not None
    alarm = Alarm(TELL, "a", Micros(harness.now), conversation.id)
    await harness.store.run(lambda tx: tx.alarms.set(alarm))
    await harness.store.run(lambda tx: begin_erasure(tx, DANA, AVA))
    assert await harness.store.run(lambda tx: tx.alarms.get(TELL, "a")) is None
