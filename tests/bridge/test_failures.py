"""What fails holds up only what it concerns, and what never works is set aside where people see it."""

from __future__ import annotations

import pytest

from bot.bridge.rate_limit import Pause, RateLimiter
from bot.domain.ids import ChannelId, MessageKey
from bot.domain.message_events import MessageEventKind
from bot.domain.retry_policy import BREAKER_PAUSES_S, MAX_TRIES
from bot.domain.timestamps import Micros, add_seconds
from tests.harness.on_a_clock import Harness
from tests.harness.world import DANA, MARCO

LONG = 400.0
"""Longer than any wait between two tries."""


async def try_often(harness: Harness, times: int = MAX_TRIES + 2) -> None:
    """Let so many tries become due, and pay them."""
    for _ in range(times):
        await harness.look(LONG)


async def two_conversations(harness: Harness) -> str:
    """Open a thread for a second contact and return its header's ts."""
    await harness.hear_from(MARCO, "Marco here")
    return [one.ts for one in harness.posts() if one.thread_ts in (None, one.ts)][1]


@pytest.mark.parametrize(("code", "goes_on"), [("603", True), ("601", False), ("602", False)])
async def test_what_a_limit_concerns(harness: Harness, code: str, *, goes_on: bool) -> None:
    """AT&T's limit keeps one conversation waiting; Volt's own limits keep all sends waiting."""
    marco = await two_conversations(harness)
    harness.volt.rules.errors = [code]
    await harness.answer("to Dana")
    assert harness.phone() == ["Hi"]
    harness.wait(-1)  # the second reply comes in the same moment
    await harness.answer("to Marco", thread=marco)
    assert [one.body for one in harness.volt.outbound(MARCO)] == (["to Marco"] if goes_on else [])
    await harness.look(LONG)
    assert harness.phone() == ["Hi", "to Dana"]
    assert [one.body for one in harness.volt.outbound(MARCO)] == ["to Marco"]


async def test_an_outage_is_no_texts_fault(harness: Harness) -> None:
    """A text that finds Volt away a hundred times is not given up, and leaves soon after Volt is back."""
    harness.volt.rules.statuses = [(503, None)] * 100
    await harness.answer("It is ready")
    await try_often(harness, 120)
    assert harness.phone() == ["Hi", "It is ready"]


async def test_a_text_that_never_works_is_set_aside(harness: Harness) -> None:
    """A text that is put off twenty times by itself counts as failed, says so in its thread, and lets others pass."""
    told = harness.observer.events
    told.clear()
    harness.volt.rules.errors = ["603"] * MAX_TRIES
    await harness.answer("never")
    await harness.answer("behind it")
    await try_often(harness)
    assert harness.phone() == ["Hi", "behind it"]
    assert any(line.startswith("Not delivered: It was tried many times") for line in harness.lines())
    assert [one.detail for one in told if one.what is MessageEventKind.SET_ASIDE] == ["send"]
    assert len([one for one in told if one.what is MessageEventKind.RETRY]) == MAX_TRIES - 1


async def test_a_post_that_slack_never_takes_is_set_aside(harness: Harness) -> None:
    """A text that Slack refuses in every form is set aside, the thread says so, and what waits behind it is shown."""
    harness.slack.rules.errors = {"chat.postMessage": ["invalid_blocks"] * 2}
    await harness.hear("unshowable")
    await harness.hear("behind it")
    await harness.look(5)
    assert not any("unshowable" in line for line in harness.lines())
    assert any("Slack would not show one text here" in line for line in harness.lines())
    assert "behind it" in harness.lines()


async def test_one_bad_text_does_not_take_others_along(harness: Harness) -> None:
    """When a post of several texts is refused each goes by itself, and only the bad one is set aside."""
    harness.slack.rules.errors = {"chat.postMessage": ["service_unavailable"] * 3}
    for words in ("one", "two", "three"):
        await harness.hear(words)
    # together: refused with blocks, and as plain words; then the first by itself: refused both ways
    harness.slack.rules.errors = {"chat.postMessage": ["invalid_blocks"] * 4}
    await harness.look(5)
    shown = "\n".join(harness.lines())
    assert "two" in shown
    assert "three" in shown
    assert not any(line == "one" for line in shown.splitlines())


@pytest.mark.parametrize("code", ["thread_not_found", "restricted_action_thread_locked", "cannot_reply_to_message"])
async def test_a_thread_that_takes_nothing_more(harness: Harness, code: str) -> None:
    """Where nothing can be posted under a header any more, a new header is opened, and other threads go on."""
    marco = await two_conversations(harness)
    harness.slack.rules.errors = {"chat.postMessage": [code]}
    await harness.hear("still there?")
    await harness.hear_from(MARCO, "me too")
    await harness.look(1)
    threads = {one.thread_ts for one in harness.posts() if "still there?" in one.text}
    headers = [one.ts for one in harness.posts() if one.thread_ts in (None, one.ts)]
    assert threads == {headers[-1]}
    assert [one.thread_ts for one in harness.posts() if "me too" in one.text] == [marco]


