"""Automatic answers: who writes while it is closed is told so, once in each closed period, and nobody else ever."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import aiohttp
import pytest

from bot.bridge.conversations import state
from bot.bridge.conversations.office import AnswerResult, drop_answer, drop_office, set_answer, set_office
from bot.bridge.messages.muting import mute
from bot.domain.closed_answers import ClosedAnswer
from bot.domain.conversation import Conversation, Mode, Stage
from bot.domain.goals import OfficeHours
from bot.domain.hours import Span, WeeklyHours
from bot.domain.phone import E164
from bot.domain.text_limits import NumberRefusal, TextLimits, Unreachable
from bot.domain.timestamps import Micros, to_micros
from bot.outgoing_http import TimelyRequest
from bot.sandbox import SlackStandIn, VoltStandIn
from tests.harness.on_a_clock import Harness
from tests.harness.world import ACCOUNT, AVA, DANA, MARCO

DAYTIME = WeeklyHours(tuple(Span(day, 9 * 60, 17 * 60) for day in range(5)), "UTC")
CLOSED, SPANISH, OWN = "We are closed. We answer at nine.", "Cerrado. Volvemos a las nueve.", "Dear Dana, at nine."
SPANIARD = E164("+34600111222")


def at(day: int, hour: int, minute: int = 0) -> Micros:
    """Return a moment of December 2026; the first is a Tuesday."""
    return to_micros(datetime(2026, 12, day, hour, minute, tzinfo=UTC))


@pytest.fixture
async def closed(harness: Harness) -> Harness:
    """It is a Tuesday evening, and the office is closed."""
    harness.now = at(1, 20)

    await harness.store.run(lambda tx: set_office(tx, OfficeHours(ACCOUNT, DAYTIME), AVA))
    await harness.store.run(lambda tx: set_answer(tx, ClosedAnswer(ACCOUNT, "", CLOSED), AVA))
    return harness


def sent_to(harness: Harness, contact: E164) -> list[str]:
    """Return what went out to a contact, but for the word by which the stand-in begins."""
    return [one.body for one in harness.volt.outbound(contact) if one.body != "Hi"]


async def conversation_of(harness: Harness) -> Conversation:
    """Read Dana's conversation."""
    found = await harness.store.run(lambda tx: tx.conversations.find(ACCOUNT, DANA))
    assert found is not None
    return found


async def test_answered_once_in_a_closed_period(closed: Harness) -> None:
    """Who writes several times while it is closed is answered once; in the next closed period once more."""
    await closed.hear("Are you there?")
    await closed.hear("Hello?")
    assert sent_to(closed, DANA) == [CLOSED]
    closed.now = at(2, 8)
    await closed.hear("Good morning")
    assert sent_to(closed, DANA) == [CLOSED]
    closed.now = at(2, 12)
    await closed.hear("Now?")
    assert sent_to(closed, DANA) == [CLOSED]
    closed.now = at(2, 18)
    await closed.hear("And now?")
    assert sent_to(closed, DANA) == [CLOSED, CLOSED]


async def test_shown_in_the_thread_and_still_to_be_answered(closed: Harness) -> None:
    """The answer stands in the thread like other texts, says that nobody wrote it; the contact waits as before."""
    await closed.hear("Are you there?")
    assert any("Automatic answer" in line and CLOSED in line for line in closed.lines())
    conversation = await conversation_of(closed)
    assert conversation.stage is Stage.OPEN
    assert await closed.store.run(lambda tx: tx.waiting.get(conversation.id)) is not None


async def test_in_the_words_of_the_country_or_the_contact(closed: Harness) -> None:
    """The answer with the longest beginning of the contact's number is theirs."""
    for begins, words in (("+34", SPANISH), (DANA, OWN)):
        given = partial(set_answer, answer=ClosedAnswer(ACCOUNT, begins, words), user=AVA)
        assert await closed.store.run(given) is AnswerResult.SAVED
    await closed.hear_from(SPANIARD, "Hola")
    await closed.hear("Hello?")
    await closed.hear_from(E164("+15555550188"), "Hello?")
    assert sent_to(closed, SPANIARD) == [SPANISH]
    assert sent_to(closed, DANA) == [OWN]
    assert sent_to(closed, E164("+15555550188")) == [CLOSED]


@pytest.mark.parametrize("sender", ["28777", "VOLT", ACCOUNT])
async def test_never_to_short_codes_names_and_ourselves(closed: Harness, sender: E164) -> None:
    """A short code, a sender that is a name and our own number get no automatic answer."""
    await closed.hear_from(sender, "Your code is 1234")
    assert not sent_to(closed, sender)


@pytest.mark.parametrize("words", ["STOP", "stop", "START", "please stop texting me"])
async def test_never_to_words_that_stop_texts(closed: Harness, words: str) -> None:
    """Words that stop or start texts, or may, are not answered; nor is whoever has stopped them."""
    await closed.hear(words)
    assert not sent_to(closed, DANA)
    if "stop" in words.lower() and " " not in words:
        await closed.hear("Are you there?")
        assert not sent_to(closed, DANA)


async def test_never_after_stop_that_comes_first_to_leave(closed: Harness) -> None:
    """An answer that has not left when the contact stops texts is not sent, and the thread says so."""
    await closed.take_in(DANA, "Are you there?")
    closed.wait(1)
    await closed.take_in(DANA, "STOP")
    await closed.pay()
    assert not sent_to(closed, DANA)
    assert any("Automatic answer, not sent" in line for line in closed.lines())


async def test_never_when_it_is_open_again(closed: Harness) -> None:
    """An answer that could not leave before it opened again is not sent: its words are no longer true."""
    await closed.take_in(DANA, "Are you there?")
    closed.now = at(2, 9)
    await closed.pay()
    assert not sent_to(closed, DANA)


