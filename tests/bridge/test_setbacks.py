"""What fails holds up only what it concerns, and what never works is set aside where people see it."""

from __future__ import annotations

import pytest

from bot.bridge.rate_limit import Pacer, Pause
from bot.domain.ids import ChannelId, MessageKey
from bot.domain.message_events import What
from bot.domain.retry_policy import BREAKER_PAUSES_S, MAX_TRIES
from bot.domain.timestamps import Micros, later
from tests.harness.on_a_clock import Bench
from tests.harness.world import DANA, MARCO

LONG = 400.0
"""Longer than any wait between two tries."""


async def try_often(bench: Bench, times: int = MAX_TRIES + 2) -> None:
    """Let so many tries become due, and pay them."""
    for _ in range(times):
        await bench.look(LONG)


async def two_conversations(bench: Bench) -> str:
    """Open a thread for a second contact and return its header's ts."""
    await bench.hear_from(MARCO, "Marco here")
    return [one.ts for one in bench.posts() if one.thread_ts in (None, one.ts)][1]


@pytest.mark.parametrize(("code", "goes_on"), [("603", True), ("601", False), ("602", False)])
async def test_what_a_limit_concerns(bench: Bench, code: str, *, goes_on: bool) -> None:
    """AT&T's limit keeps one conversation waiting; Volt's own limits keep all sends waiting."""
    marco = await two_conversations(bench)
    bench.volt.rules.errors = [code]
    await bench.answer("to Dana")
    assert bench.phone() == ["Hi"]
    bench.wait(-1)  # the second reply comes in the same moment
    await bench.answer("to Marco", thread=marco)
    assert [one.body for one in bench.volt.outbound(MARCO)] == (["to Marco"] if goes_on else [])
    await bench.look(LONG)
    assert bench.phone() == ["Hi", "to Dana"]
    assert [one.body for one in bench.volt.outbound(MARCO)] == ["to Marco"]


async def test_an_outage_is_no_texts_fault(bench: Bench) -> None:
    """A text that finds Volt away a hundred times is not given up, and leaves soon after Volt is back."""
    bench.volt.rules.statuses = [(503, None)] * 100
    await bench.answer("It is ready")
    await try_often(bench, 120)
    assert bench.phone() == ["Hi", "It is ready"]


async def test_a_text_that_never_works_is_set_aside(bench: Bench) -> None:
    """A text that is put off twenty times by itself counts as failed, says so in its thread, and lets others pass."""
    told = bench.observer.events
    told.clear()
    bench.volt.rules.errors = ["603"] * MAX_TRIES
    await bench.answer("never")
    await bench.answer("behind it")
    await try_often(bench)
    assert bench.phone() == ["Hi", "behind it"]
    assert any(line.startswith("Not delivered: It was tried many times") for line in bench.lines())
    assert [one.detail for one in told if one.what is What.SET_ASIDE] == ["send"]
    assert len([one for one in told if one.what is What.RETRY]) == MAX_TRIES - 1


async def test_a_post_that_slack_never_takes_is_set_aside(bench: Bench) -> None:
    """A text that Slack refuses in every form is set aside, the thread says so, and what waits behind it is shown."""
    bench.slack.rules.errors = {"chat.postMessage": ["invalid_blocks"] * 2}
    await bench.hear("unshowable")
    await bench.hear("behind it")
    await bench.look(5)
    assert not any("unshowable" in line for line in bench.lines())
    assert any("Slack would not show one text here" in line for line in bench.lines())
    assert "behind it" in bench.lines()


async def test_one_bad_text_does_not_take_others_along(bench: Bench) -> None:
    """When a post of several texts is refused each goes by itself, and only the bad one is set aside."""
    bench.slack.rules.errors = {"chat.postMessage": ["service_unavailable"] * 3}
    for words in ("one", "two", "three"):
        await bench.hear(words)
    # together: refused with blocks, and as plain words; then the first by itself: refused both ways
    bench.slack.rules.errors = {"chat.postMessage": ["invalid_blocks"] * 4}
    await bench.look(5)
    shown = "\n".join(bench.lines())
    assert "two" in shown
    assert "three" in shown
    assert not any(line == "one" for line in shown.splitlines())


@pytest.mark.parametrize("code", ["thread_not_found", "restricted_action_thread_locked", "cannot_reply_to_message"])
async def test_a_thread_that_takes_nothing_more(bench: Bench, code: str) -> None:
    """Where nothing can be posted under a header any more, a new header is opened, and other threads go on."""
    marco = await two_conversations(bench)
    bench.slack.rules.errors = {"chat.postMessage": [code]}
    await bench.hear("still there?")
    await bench.hear_from(MARCO, "me too")
    await bench.look(1)
    threads = {one.thread_ts for one in bench.posts() if "still there?" in one.text}
    headers = [one.ts for one in bench.posts() if one.thread_ts in (None, one.ts)]
    assert threads == {headers[-1]}
    assert [one.thread_ts for one in bench.posts() if "me too" in one.text] == [marco]


