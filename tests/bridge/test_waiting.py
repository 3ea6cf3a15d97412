"""Waiting: since when, the goals for it, what is put off, and who is told: each once."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

import pytest

from bot.bridge.alarms.watcher import AlarmWatcher
from bot.bridge.conversations import goals, later, state
from bot.bridge.conversations.later import PutOff
from bot.bridge.conversations.office import set_answer, set_office
from bot.bridge.conversations.on_duty import mark, record_known, set_rules
from bot.bridge.conversations.own_channel import ask_for_channel
from bot.bridge.conversations.waiting import GOAL
from bot.bridge.erasure import begin_erasure
from bot.bridge.messages.inbound import record_inbound
from bot.domain.alarms import Alarm
from bot.domain.closed_answers import ClosedAnswer
from bot.domain.conversation import Conversation
from bot.domain.figures import Figure, HourSpan, hour_of, totals
from bot.domain.goals import OF_ACCOUNT, OF_CHANNEL, Goal, OfficeHours, Waiting
from bot.domain.hours import Span, WeeklyHours
from bot.domain.ids import ChannelId
from bot.domain.message import Inbound
from bot.domain.phone import E164
from bot.domain.team import Distribution, TeamRules
from bot.domain.timestamps import Micros, add_seconds, from_micros, to_micros
from bot.ports.storage import Transaction
from bot.runtime.background import ALARMS
from tests.harness.on_a_clock import Harness
from tests.harness.world import ACCOUNT, AVA, BEN, CHANNEL, DANA

MINUTE = 60.0
TUESDAY = to_micros(datetime(2026, 12, 1, 10, tzinfo=UTC))
DAYTIME = WeeklyHours(tuple(Span(day, 9 * 60, 17 * 60) for day in range(5)), "UTC")
SAM = E164("+15555550188")


@pytest.fixture
async def on_tuesday(harness: Harness) -> Harness:
    """It is a Tuesday in December at ten."""
    harness.now = TUESDAY
    return harness


async def ring(harness: Harness, minutes: float = 0) -> None:
    """Let time pass minute by minute; what is due is done, and what follows is posted."""
    watcher = AlarmWatcher(harness.store, ALARMS, harness.observer)
    for _ in range(int(minutes) or 1):
        harness.wait(MINUTE if minutes else 0)
        while await watcher.look():
            await harness.pay()
    harness.wait(10)
    await harness.pay()


async def set_goal(harness: Harness, goal: Goal) -> None:
    """Set a goal, and let it take effect."""
    await harness.store.run(lambda tx: goals.set_goal(tx, goal, AVA))
    await ring(harness)


async def conversation_of(harness: Harness, contact: E164 = DANA) -> Conversation:
    """Read a conversation."""
    found = await harness.store.run(lambda tx: tx.conversations.find(ACCOUNT, contact))
    assert found is not None
    return found


async def waiting_of(harness: Harness, contact: E164 = DANA) -> Waiting | None:
    """Read since when a contact waits."""
    its = (await conversation_of(harness, contact)).id
    return await harness.store.run(lambda tx: tx.waiting.get(its))


async def take(harness: Harness) -> None:
    """Have Ben take the conversation."""
    its = (await conversation_of(harness)).id
    await harness.store.run(lambda tx: state.assign(tx, its, BEN))
    await harness.pay()


def said(harness: Harness, words: str) -> list[str]:
    """List the posts that say this."""
    return [one.text for one in harness.posts() if words in one.text]


QUARTER = Goal(OF_CHANNEL, CHANNEL, 15)


async def test_waits_since_the_first_unanswered_text(on_tuesday: Harness) -> None:
    """A contact waits since the first text that nobody has answered, and no more once they are answered."""
    await on_tuesday.hear("Is it ready?")
    await on_tuesday.hear("Hello?")
    waiting = await waiting_of(on_tuesday)
    assert waiting is not None
    assert waiting.since == TUESDAY
    await on_tuesday.answer("Yes, it is.")
    assert await waiting_of(on_tuesday) is None


async def test_waits_again_when_opened_again(on_tuesday: Harness) -> None:
    """A closed conversation that is opened again waits since its first unanswered text, as before."""
    await on_tuesday.hear("Is it ready?")
    its = (await conversation_of(on_tuesday)).id
    await on_tuesday.store.run(lambda tx: state.close(tx, its, AVA))
    assert await waiting_of(on_tuesday) is None
    on_tuesday.wait(60)
    await on_tuesday.store.run(lambda tx: state.reopen(tx, its, AVA))
    waiting = await waiting_of(on_tuesday)
    assert waiting is not None
    assert waiting.since == TUESDAY


async def test_missed_once_when_opened_again(on_tuesday: Harness) -> None:
    """A goal that was missed counts once, also where the conversation is closed unanswered and opened again."""
    await set_goal(on_tuesday, QUARTER)
    await on_tuesday.hear("Is it ready?")
    await ring(on_tuesday, 20)
    its = (await conversation_of(on_tuesday)).id
    await on_tuesday.store.run(lambda tx: state.close(tx, its, AVA))
    await on_tuesday.store.run(lambda tx: state.reopen(tx, its, AVA))
    await ring(on_tuesday, 2)
    hours = [HourSpan(0, hour_of(on_tuesday.now) + 1, 0)]
    read = await on_tuesday.store.run(lambda tx: tx.figures.read(hours))
    missed = await on_tuesday.store.run(lambda tx: tx.waiting.missed_between(TUESDAY, on_tuesday.now, 10))
    assert totals(read.by_owner).counts[Figure.MISSED] == len(missed) == 1


async def test_a_reaction_begins_no_wait(on_tuesday: Harness) -> None:
    """A reaction on our text begins no wait, no goal and no automatic answer, also where it is opened again later."""
    await set_goal(on_tuesday, QUARTER)
    closed = OfficeHours(ACCOUNT, WeeklyHours((Span(6, 9 * 60, 17 * 60),), "UTC"))
    await on_tuesday.store.run(lambda tx: set_office(tx, closed, AVA))
    await on_tuesday.store.run(lambda tx: set_answer(tx, ClosedAnswer(ACCOUNT, "", "We are closed."), AVA))
    await on_tuesday.hear("Liked “Hi”")
    its = (await conversation_of(on_tuesday)).id
    assert on_tuesday.posts()[-1].text != "Liked “Hi”"
    assert await waiting_of(on_tuesday) is None
    assert await on_tuesday.store.run(lambda tx: tx.waiting.first_unanswered(its)) is None
    await ring(on_tuesday, 20)
    assert not said(on_tuesday, "longer than the goal")
    assert on_tuesday.phone() == ["Hi"]
    await on_tuesday.store.run(lambda tx: state.close(tx, its, AVA))
    await on_tuesday.store.run(lambda tx: state.reopen(tx, its, AVA))
    waiting = await waiting_of(on_tuesday)
    assert waiting is not None
    assert waiting.since == on_tuesday.now


async def test_who_left_is_told_nothing(on_tuesday: Harness) -> None:
    """Who may not text any more is not told of a goal: whoever has the conversation next is, or nobody."""
    await set_goal(on_tuesday, QUARTER)
    await on_tuesday.hear("Is it ready?")
    await take(on_tuesday)
    on_tuesday.wait(11 * MINUTE)
    await on_tuesday.store.run(lambda tx: record_known(tx, {BEN: False}, None))
    its = str((await conversation_of(on_tuesday)).id)
    await on_tuesday.store.run(lambda tx: goals.look_at_goal(tx, Alarm(GOAL, its, tx.now)))
    await on_tuesday.pay()
    assert not said(on_tuesday, "has been waiting since")
    assert (await conversation_of(on_tuesday)).assignee is None
    await ring(on_tuesday, 20)
    assert not said(on_tuesday, f"<@{BEN}> has been")
    assert len(said(on_tuesday, "longer than the goal")) == 1


async def test_who_left_before_the_line_is_posted(on_tuesday: Harness) -> None:
    """A line that waits for Slack names nobody who may not text any more by then; it is for who has it now."""
    await set_goal(on_tuesday, QUARTER)
    await on_tuesday.hear("Is it ready?")
    await take(on_tuesday)
    on_tuesday.wait(11 * MINUTE)
    its = (await conversation_of(on_tuesday)).id
    await on_tuesday.store.run(lambda tx: goals.look_at_goal(tx, Alarm(GOAL, str(its), tx.now)))
    await on_tuesday.store.run(lambda tx: record_known(tx, {BEN: False}, None))
    await on_tuesday.pay()
    assert not said(on_tuesday, "has been waiting since")


async def test_the_next_is_told_in_place_of_who_left(on_tuesday: Harness) -> None:
    """Where conversations are given out, the next in turn has the conversation of who left, and is told."""
    rules = TeamRules(distribution=Distribution.ROUND_ROBIN)
    await on_tuesday.store.run(lambda tx: set_rules(tx, rules, {}, frozenset(), AVA, seen=TeamRules()))
    await on_tuesday.store.run(lambda tx: mark(tx, AVA, is_on=True))
    await set_goal(on_tuesday, QUARTER)
    await on_tuesday.hear("Is it ready?")
    await take(on_tuesday)
    on_tuesday.wait(11 * MINUTE)
    await on_tuesday.store.run(lambda tx: record_known(tx, {BEN: False}, None))
    its = str((await conversation_of(on_tuesday)).id)
    await on_tuesday.store.run(lambda tx: goals.look_at_goal(tx, Alarm(GOAL, its, tx.now)))
    await ring(on_tuesday, 1)
    (told,) = said(on_tuesday, "has been waiting since")
    assert told.startswith(f"<@{AVA}>")


async def test_assignee_is_told_once_and_the_channel_once(on_tuesday: Harness) -> None:
    """Two thirds into the time the assignee is told, once; when the goal is missed the channel is, by one notice."""
    await set_goal(on_tuesday, QUARTER)
    await on_tuesday.hear("Is it ready?")
    await take(on_tuesday)
    await ring(on_tuesday, 9)
    assert not said(on_tuesday, "has been waiting since")
    await ring(on_tuesday, 3)
    (told,) = said(on_tuesday, "has been waiting since")
    assert told.startswith(f"<@{BEN}>")
    assert not said(on_tuesday, "longer than the goal")
    await ring(on_tuesday, 30)
    assert len(said(on_tuesday, "has been waiting since")) == 1
    assert said(on_tuesday, "longer than the goal") == ["1 contact has waited here for longer than the goal."]


async def test_nobody_is_told_of_who_was_answered(on_tuesday: Harness) -> None:
    """Who is answered in time is no notice, and what was missed and is answered is taken out of it."""
    await set_goal(on_tuesday, QUARTER)
    await on_tuesday.hear("Is it ready?")
    await on_tuesday.answer("Yes.")
    await ring(on_tuesday, 30)
    assert not said(on_tuesday, "longer than the goal")
    await on_tuesday.hear("And mine?")
    await ring(on_tuesday, 20)
    assert len(said(on_tuesday, "1 contact has waited")) == 1
    await on_tuesday.answer("Yes, too.", thread=on_tuesday.posts()[0].ts)
    await ring(on_tuesday, 1)
    assert len(said(on_tuesday, "has been answered")) == 1
    assert not said(on_tuesday, "1 contact has waited")


async def test_one_notice_gathers_many(on_tuesday: Harness) -> None:
    """Goals of a channel that are missed within an hour share one notice, which is edited."""
    await set_goal(on_tuesday, QUARTER)
    for number in range(25):
        await on_tuesday.hear_from(E164(f"+1555555{2000 + number}"), "Hello?")
    await ring(on_tuesday, 40)
    (notice,) = (one for one in on_tuesday.posts() if "longer than the goal" in one.text)
    assert notice.text.startswith("25 contacts have waited")
    assert notice.thread_ts is None
    assert "and 5 more" in str(notice.blocks)


async def test_new_notice_after_an_hour(on_tuesday: Harness) -> None:
    """Who is missed an hour later is said in a new notice, which names all; the one before points to it."""
    await set_goal(on_tuesday, QUARTER)
    await on_tuesday.hear("Hello?")
    await ring(on_tuesday, 70)
    await on_tuesday.hear_from(SAM, "Hello?")
    await ring(on_tuesday, 20)
    assert len(said(on_tuesday, "2 contacts have waited")) == 1
    assert len(said(on_tuesday, "newer message below")) == 1


async def test_counts_only_goal_hours(on_tuesday: Harness) -> None:
    """The night does not count: a text of the evening is missed in the morning, and a row says when."""
    await set_goal(on_tuesday, Goal(OF_ACCOUNT, ACCOUNT, 15, DAYTIME))
    on_tuesday.now = to_micros(datetime(2026, 12, 1, 16, 55, tzinfo=UTC))
    await on_tuesday.hear("Are you there?")
    on_tuesday.now = to_micros(datetime(2026, 12, 2, 9, 9, tzinfo=UTC))
    await ring(on_tuesday)
    assert not said(on_tuesday, "longer than the goal")
    await ring(on_tuesday, 2)
    assert said(on_tuesday, "longer than the goal")
    missed = await on_tuesday.store.run(lambda tx: tx.waiting.missed_between(Micros(0), tx.now, 9))
    assert [(one.assignee, one.minutes, one.at) for one in missed] == [
        (AVA, 15, to_micros(datetime(2026, 12, 2, 9, 10, tzinfo=UTC)))  # who answered has the conversation
    ]


async def test_goal_set_for_who_waits_already(on_tuesday: Harness) -> None:
    """A goal counts for who waits already, a dropped one for nobody."""
    await on_tuesday.hear("Is it ready?")
    await set_goal(on_tuesday, QUARTER)
    await on_tuesday.store.run(lambda tx: goals.drop_goal(tx, OF_CHANNEL, CHANNEL, AVA))
    await ring(on_tuesday, 30)
    assert not said(on_tuesday, "longer than the goal")
    await set_goal(on_tuesday, QUARTER)
    assert said(on_tuesday, "longer than the goal")


async def test_goal_of_the_channel_counts_first(on_tuesday: Harness) -> None:
    """Where both the channel and the number have a goal, that of the channel counts."""
    await set_goal(on_tuesday, Goal(OF_ACCOUNT, ACCOUNT, 5))
    await set_goal(on_tuesday, Goal(OF_CHANNEL, CHANNEL, 60))
    await on_tuesday.hear("Is it ready?")
    await ring(on_tuesday, 30)
    assert not said(on_tuesday, "longer than the goal")


async def put_off(harness: Harness, minutes: float) -> PutOff:
    """Put Dana's conversation off."""
    its = (await conversation_of(harness)).id
    done = await harness.store.run(lambda tx: later.put_off(tx, its, add_seconds(tx.now, minutes * 60), AVA))
    await harness.pay()
    return done