async def test_never_for_a_text_of_open_hours(closed: Harness) -> None:
    """A text that was written while it was open, and came late, gets no answer that speaks of closed hours."""
    closed.now = at(1, 16, 59)
    await closed.hear("Are you there?")
    assert not sent_to(closed, DANA)


@pytest.mark.parametrize("is_muted", [True, False])
async def test_never_to_blocked_and_muted(closed: Harness, *, is_muted: bool) -> None:
    """Nobody is answered whose texts are not wanted here."""
    known = await conversation_of(closed)
    if is_muted:
        await closed.store.run(lambda tx: mute(tx, known.id, AVA))
    else:
        await closed.store.run(lambda tx: tx.conversations.save(replace(known, is_blocked=True)))
    await closed.hear("Hello?")
    assert not sent_to(closed, DANA)


async def test_never_where_nothing_is_texted(closed: Harness) -> None:
    """A conversation that is for reading only is not answered."""
    closed.now = at(1, 12)
    await closed.hear("Hello?")
    closed.now = at(1, 20)
    its = (await conversation_of(closed)).id
    await closed.store.run(lambda tx: state.set_mode(tx, its, Mode.ALERTS, AVA))
    await closed.hear("Hello?")
    assert not sent_to(closed, DANA)


async def test_never_beyond_whom_we_text(closed: Harness) -> None:
    """A number of a country that is not texted from here is not answered either."""
    refused = NumberRefusal(Unreachable.FOREIGN, "ES", ("US",))
    closed.limits = TextLimits(
        lambda _, contact: refused if contact.startswith("+34") else None, profiles=closed.limits.profiles
    )
    closed.store._limits = closed.limits
    await closed.hear_from(SPANIARD, "Hola")
    assert not sent_to(closed, SPANIARD)


async def test_no_answer_without_hours(closed: Harness) -> None:
    """Dropped hours answer nobody; without hours no answer can be set."""
    await closed.store.run(lambda tx: drop_office(tx, ACCOUNT, AVA))
    await closed.hear("Are you there?")
    assert not sent_to(closed, DANA)
    again = ClosedAnswer(ACCOUNT, "", CLOSED)
    assert await closed.store.run(lambda tx: set_answer(tx, again, AVA)) is AnswerResult.NO_HOURS


async def test_closed_on_holidays(closed: Harness) -> None:
    """On a holiday of its region the office is closed all day."""
    closed.limits = TextLimits(profiles=closed.limits.profiles, days_off=lambda _, day: day.day == 2)
    closed.store._limits = closed.limits
    office = OfficeHours(ACCOUNT, WeeklyHours(DAYTIME.spans, "UTC", "DE"))
    await closed.store.run(lambda tx: set_office(tx, office, AVA))
    await closed.hear("Hello?")
    closed.now = at(2, 12)
    await closed.hear("Hello?")
    assert sent_to(closed, DANA) == [CLOSED]  # the period that began on Tuesday evening goes on


async def relay(left: Harness, right: Harness, seen: list[int]) -> bool:
    """Bring what each sent since to the other; False where nothing was."""
    lines = (left.volt.outbound(DANA), right.volt.outbound(MARCO))
    fresh = [texts[count:] for texts, count in zip(lines, seen, strict=True)]
    seen[:] = [len(texts) for texts in lines]
    for text in fresh[0]:
        await right.hear_from(MARCO, text.body)
    for text in fresh[1]:
        await left.hear_from(DANA, text.body)
    return any(fresh)


async def test_two_robots_do_not_answer_each_other_for_ever(closed: Harness, tmp_path: Path) -> None:
    """Two bots whose offices are closed answer each other once each, then it is quiet; the next night once more."""
    folder = tmp_path / "other"
    folder.mkdir()
    async with (
        SlackStandIn() as slack,
        VoltStandIn(ACCOUNT) as volt,
        aiohttp.ClientSession(request_class=TimelyRequest) as session,
    ):
        other = Harness(folder, slack, volt, session)
        await other.start()
        await other.store.run(lambda tx: set_office(tx, OfficeHours(ACCOUNT, DAYTIME), AVA))
        await other.store.run(lambda tx: set_answer(tx, ClosedAnswer(ACCOUNT, "", CLOSED), AVA))
        seen = [len(closed.volt.outbound(DANA)), 0]
        for night in (1, 2):
            closed.now = other.now = at(night, 20)
            await closed.hear("Hello?")
            rounds = 0
            while await relay(closed, other, seen):
                rounds += 1
                assert rounds < 5
            assert sent_to(closed, DANA) == [CLOSED] * night
            assert [one.body for one in volt.outbound(MARCO)] == [CLOSED] * night
        await other.close()


@pytest.mark.parametrize("words", ["", "We are closed until Monday."])
async def test_never_in_words_that_were_taken_back(closed: Harness, words: str) -> None:
    """An answer that waits to leave when its words are dropped or written anew is not sent in the old ones."""
    await closed.take_in(DANA, "Are you there?")
    if words:
        await closed.store.run(lambda tx: set_answer(tx, ClosedAnswer(ACCOUNT, "", words), AVA))
    else:
        assert await closed.store.run(lambda tx: drop_answer(tx, ACCOUNT, "", AVA))
    await closed.pay()
    assert not sent_to(closed, DANA)
    assert any("Automatic answer, not sent" in line for line in closed.lines())


async def test_never_to_who_was_muted_meanwhile(closed: Harness) -> None:
    """An answer that waits to leave when somebody mutes its contact is not sent."""
    await closed.take_in(DANA, "Are you there?")
    its = (await conversation_of(closed)).id
    await closed.store.run(lambda tx: mute(tx, its, AVA))
    await closed.pay()
    assert not sent_to(closed, DANA)
