"""The weekly summary: posted once a week, whatever ends between any two steps."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.bridge.alarms.watcher import AlarmWatcher
from bot.bridge.weekly.plan import DUE, end_weekly, read_weekly, set_weekly, weekly_due
from bot.bridge.weekly.poster import WeeklyPoster
from bot.domain.ids import ChannelId, MessageTs
from bot.domain.timestamps import add_seconds, from_micros, to_micros
from bot.domain.weekly import WeeklyPlan
from bot.sandbox.slack.state.teams import TEAM_ID
from tests.harness.on_a_clock import Harness
from tests.harness.posts import seen
from tests.harness.world import AVA, BEN, CHANNEL

DAY_S = 86_400.0
SOON_S = 90.0
"""So soon that the search for the post, which allows for clocks two minutes apart, finds what Slack dates now."""
ZONE = ZoneInfo("Europe/Berlin")


def poster_of(harness: Harness) -> WeeklyPoster:
    """Make one that remembers nothing, as after a restart."""
    return WeeklyPoster(harness.store, harness.workspace, harness.observer)


def summaries(harness: Harness) -> list[str]:
    """Return the summaries that people read."""
    return [words for one in harness.posts() if "Figures of the week" in (words := seen(one))]


def plan_in(harness: Harness, seconds: float = DAY_S) -> WeeklyPlan:
    """Make a plan whose first summary is due about then."""
    at = from_micros(add_seconds(harness.now, seconds)).astimezone(ZONE)
    return WeeklyPlan(at.weekday(), at.hour * 60 + at.minute, ZONE.key)


async def planned(harness: Harness, channel: ChannelId = CHANNEL, *, in_s: float = DAY_S) -> None:
    """Have a plan, and let the time come at which the first summary is due."""
    plan = plan_in(harness, in_s)
    await harness.store.run(lambda tx: set_weekly(tx, channel, plan, AVA))
    await due(harness)


async def due(harness: Harness) -> None:
    """Let the time come at which the next summary is due, and the alarm ring."""
    at = await harness.store.run(lambda tx: tx.alarms.next_at())
    assert at is not None
    harness.now = add_seconds(at, 1)
    assert await AlarmWatcher(harness.store, {DUE: weekly_due}, harness.observer).look() == 1


async def test_once_a_week(harness: Harness) -> None:
    """Each week has one summary, with the figures of the seven days before, and none after the plan has ended."""
    await planned(harness)
    for _ in range(3):
        await poster_of(harness).look()
        harness.wait(61)
    assert len(summaries(harness)) == 1
    assert "1 text in, 1 out." in summaries(harness)[0]
    await due(harness)
    await poster_of(harness).look()
    assert len(summaries(harness)) == 2
    assert "0 texts in, 0 out." in summaries(harness)[1]
    assert await harness.store.run(lambda tx: end_weekly(tx, AVA))
    assert not await harness.store.run(lambda tx: end_weekly(tx, AVA))
    harness.wait(8 * DAY_S)
    assert await AlarmWatcher(harness.store, {DUE: weekly_due}, harness.observer).look() == 0
    assert len(summaries(harness)) == 2


async def test_not_known_here(harness: Harness) -> None:
    """A summary that stands in Slack, while the database does not know it, is found and not posted again.

    So it is after a kill between the post and its note, a lost answer, or a restore.
    """
    await planned(harness, in_s=SOON_S)
    posted = await harness.store.run(lambda tx: tx.weekly.latest())
    assert posted is not None
    await poster_of(harness).look()
    await harness.store.run(lambda tx: tx.weekly.forget_before(tx.now))
    await harness.store.run(lambda tx: tx.weekly.add(posted))
    assert await poster_of(harness).look() == 1
    assert await poster_of(harness).look() == 0
    assert len(summaries(harness)) == 1
    latest = await harness.store.run(lambda tx: tx.weekly.latest())
    assert latest is not None
    assert await harness.store.run(lambda tx: tx.weekly.is_one(latest.channel, latest.ts or MessageTs("")))


async def test_refused_channel(harness: Harness) -> None:
    """A channel that the bot is not in keeps its summary waiting, says so, and gets it once the bot was invited."""
    room = ChannelId(harness.slack.add_channel("C0FIGURES", "figures", members=False).id)
    await planned(harness, room)
    await poster_of(harness).look()
    known = await harness.store.run(read_weekly)
    assert known is not None
    assert known[2] is not None
    assert known[2].failure == "not_in_channel"
    assert await poster_of(harness).look() == 0
    harness.slack.channels[room].set_bot(TEAM_ID, is_in=True)
    harness.wait(901)
    assert await poster_of(harness).look() == 1
    known = await harness.store.run(read_weekly)
    assert known is not None
    assert known[2] is not None
    assert (known[2].failure, known[2].ts is not None) == ("", True)


async def test_away_for_days(harness: Harness) -> None:
    """A summary that was due while no bot ran for days is left out, and the next one comes as planned."""
    plan = plan_in(harness)
    await harness.store.run(lambda tx: set_weekly(tx, CHANNEL, plan, AVA))
    harness.wait(4 * DAY_S)
    assert await AlarmWatcher(harness.store, {DUE: weekly_due}, harness.observer).look() == 1
    assert await poster_of(harness).look() == 0
    await due(harness)
    assert await poster_of(harness).look() == 1
    assert len(summaries(harness)) == 1


async def test_set_anew(harness: Harness) -> None:
    """A plan takes the place of the one before: there is one alarm."""
    await planned(harness)
    again = plan_in(harness, 3 * DAY_S)
    await harness.store.run(lambda tx: set_weekly(tx, CHANNEL, again, BEN))
    await poster_of(harness).look()
    await due(harness)
    await poster_of(harness).look()
    assert len(summaries(harness)) == 2


@pytest.mark.parametrize(
    ("zone", "minutes", "after", "expected"),
    [
        ("UTC", 540, datetime(2026, 3, 2, 8, 59, tzinfo=UTC), datetime(2026, 3, 2, 9, tzinfo=UTC)),
        ("UTC", 540, datetime(2026, 3, 2, 9, tzinfo=UTC), datetime(2026, 3, 9, 9, tzinfo=UTC)),
        ("Europe/Berlin", 540, datetime(2026, 3, 24, tzinfo=UTC), datetime(2026, 3, 30, 7, tzinfo=UTC)),
    ],
)
def test_next_moment(zone: str, minutes: int, after: datetime, expected: datetime) -> None:
    """The next summary is due at the first such moment after now, as the clock is there then."""
    assert WeeklyPlan(0, minutes, zone).next_after(to_micros(after)) == to_micros(expected)


@pytest.mark.parametrize(
    ("weekday", "minutes", "change"),
    [(6, 150, datetime(2026, 3, 29, tzinfo=UTC)), (6, 150, datetime(2026, 10, 25, tzinfo=UTC))],
)
def test_clocks_that_change(weekday: int, minutes: int, change: datetime) -> None:
    """In a week in which the clock skips the time, or shows it twice, a summary is due once."""
    plan = WeeklyPlan(6, 150, ZONE.key)
    first = plan.next_after(to_micros(change))
    assert plan.day_of(first) == change.date()
    second = plan.next_after(first)
    assert (plan.day_of(second) - plan.day_of(first)).days == 7