async def test_a_bug_in_one_text_stops_no_other(harness: Harness) -> None:
    """A text whose row our own code cannot work with is left where it is; all others are shown and sent."""
    await two_conversations(harness)
    harness.slack.rules.errors = {"chat.postMessage": ["service_unavailable"]}
    await harness.hear("broken")
    broken = "UPDATE message SET media = 'nonsense' WHERE body = 'broken'"
    await harness.run_sql(broken)
    harness.wait(5)
    await harness.hear_from(MARCO, "me too")
    await harness.look(5)
    assert any("me too" in one.text for one in harness.posts())
    assert not any("broken" in one.text for one in harness.posts())
    assert [type(error).__name__ for error in harness.crashes[:1]] == ["JSONDecodeError"]
    harness.crashes.clear()


def test_pauses_grow_and_end_with_the_first_success() -> None:
    """A place in trouble is left alone for longer each time, calls that left together count once, success ends it."""
    limiter, now = RateLimiter(1.0), Micros(1_700_000_000_000_000)
    pauses = []
    for _ in range(len(BREAKER_PAUSES_S) + 2):
        pauses.append(limiter.back_off("send", now))
        assert limiter.back_off("send", add_seconds(now, 0.5)) == pytest.approx(pauses[-1] - 0.5)
        now = add_seconds(now, pauses[-1])
    assert pauses == [*BREAKER_PAUSES_S, BREAKER_PAUSES_S[-1], BREAKER_PAUSES_S[-1]]
    limiter.note_success("send")
    assert limiter.back_off("send", now) == BREAKER_PAUSES_S[0]


def test_calls_without_an_answer_pause_a_place_after_three() -> None:
    """One call without an answer says nothing about a place; three in a row do."""
    limiter, now = RateLimiter(1.0), Micros(1_700_000_000_000_000)
    assert [limiter.note_timeout("send", now) for _ in range(3)] == [None, None, Pause(BREAKER_PAUSES_S[0])]
    limiter.note_success("send")
    assert limiter.note_timeout("send", now) is None


def test_a_channel_without_an_answer_pauses_no_other() -> None:
    """Of a pace that channels share, three calls without an answer pause their channel; in two channels, the pace."""
    limiter, now, one, two = RateLimiter(1.0), Micros(1_700_000_000_000_000), ChannelId("C1"), ChannelId("C2")
    for _ in range(2):
        assert limiter.note_timeout("edit", now, one) is None
        limiter.note_success("edit", two)
    assert limiter.note_timeout("edit", now, one) == Pause(BREAKER_PAUSES_S[0], one, "edit")
    assert limiter.note_timeout("edit", now, one) == Pause(BREAKER_PAUSES_S[0], one, "edit")
    assert limiter.note_timeout("edit", now, two) == Pause(BREAKER_PAUSES_S[0])


async def test_every_step_is_told_by_one_key(harness: Harness) -> None:
    """From its acceptance to its last status a text is named by the same key."""
    told = harness.observer.events
    told.clear()
    await harness.answer("It is ready")
    (sent,) = [one for one in harness.volt.outbound(DANA) if one.body == "It is ready"]
    mine = [one for one in told if one.key == MessageKey(sent.passthrough or "")]
    assert [one.what for one in mine] == [MessageEventKind.ACCEPTED, MessageEventKind.STATUS]


async def test_threads_that_can_never_be_answered(harness: Harness) -> None:
    """Where no header can be answered a few are tried, and then the text is set aside."""
    await harness.hear("before")
    for number in range(12):
        # a header goes through, the text under it does not
        harness.slack.rules.errors = {"chat.postMessage": ["cannot_reply_to_message"]}
        if number == 0:
            await harness.hear("still there?")
        await harness.look(LONG)
    headers = [one for one in harness.posts() if one.thread_ts in (None, one.ts)]
    assert len(headers) <= 8


async def test_a_bug_in_one_text_ends_some_day(harness: Harness) -> None:
    """A text that our own code cannot get ready is tried twenty times and then given up; what waits behind it goes."""
    harness.slack.rules.errors = {"chat.postMessage": ["service_unavailable"]}
    await harness.hear("broken")
    await harness.run_sql("UPDATE message SET media = 'nonsense' WHERE body = 'broken'")
    for _ in range(MAX_TRIES):
        await harness.look(3_600)
    assert {type(error).__name__ for error in harness.crashes} == {"JSONDecodeError"}
    met = len(harness.crashes)
    await harness.run_sql("UPDATE message SET media = '[]' WHERE body = 'broken'")
    await harness.hear("whole")
    for _ in range(3):
        await harness.look(3_600)
    assert len(harness.crashes) == met
    assert "whole" in harness.lines()[-1]
    assert not any("broken" in line for line in harness.lines())
    harness.crashes.clear()
