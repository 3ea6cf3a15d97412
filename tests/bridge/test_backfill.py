"""What nobody heard: both sides' records are read, and what is new in them is taken in once."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from bot.bridge.backfill.backfill import Backfill
from bot.bridge.messages.inbound import record_inbound
from bot.bridge.rate_limit import LookupLimiter
from bot.bridge.recovery.recovery import Recovery
from bot.bridge.slack_events import record_event
from bot.domain.ids import MessageTs
from bot.domain.message import Inbound
from bot.domain.thread_events import Reply
from bot.domain.timestamps import from_micros
from bot.sandbox.volt.model import VoltMessage
from tests.harness.on_a_clock import Harness
from tests.harness.posts import seen
from tests.harness.world import ACCOUNT, AVA, CHANNEL, DANA, MARCO

LATE = "Written <!date^"


def catcher(harness: Harness, recovery: Recovery | None = None) -> Backfill:
    """Make one that has read nothing yet, as after a start."""
    return Backfill(
        store=harness.store,
        workspace=harness.workspace,
        providers=harness.providers,
        lookup_limiter=LookupLimiter(lambda: harness.now),
        clock=lambda: harness.now,
        home=(ACCOUNT, CHANNEL),
        interval_s=300,
        lookback=timedelta(hours=24),
        observer=harness.observer,
        recovery=recovery,
    )


async def catch_up(harness: Harness) -> bool:
    """Read both records as a bot does that has just started, and pay what follows."""
    is_whole = await catcher(harness).round()
    await harness.pay()
    return is_whole


def unheard(harness: Harness, text: str, *, contact: str = DANA, ago_s: float = 30) -> VoltMessage:
    """Let a contact text while nobody brings us the event."""
    at = (from_micros(harness.now) - timedelta(seconds=ago_s)).isoformat()
    message = VoltMessage(ACCOUNT, contact, text, direction="inbound", status="received", created_at=at, sent_at=at)
    return harness.volt.keep(message)


@pytest.fixture
async def started(harness: Harness) -> Harness:
    """Give a harness whose first start was a while ago by Slack's clock, which is the real one."""
    harness.wait(-30)
    assert await catch_up(harness)
    harness.wait(30)
    return harness


@pytest.fixture
async def away(harness: Harness) -> Harness:
    """Give a harness that has been up, and then away for an hour."""
    assert await catch_up(harness)
    harness.wait(3_600)
    return harness


async def test_nothing_from_before_the_first_start(harness: Harness) -> None:
    """Texts from before the first start are no news, then and later."""
    unheard(harness, "From last week", ago_s=7 * 86_400)
    unheard(harness, "From just before", contact=MARCO, ago_s=60)
    assert await catch_up(harness)
    harness.wait(300)
    assert await catch_up(harness)
    assert not any("From" in line for line in harness.lines())


async def test_a_missed_text_is_shown_once_with_its_time(away: Harness) -> None:
    """A text that only Volt's record holds is shown in its thread, once, and says when it was written."""
    unheard(away, "Are you there?", ago_s=1_800)
    for _ in range(3):
        assert await catch_up(away)
        away.wait(300)
    (line,) = [line for line in away.lines() if "Are you there?" in line]
    assert LATE in line


async def test_a_new_contact_is_found(away: Harness) -> None:
    """A first text that was missed opens a thread."""
    unheard(away, "Is this the shop?", contact=MARCO)
    assert await catch_up(away)
    headers = [one for one in away.posts() if one.thread_ts in (None, one.ts)]
    assert len(headers) == 2
    assert any("Is this the shop?" in seen(one) for one in away.posts() if one.thread_ts == headers[1].ts)


async def test_texts_keep_their_order(away: Harness) -> None:
    """Several missed texts are shown in the order in which they were written."""
    for number in range(3):
        unheard(away, f"Part {number}", ago_s=100 - 10 * number)
    assert await catch_up(away)
    words = "\n".join(away.lines())
    assert [words.index(f"Part {number}") for number in range(3)] == sorted(words.index(f"Part {n}") for n in range(3))


async def test_the_same_words_twice_are_two_texts(away: Harness) -> None:
    """A missed text that says what an earlier one said is shown all the same."""
    unheard(away, "Hello")
    assert await catch_up(away)
    assert len([line for line in away.lines() if line.startswith("Hello")]) == 2


