"""A clock that was set while the bot was away: what waits goes on waiting as long as it was to, and no longer.

On a server its own clock counts for all bots, and none that starts moves the times of the others.
"""

from __future__ import annotations

import pytest

from bot.bridge.messages.outbound import record_reply
from bot.domain.ids import MessageTs
from bot.domain.outbox import RateLimitHold
from bot.domain.retry_policy import ABSENT_IN_SLACK_S, AT_WORK_S
from bot.domain.thread_events import Reply
from bot.domain.timestamps import Micros, add_seconds
from tests.bridge.test_backfill import catch_up, unheard
from tests.harness.on_a_clock import Harness, undoable
from tests.harness.world import AVA, CHANNEL

pytestmark = pytest.mark.on_file

MINUTE = 60
YEAR = 365 * 24 * 3_600


async def reply_with_undo(harness: Harness, text: str) -> None:
    """Take in a reply that may be taken back for three seconds."""
    thread = MessageTs(harness.posts()[0].ts)
    ts = MessageTs(await harness.slack.say(AVA, CHANNEL, text, thread_ts=thread))
    await harness.store.run(
        undoable(3, lambda tx: record_reply(tx, Reply(f"e{ts}", CHANNEL, thread, ts, AVA, (text,))))
    )


async def start_anew(harness: Harness, by_s: float) -> None:
    """Stop the bot, set the clock, and start it again."""
    await harness.store.close()
    harness.wait(by_s)
    harness.reopen()
    await harness.store.start()


@pytest.mark.parametrize("by_s", [-40 * MINUTE, -56 * YEAR, 10 * YEAR])
async def test_a_pending_reply_leaves_within_its_undo_window(harness: Harness, by_s: float) -> None:
    """Whatever the clock says at the start, a reply that may be taken back for three seconds leaves after three."""
    await reply_with_undo(harness, "It is ready")
    await start_anew(harness, by_s)
    harness.wait(3.1)
    await harness.pay()
    assert harness.phone() == ["Hi", "It is ready"]


async def test_a_hold_lasts_as_long_as_it_was_to(harness: Harness) -> None:
    """A pause that Slack asked for is over when it would have been, though the clock was set back meanwhile."""
    await harness.store.run(lambda tx: tx.outbox.hold(RateLimitHold("react", add_seconds(harness.now, 30), Micros(0))))
    await reply_with_undo(harness, "It is ready")  # so that the database knows the time
    await start_anew(harness, -40 * MINUTE)
    (hold,) = [one for one in await harness.store.run(lambda tx: tx.outbox.rate_limits()) if one.key == "react"]
    assert 0 < hold.not_before - harness.now <= 30_000_000


async def test_a_wrong_clock_of_old_is_followed_once(harness: Harness) -> None:
    """A call that was pending by a clock ten years ahead cuts no wait short at the starts after that was mended."""
    await start_anew(harness, 10 * YEAR)
    await reply_with_undo(harness, "It is ready")
    await start_anew(harness, -10 * YEAR)
    await start_anew(harness, 0.1)
    await harness.pay()
    assert harness.phone() == ["Hi"]
    harness.wait(3)
    await harness.pay()
    assert harness.phone() == ["Hi", "It is ready"]


async def test_a_doubt_ends_though_the_clock_was_set_back(harness: Harness) -> None:
    """A post whose answer was lost is looked into soon, not once the clock is where it was."""
    harness.slack.rules.drop_answers = 1
    await harness.hear("Are you there?")
    await start_anew(harness, -40 * MINUTE)
    harness.reconciler = harness.new_reconciler()
    harness.slack.remove(harness.posts()[-1])  # it never arrived
    for _ in range(4):
        await harness.look(AT_WORK_S + ABSENT_IN_SLACK_S)
    assert sum("Are you there?" in line for line in harness.lines()) == 1


@pytest.mark.parametrize("by_s", [-40 * MINUTE, -10 * YEAR])
async def test_what_was_missed_is_looked_for_by_the_clock_there_is(harness: Harness, by_s: float) -> None:
    """A text that came while the bot was away is found, though the last look was later by the clock of then."""
    assert await catch_up(harness)
    await start_anew(harness, by_s)
    unheard(harness, "While you were away", ago_s=30)
    assert await catch_up(harness)
    assert any("While you were away" in line for line in harness.lines())
