"""A clock that was set while the bot was away: what waits goes on waiting as long as it was to, and no longer."""

from __future__ import annotations

import pytest

from bot.bridge.messages.outbound import record_reply
from bot.domain.ids import MessageTs
from bot.domain.message import Reply
from bot.domain.outbox import PaceHold
from bot.domain.retry_policy import ABSENT_IN_SLACK_S, AT_WORK_S
from bot.domain.timestamps import Micros, later
from tests.bridge.test_catch_up import catch_up, unheard
from tests.harness.on_a_clock import Bench, undoable
from tests.harness.world import AVA, CHANNEL

MINUTE = 60
YEAR = 365 * 24 * 3_600


async def reply_with_undo(bench: Bench, text: str) -> None:
    """Take in a reply that may be taken back for three seconds."""
    thread = MessageTs(bench.posts()[0].ts)
    ts = MessageTs(await bench.slack.say(AVA, CHANNEL, text, thread_ts=thread))
    await bench.store.run(
        undoable(3, lambda ledger: record_reply(ledger, Reply(f"e{ts}", CHANNEL, thread, ts, AVA, (text,))))
    )


async def start_anew(bench: Bench, by_s: float) -> None:
    """Stop the bot, set the clock, and start it again."""
    await bench.store.close()
    bench.wait(by_s)
    bench.reopen()
    await bench.store.start()


@pytest.mark.parametrize("by_s", [-40 * MINUTE, -56 * YEAR, 10 * YEAR])
async def test_an_owed_reply_leaves_within_its_undo_window(bench: Bench, by_s: float) -> None:
    """Whatever the clock says at the start, a reply that may be taken back for three seconds leaves after three."""
    await reply_with_undo(bench, "It is ready")
    await start_anew(bench, by_s)
    bench.wait(3.1)
    await bench.pay()
    assert bench.phone() == ["Hi", "It is ready"]


async def test_a_hold_lasts_as_long_as_it_was_to(bench: Bench) -> None:
    """A pause that Slack asked for is over when it would have been, though the clock was set back meanwhile."""
    await bench.store.run(lambda ledger: ledger.hold_pace(PaceHold("react", later(bench.now, 30), Micros(0))))
    await reply_with_undo(bench, "It is ready")  # so that the books know the time
    await start_anew(bench, -40 * MINUTE)
    (hold,) = [one for one in await bench.store.run(lambda ledger: ledger.paces()) if one.key == "react"]
    assert 0 < hold.not_before - bench.now <= 30_000_000


async def test_a_wrong_clock_of_old_is_followed_once(bench: Bench) -> None:
    """A call that was owed by a clock ten years ahead cuts no wait short at the starts after that was mended."""
    await start_anew(bench, 10 * YEAR)
    await reply_with_undo(bench, "It is ready")
    await start_anew(bench, -10 * YEAR)
    await start_anew(bench, 0.1)
    await bench.pay()
    assert bench.phone() == ["Hi"]
    bench.wait(3)
    await bench.pay()
    assert bench.phone() == ["Hi", "It is ready"]


async def test_a_doubt_ends_though_the_clock_was_set_back(bench: Bench) -> None:
    """A post whose answer was lost is looked into soon, not once the clock is where it was."""
    bench.slack.rules.drop_answers = 1
    await bench.hear("Are you there?")
    await start_anew(bench, -40 * MINUTE)
    bench.reconciler = bench.new_reconciler()
    bench.slack.remove(bench.posts()[-1])  # it never arrived
    for _ in range(4):
        await bench.look(AT_WORK_S + ABSENT_IN_SLACK_S)
    assert sum("Are you there?" in line for line in bench.lines()) == 1


@pytest.mark.parametrize("by_s", [-40 * MINUTE, -10 * YEAR])
async def test_what_was_missed_is_looked_for_by_the_clock_there_is(bench: Bench, by_s: float) -> None:
    """A text that came while the bot was away is found, though the last look was later by the clock of then."""
    assert await catch_up(bench)
    await start_anew(bench, by_s)
    unheard(bench, "While you were away", ago_s=30)
    assert await catch_up(bench)
    assert any("While you were away" in line for line in bench.lines())
