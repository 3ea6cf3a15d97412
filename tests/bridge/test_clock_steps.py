"""A clock that is set: what waits goes on waiting as long as it was to, and what is in doubt is not decided early."""

from __future__ import annotations

from bot.bridge.outbound import record_reply
from bot.bridge.reconcile import ABSENT_AT_PROVIDER_S, AT_WORK_S
from bot.domain.ids import MessageTs
from bot.domain.message import Reply
from bot.domain.moment import Micros, later
from tests.bridge.bench import AVA, CHANNEL, Bench

HOUR = 3_600


async def set_clock(bench: Bench, seconds: float) -> None:
    """Set the clock, as the bot follows it."""
    bench.wait(seconds)
    bench.reconciler.forget()
    await bench.store.run(lambda ledger: ledger.move_moments(later(0, seconds)))


async def reply_with_undo(bench: Bench, text: str) -> None:
    """Take in a reply that may be taken back for three seconds."""
    thread = MessageTs(bench.posts()[0].ts)
    ts = MessageTs(await bench.slack.say(AVA, CHANNEL, text, thread_ts=thread))
    reply = Reply(f"e{ts}", CHANNEL, thread, ts, AVA, (text,))
    await bench.store.run(lambda ledger: record_reply(ledger, reply, undo_s=3))


async def test_an_undo_window_is_as_long_as_it_was(bench: Bench) -> None:
    """A reply leaves when its three seconds are over, whichever way the clock was set meanwhile."""
    for number, hours in enumerate((1, -1)):
        await reply_with_undo(bench, f"reply {number}")
        await set_clock(bench, hours * HOUR)
        await bench.pay()
        assert bench.phone()[1:] == [f"reply {earlier}" for earlier in range(number)]
        bench.wait(3.1)
        await bench.pay()
        assert bench.phone()[-1] == f"reply {number}"


async def test_doubt_is_not_decided_early(bench: Bench) -> None:
    """A text that is absent from Volt's record is not sent again because the clock was set forward."""
    bench.volt.rules.statuses = [(500, None)]
    await bench.answer("It is ready")
    await bench.look()
    await set_clock(bench, HOUR)
    await bench.look()
    assert bench.phone() == ["Hi"]
    for _ in range(3):
        await bench.look(ABSENT_AT_PROVIDER_S)
    assert bench.phone().count("It is ready") <= 1


async def test_a_post_is_found_whatever_the_clock_said(bench: Bench) -> None:
    """A post made before the clock was set is still found by its key, and not made again."""
    for hours in (2, -2):
        bench.slack.rules.drop_answers = 1
        await bench.hear(f"there {hours}")
        bench.reconciler.unsure_s = lambda: 2.0 * HOUR
        await set_clock(bench, hours * HOUR)
        for _ in range(3):
            await bench.look(AT_WORK_S)
        assert [line for line in bench.lines() if f"there {hours}" in line] == [f"there {hours}"]


async def test_a_clock_set_back_while_the_bot_was_away(bench: Bench) -> None:
    """What was to be tried again by a clock that has been set back a year waits an hour at most."""
    await reply_with_undo(bench, "It is ready")
    bench.now = Micros(bench.now - 365 * 24 * HOUR * 1_000_000)
    await bench.store.run(lambda ledger: ledger.resume())
    bench.wait(1.05 * HOUR)
    await bench.pay()
    assert bench.phone() == ["Hi", "It is ready"]