async def test_an_event_that_comes_after_all_changes_nothing(away: Harness) -> None:
    """A webhook about a text that was found before is a repeat; one about another text with the same words is not."""
    found = unheard(away, "Are you there?")
    assert await catch_up(away)

    async def hear(number: int, legacy_id: str) -> bool:
        at = datetime.fromisoformat(found.created_at)
        inbound = Inbound(f"rfw_{number}", f"c{number}", ACCOUNT, DANA, "Are you there?", (), at, legacy_id)
        return await away.store.run(lambda tx: record_inbound(tx, inbound, channel=CHANNEL))

    assert not await hear(1, found.legacy_id)
    assert await hear(2, "another")


async def test_a_young_text_is_left_to_its_event(away: Harness) -> None:
    """A text written a moment ago is not taken from the record: its webhook is on its way."""
    unheard(away, "Just now", ago_s=2)
    assert await catch_up(away)
    assert not any("Just now" in line for line in away.lines())
    away.wait(300)
    assert await catch_up(away)
    assert any("Just now" in line for line in away.lines())


async def reply_unheard(harness: Harness, text: str) -> str:
    """Let an agent reply while nobody brings us the event; the message is as old as the harness's clock says."""
    return await harness.slack.say(AVA, CHANNEL, text, thread_ts=harness.posts()[0].ts)


async def test_a_missed_reply_is_texted_once(started: Harness) -> None:
    """A reply that only Slack's record holds is texted, once; a note stays where it is."""
    await reply_unheard(started, "It is ready")
    await reply_unheard(started, "// he is cross")
    for _ in range(3):
        assert await catch_up(started)
        started.wait(60)
    assert started.phone() == ["Hi", "It is ready"]


async def test_a_reply_that_bears_our_mark_is_not_texted_again(started: Harness) -> None:
    """A reply that our database does not know but that bears our mark was texted before, by a database since lost."""
    ts = await reply_unheard(started, "It is ready")
    await started.workspace.identity()
    await started.slack.add_reaction(started.slack.bot_user_id, CHANNEL, ts, "white_check_mark")
    assert await catch_up(started)
    assert started.phone() == ["Hi"]


async def test_a_missed_edit_is_told(started: Harness) -> None:
    """An edit of a sent reply that nobody told us of is found, and the thread says that it came too late."""
    ts = next(one.ts for one in started.slack.channels[CHANNEL].messages if one.text == "Hi")
    await started.slack.edit(CHANNEL, ts, "Hi there")
    assert await catch_up(started)
    assert any("cannot be changed on the phone" in line for line in started.lines())
    assert started.phone() == ["Hi"]


async def test_a_missed_receipt_is_found(away: Harness) -> None:
    """A text whose confirmation was missed is asked about, and its status shown."""
    (text,) = away.volt.outbound(DANA)
    text.status, text.sent_at = "delivered", text.created_at
    assert await catch_up(away)
    assert any(line.startswith("Delivered ") for line in away.lines())
    operations = [one.operation for one in away.volt.requests]
    assert "Message" in operations or "Conversation" in operations


async def test_a_text_from_outside_slack_is_shown(away: Harness) -> None:
    """A text that somebody sent from Volt's own page, and whose webhook was missed, is shown as such, once."""
    at = (from_micros(away.now) - timedelta(seconds=600)).isoformat()
    away.volt.keep(VoltMessage(DANA, ACCOUNT, "From the desk", status="sent", created_at=at, sent_at=at))
    for _ in range(2):
        assert await catch_up(away)
        away.wait(300)
    assert len([line for line in away.lines() if "From the desk" in line]) == 1


async def test_a_text_in_doubt_is_not_taken_for_a_strangers(away: Harness) -> None:
    """While a send of ours is in doubt, what the record shows is not taken for a text from outside Slack."""
    away.volt.rules.statuses, away.volt.rules.acts_first = [(500, None)], True
    await away.answer("It is ready")
    away.wait(600)
    for message in away.volt.outbound(DANA):
        message.sent_at = message.created_at = (from_micros(away.now) - timedelta(seconds=500)).isoformat()
    assert await catch_up(away)
    assert not any("Texted from outside Slack" in line for line in away.lines())