async def test_snooze_says_so_once_when_it_is_over(on_tuesday: Harness) -> None:
    """A snoozed conversation is said once to who put it off; until then no goal is spoken of."""
    await set_goal(on_tuesday, QUARTER)
    await on_tuesday.hear("Is it ready?")
    assert await put_off(on_tuesday, 60) is PutOff.SNOOZED
    await ring(on_tuesday, 50)
    assert not said(on_tuesday, "longer than the goal")
    await ring(on_tuesday, 20)
    assert len(said(on_tuesday, "you wanted to go on with this now")) == 1
    assert len(said(on_tuesday, "longer than the goal")) == 1
    await ring(on_tuesday, 30)
    assert len(said(on_tuesday, "you wanted to go on with this now")) == 1


@pytest.mark.parametrize("is_answered", [True, False])
async def test_snooze_ends_with_a_text_of_either_side(on_tuesday: Harness, *, is_answered: bool) -> None:
    """A new text of the contact ends a snooze, an answer as well: nobody is reminded of it later."""
    await on_tuesday.hear("Is it ready?")
    await put_off(on_tuesday, 60)
    await (on_tuesday.answer("Yes.") if is_answered else on_tuesday.hear("Hello?"))
    waiting = await waiting_of(on_tuesday)
    assert waiting is None if is_answered else waiting is not None and waiting.snoozed_until is None
    await ring(on_tuesday, 70)
    assert not said(on_tuesday, "you wanted to go on")