async def test_a_bug_in_one_text_stops_no_other(bench: Bench) -> None:
    """A text whose row our own code cannot work with is left where it is; all others are shown and sent."""
    await two_conversations(bench)
    bench.slack.rules.errors = {"chat.postMessage": ["service_unavailable"]}
    await bench.hear("broken")
    broken = "UPDATE message SET media = 'nonsense' WHERE body = 'broken'"
    await bench.run_sql(broken)
    bench.wait(5)
    await bench.hear_from(MARCO, "me too")
    await bench.look(5)
    assert any("me too" in one.text for one in bench.posts())
    assert not any("broken" in one.text for one in bench.posts())
    assert [type(error).__name__ for error in bench.crashes[:1]] == ["JSONDecodeError"]
    bench.crashes.clear()


def test_pauses_grow_and_end_with_the_first_success() -> None:
    """A place in trouble is left alone for longer each time, calls that left together count once, success ends it."""
    pacer, now = Pacer(1.0), Micros(1_700_000_000_000_000)
    pauses = []
    for _ in range(len(BREAKER_PAUSES_S) + 2):
        pauses.append(pacer.back_off("send", now))
        assert pacer.back_off("send", later(now, 0.5)) == pytest.approx(pauses[-1] - 0.5)
        now = later(now, pauses[-1])
    assert pauses == [*BREAKER_PAUSES_S, BREAKER_PAUSES_S[-1], BREAKER_PAUSES_S[-1]]
    pacer.fine("send")
    assert pacer.back_off("send", now) == BREAKER_PAUSES_S[0]


def test_calls_without_an_answer_pause_a_place_after_three() -> None:
    """One call without an answer says nothing about a place; three in a row do."""
    pacer, now = Pacer(1.0), Micros(1_700_000_000_000_000)
    assert [pacer.kept_waiting("send", now) for _ in range(3)] == [None, None, Pause(BREAKER_PAUSES_S[0])]
    pacer.fine("send")
    assert pacer.kept_waiting("send", now) is None


def test_a_channel_without_an_answer_pauses_no_other() -> None:
    """Of a pace that channels share, three calls without an answer pause their channel; in two channels, the pace."""
    pacer, now, one, two = Pacer(1.0), Micros(1_700_000_000_000_000), ChannelId("C1"), ChannelId("C2")
    for _ in range(2):
        assert pacer.kept_waiting("edit", now, one) is None
        pacer.fine("edit", two)
    assert pacer.kept_waiting("edit", now, one) == Pause(BREAKER_PAUSES_S[0], one, "edit")
    assert pacer.kept_waiting("edit", now, one) == Pause(BREAKER_PAUSES_S[0], one, "edit")
    assert pacer.kept_waiting("edit", now, two) == Pause(BREAKER_PAUSES_S[0])


async def test_every_step_is_told_by_one_key(bench: Bench) -> None:
    """From its acceptance to its last status a text is named by the same key."""
    told = bench.observer.events
    told.clear()
    await bench.answer("It is ready")
    (sent,) = [one for one in bench.volt.outbound(DANA) if one.body == "It is ready"]
    mine = [one for one in told if one.key == MessageKey(sent.passthrough or "")]
    assert [one.what for one in mine] == [What.ACCEPTED, What.STATUS]


async def test_threads_that_can_never_be_answered(bench: Bench) -> None:
    """Where no header can be answered a few are tried, and then the text is set aside."""
    await bench.hear("before")
    for number in range(12):
        # a header goes through, the text under it does not
        bench.slack.rules.errors = {"chat.postMessage": ["cannot_reply_to_message"]}
        if number == 0:
            await bench.hear("still there?")
        await bench.look(LONG)
    headers = [one for one in bench.posts() if one.thread_ts in (None, one.ts)]
    assert len(headers) <= 8


async def test_a_bug_in_one_text_ends_some_day(bench: Bench) -> None:
    """A text that our own code cannot get ready is tried twenty times and then given up; what waits behind it goes."""
    bench.slack.rules.errors = {"chat.postMessage": ["service_unavailable"]}
    await bench.hear("broken")
    await bench.run_sql("UPDATE message SET media = 'nonsense' WHERE body = 'broken'")
    for _ in range(MAX_TRIES):
        await bench.look(3_600)
    assert {type(error).__name__ for error in bench.crashes} == {"JSONDecodeError"}
    met = len(bench.crashes)
    await bench.run_sql("UPDATE message SET media = '[]' WHERE body = 'broken'")
    await bench.hear("whole")
    for _ in range(3):
        await bench.look(3_600)
    assert len(bench.crashes) == met
    assert "whole" in bench.lines()[-1]
    assert not any("broken" in line for line in bench.lines())
    bench.crashes.clear()