async def test_without_an_inbox_our_own_conversations_are_read(away: Harness) -> None:
    """Where Volt refuses to list its inbox, the conversations that we know are read one by one."""
    await away.hear("Still there")
    unheard(away, "Are you there?")
    away.wait(30)
    away.volt.rules.statuses = [(400, None)]
    assert await catch_up(away)
    assert any("Are you there?" in line for line in away.lines())


async def test_a_limit_ends_the_round(away: Harness) -> None:
    """A 429 ends the round; the next whole one still finds everything."""
    unheard(away, "Are you there?")
    away.volt.rules.statuses = [(429, 30.0)]
    assert not await catch_up(away)
    assert away.troubles == ["http_429"]
    assert not any("Are you there?" in line for line in away.lines())
    away.wait(30)
    assert await catch_up(away)
    assert any("Are you there?" in line for line in away.lines())


async def test_what_was_read_is_not_read_again(away: Harness) -> None:
    """A second round with nothing new costs one look at the inbox and one at the channel."""
    unheard(away, "Are you there?")
    caught = catcher(away)
    assert await caught.round()
    await away.pay()
    away.wait(300)
    assert await caught.round()
    before = len(away.volt.requests)
    away.wait(300)
    assert await caught.round()
    assert [one.operation for one in away.volt.requests[before:]] == ["Inbox"]


async def test_the_same_words_again_after_one_was_found(away: Harness) -> None:
    """An event about a new text is taken in although a text with the same words was found in the record before."""
    unheard(away, "Ok", ago_s=60)
    assert await catch_up(away)
    second = unheard(away, "Ok", ago_s=0)
    inbound = Inbound("rfw_new", "c_new", ACCOUNT, DANA, "Ok", (), from_micros(away.now), second.legacy_id)
    assert await away.store.run(lambda tx: record_inbound(tx, inbound, channel=CHANNEL))
    await away.pay()
    assert len([line for line in away.lines() if line.startswith("Ok")]) == 2


async def test_an_older_text_is_found_behind_a_newer_one(away: Harness) -> None:
    """A text missed while the bot was away is found although a newer one has been heard since."""
    unheard(away, "from while you were out", ago_s=1_800)
    await away.hear("heard since")
    newest = away.volt.inbound[-1]
    newest.created_at = newest.sent_at = from_micros(away.now).isoformat()
    away.wait(60)
    assert await catch_up(away)
    assert any("from while you were out" in line for line in away.lines())


async def test_a_young_text_from_outside_slack_is_shown_later(away: Harness) -> None:
    """A text from Volt's own page that is too young to be judged is looked at again."""
    at = (from_micros(away.now) - timedelta(seconds=60)).isoformat()
    away.volt.keep(VoltMessage(DANA, ACCOUNT, "From the desk", status="sent", created_at=at, sent_at=at))
    caught = catcher(away)
    for _ in range(2):
        assert await caught.round()
        away.wait(300)
    await away.pay()
    assert any("From the desk" in line for line in away.lines())


async def test_a_note_stays_inside_when_it_is_edited(started: Harness) -> None:
    """A note that was seen as one is not texted because somebody took its mark away later."""
    thread = started.posts()[0].ts
    ts = MessageTs(await started.slack.say(AVA, CHANNEL, "// he owes us", thread_ts=thread))
    note = Reply("e1", CHANNEL, MessageTs(thread), ts, AVA, ("// he owes us",), is_note=True)
    await started.store.run(lambda tx: record_event(tx, note))
    await started.slack.edit(CHANNEL, ts, "he owes us")
    assert await catch_up(started)
    assert started.phone() == ["Hi"]


async def test_our_own_failed_text_is_not_a_strangers(away: Harness) -> None:
    """A text of ours that Volt made and failed at once is not shown a second time as somebody else's."""
    away.volt.rules.errors = ["501"]
    await away.answer("It is ready")
    at = (from_micros(away.now) - timedelta(seconds=30)).isoformat()
    away.volt.keep(VoltMessage(DANA, ACCOUNT, "It is ready", status="failed", error_code="501", created_at=at))
    away.wait(600)
    assert await catch_up(away)
    assert not any("Texted from outside Slack" in line for line in away.lines())