async def test_reminder_when_there_is_no_answer(on_tuesday: Harness) -> None:
    """Who wants to know is reminded once where the contact has not answered, and not where they have."""
    await on_tuesday.hear("Is it ready?")
    await on_tuesday.answer("Which one?")
    assert await put_off(on_tuesday, 60) is PutOff.FOLLOWED
    await ring(on_tuesday, 90)
    assert len(said(on_tuesday, "has not answered")) == 1
    assert await put_off(on_tuesday, 60) is PutOff.FOLLOWED
    await on_tuesday.hear("The red one.")
    await ring(on_tuesday, 90)
    assert len(said(on_tuesday, "has not answered")) == 1


async def test_nothing_of_this_without_a_setting(on_tuesday: Harness, on_postgres: str | None) -> None:
    """At default settings no notice, reminder or automatic answer comes of a thousand texts, however long they wait."""
    contacts = 100 if on_postgres is None else 10  # of ten texts each; there each statement is a round trip

    def unit(tx: Transaction, turn: int) -> list[bool]:
        at = from_micros(tx.now)
        ids = [(f"{turn} {n}", E164(f"+1555556{1000 + n}")) for n in range(contacts)]
        texts = [Inbound(f"e{key}", f"t{key}", ACCOUNT, contact, "Hello?", (), at) for key, contact in ids]
        return [record_inbound(tx, text, channel=CHANNEL) for text in texts]

    for turn in range(10):
        assert all(await on_tuesday.store.run(partial(unit, turn=turn)))
        on_tuesday.wait(1)
    await on_tuesday.pay()
    before = len(on_tuesday.posts())
    on_tuesday.wait(7 * 86_400)
    await ring(on_tuesday)
    assert await on_tuesday.store.run(lambda tx: tx.alarms.next_at()) is None
    assert len(on_tuesday.posts()) == before
    assert not on_tuesday.volt.outbound(E164("+15555561000"))


