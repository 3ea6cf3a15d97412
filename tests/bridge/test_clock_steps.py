"""A clock that is set: what waits goes on waiting as long as it was to, and what is in doubt is not decided early."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from bot.bridge.messages.outbound import record_reply
from bot.clock import Clock
from bot.domain.errors import StoreUnavailable
from bot.domain.ids import MessageTs
from bot.domain.outbox import RateLimitHold
from bot.domain.retry_policy import ABSENT_AT_PROVIDER_S, AT_WORK_S
from bot.domain.thread_events import Reply
from bot.domain.timestamps import Micros, add_seconds
from bot.runtime.clock_watch import ClockWatch
from bot.store.group_commit import GroupCommit
from bot.store.sql.store import SqlStore
from tests.harness.observed import Observed
from tests.harness.on_a_clock import Harness, undoable
from tests.harness.twice import engine_on
from tests.harness.world import AVA, CHANNEL

HOUR = 3_600


async def set_clock(harness: Harness, seconds: float) -> None:
    """Set the clock, as the bot follows it."""
    harness.wait(seconds)
    harness.reconciler.forget()
    await harness.store.run(lambda tx: tx.shift_times(add_seconds(0, seconds)))


async def reply_with_undo(harness: Harness, text: str) -> None:
    """Take in a reply that may be taken back for three seconds."""
    thread = MessageTs(harness.posts()[0].ts)
    ts = MessageTs(await harness.slack.say(AVA, CHANNEL, text, thread_ts=thread))
    reply = Reply(f"e{ts}", CHANNEL, thread, ts, AVA, (text,))
    await harness.store.run(undoable(3, lambda tx: record_reply(tx, reply)))


async def test_an_undo_window_is_as_long_as_it_was(harness: Harness) -> None:
    """A reply leaves when its three seconds are over, whichever way the clock was set meanwhile."""
    for number, hours in enumerate((1, -1)):
        await reply_with_undo(harness, f"reply {number}")
        await set_clock(harness, hours * HOUR)
        await harness.pay()
        assert harness.phone()[1:] == [f"reply {earlier}" for earlier in range(number)]
        harness.wait(3.1)
        await harness.pay()
        assert harness.phone()[-1] == f"reply {number}"


async def test_doubt_is_not_decided_early(harness: Harness) -> None:
    """A text that is absent from Volt's record is not sent again because the clock was set forward."""
    harness.volt.rules.statuses = [(500, None)]
    await harness.answer("It is ready")
    await harness.look()
    await set_clock(harness, HOUR)
    await harness.look()
    assert harness.phone() == ["Hi"]
    for _ in range(3):
        await harness.look(ABSENT_AT_PROVIDER_S)
    assert harness.phone().count("It is ready") <= 1


async def test_a_post_is_found_whatever_the_clock_said(harness: Harness) -> None:
    """A post made before the clock was set is still found by its key, and not made again."""
    for hours in (2, -2):
        harness.slack.rules.drop_answers = 1
        await harness.hear(f"there {hours}")
        await set_clock(harness, hours * HOUR)
        for _ in range(3):
            await harness.look(AT_WORK_S)
        assert [line for line in harness.lines() if f"there {hours}" in line] == [f"there {hours}"]


@pytest.mark.on_file
async def test_a_clock_set_back_while_the_bot_was_away(harness: Harness) -> None:
    """What was to be tried again by a clock that has been set back a year waits an hour at most."""
    await reply_with_undo(harness, "It is ready")
    harness.now = Micros(harness.now - 365 * 24 * HOUR * 1_000_000)
    await harness.store.run(lambda tx: tx.resume())
    harness.wait(1.05 * HOUR)
    await harness.pay()
    assert harness.phone() == ["Hi", "It is ready"]


async def test_a_machine_that_slept_for_days(harness: Harness) -> None:
    """A text that Volt took before the machine was suspended for days is not sent again after it."""
    harness.volt.rules.statuses, harness.volt.rules.acts_first = [(500, None)], True
    await harness.answer("It is ready")
    for message in harness.volt.messages:
        message.sent_at = message.created_at
    await set_clock(harness, 60 * HOUR)
    for _ in range(6):
        await harness.look(16)
    assert harness.phone() == ["Hi", "It is ready"]


async def test_the_real_clock_is_followed_in_the_database(tmp_path: Path) -> None:
    """Where the time of day is set, waiting times and the clock move in one unit; where that fails, neither does."""
    jump_ns = 0
    clock = Clock(lambda: time.time_ns() + jump_ns)
    engine = GroupCommit(engine_on(tmp_path / "bot.db"))
    store = SqlStore(engine, clock.now)
    followed: list[str] = []
    watch = ClockWatch(clock, store, lambda: followed.append("followed"), Observed())
    await store.start()
    await store.run(lambda tx: tx.outbox.hold(RateLimitHold("send", add_seconds(clock.now(), 60), Micros(0))))
    jump_ns = -HOUR * 1_000_000_000
    await engine.run(lambda connection: connection.execute("ALTER TABLE rate_limit RENAME TO away").rowcount)
    with pytest.raises(StoreUnavailable):
        await watch.follow()
    assert round(clock.step_s()) == -HOUR
    assert followed == []
    await engine.run(lambda connection: connection.execute("ALTER TABLE away RENAME TO rate_limit").rowcount)
    await watch.follow()
    assert abs(clock.step_s()) < 1
    assert followed == ["followed"]
    (hold,) = await store.run(lambda tx: tx.outbox.rate_limits())
    assert 0 < (hold.not_before - clock.now()) / 1_000_000 <= 60
    await store.close()