async def test_erased_with_the_person(on_tuesday: Harness) -> None:
    """Nothing is said of a person who was erased, and nothing is kept of when they waited."""
    await set_goal(on_tuesday, QUARTER)
    await on_tuesday.hear("Is it ready?")
    its = (await conversation_of(on_tuesday)).id
    await put_off(on_tuesday, 60)
    await on_tuesday.store.run(lambda tx: begin_erasure(tx, DANA, AVA))
    assert await on_tuesday.store.run(lambda tx: (tx.waiting.get(its), tx.alarms.next_at())) == (None, None)
    await ring(on_tuesday, 70)
    assert not on_tuesday.crashes


async def in_own_channel(harness: Harness) -> ChannelId:
    """Have a channel made for Dana's conversation; returns where it stands then."""
    its = (await conversation_of(harness)).id
    await harness.store.run(lambda tx: ask_for_channel(tx, its, AVA))
    for _ in range(5):
        await harness.pay()
        harness.wait(0.5)
    return (await conversation_of(harness)).channel


async def test_the_goal_goes_along_into_a_channel_of_its_own(on_tuesday: Harness) -> None:
    """The goal of the channel from which a conversation came counts in its own, and the team reads the notice.

    A goal of the own channel counts before it, and what is changed later counts as well.
    """
    await set_goal(on_tuesday, QUARTER)
    own = await in_own_channel(on_tuesday)
    assert own != CHANNEL
    await on_tuesday.hear("Is it ready?")
    await take(on_tuesday)
    await ring(on_tuesday, 12)
    (told,) = [one.text for one in on_tuesday.slack.channels[own].messages if "has been waiting since" in one.text]
    assert told.startswith(f"<@{BEN}>")
    await set_goal(on_tuesday, Goal(OF_CHANNEL, own, 30))
    await ring(on_tuesday, 10)
    assert not said(on_tuesday, "longer than the goal")
    await ring(on_tuesday, 20)
    assert said(on_tuesday, "longer than the goal") == ["1 contact has waited here for longer than the goal."]
    assert not [one for one in on_tuesday.slack.channels[own].messages if "longer than the goal" in one.text]


async def test_the_goal_of_the_number_in_a_channel_of_its_own(on_tuesday: Harness) -> None:
    """Where no channel has a goal, that of the number counts in the contact's own channel as well."""
    await in_own_channel(on_tuesday)
    await set_goal(on_tuesday, Goal(OF_ACCOUNT, ACCOUNT, 15))
    await on_tuesday.hear("Is it ready?")
    await ring(on_tuesday, 20)
    assert len(said(on_tuesday, "longer than the goal")) == 1
