"""Who is writing: an open form is told to others for a short time, until it is sent or closed."""

from __future__ import annotations

from bot.bridge.conversations.writing import (
    COUNTS_FOR_S,
    SAVED_AGAIN_S,
    begin_form,
    begin_form_to,
    end_form,
    name_form,
    others_writing,
)
from bot.bridge.erasure import begin_erasure
from bot.bridge.messages.inbound import record_inbound
from bot.bridge.messages.send import SendRequest, accept_text
from bot.domain.ids import ConversationId, UserId
from tests.bridge.test_on_duty import talk_with, text_of
from tests.harness.on_a_clock import Harness
from tests.harness.world import ACCOUNT, AVA, BEN, CHANNEL, DANA, MARCO

HERS = ConversationId(1)


async def begin(harness: Harness, user: UserId, view: str = "", *, to: ConversationId = HERS) -> list[UserId]:
    """Open a form, or do something in one, and return whom it names."""
    return [form.user for form in await harness.store.run(lambda tx: begin_form(tx, to, user, view))]


async def opened(harness: Harness, user: UserId, view: str) -> list[UserId]:
    """Open a form that Slack names then."""
    named = await begin(harness, user)
    await harness.store.run(lambda tx: name_form(tx, HERS, user, view))
    return named


async def seen_by(harness: Harness, user: UserId) -> list[UserId]:
    """Return who else is writing."""
    return [form.user for form in await harness.store.run(lambda tx: others_writing(tx, HERS, user))]


async def test_the_second_is_told_of_the_first(harness: Harness) -> None:
    """Of two who open a form the second is told, the first once they do something in theirs; nobody of themselves."""
    assert await opened(harness, BEN, "V1") == []
    assert await opened(harness, AVA, "V2") == [BEN]
    assert await begin(harness, BEN, "V1") == [AVA]
    assert await seen_by(harness, BEN) == [AVA]
    before = harness.lines()
    await harness.pay()
    assert harness.lines() == before


async def test_a_form_that_is_closed_late(harness: Harness) -> None:
    """A form that is closed is told no more; a report of an older one ends nothing of the newer one."""
    await opened(harness, BEN, "V1")
    await opened(harness, BEN, "V2")
    await harness.store.run(lambda tx: end_form(tx, BEN, "V1"))
    assert await seen_by(harness, AVA) == [BEN]
    await harness.store.run(lambda tx: end_form(tx, AVA, "V2"))
    assert await seen_by(harness, AVA) == [BEN]
    await harness.store.run(lambda tx: end_form(tx, BEN, "V2"))
    assert await seen_by(harness, AVA) == []


async def test_a_form_that_nobody_closes(harness: Harness) -> None:
    """A form counts for a short time, and for longer while something is done in it."""
    await opened(harness, BEN, "V1")
    harness.wait(SAVED_AGAIN_S)
    assert await begin(harness, BEN, "V1") == []
    harness.wait(COUNTS_FOR_S - 1)
    assert await seen_by(harness, AVA) == [BEN]
    harness.wait(1)
    assert await seen_by(harness, AVA) == []
    await opened(harness, AVA, "V2")
    assert await seen_by(harness, BEN) == [AVA]


async def test_a_clock_that_was_set_back(harness: Harness) -> None:
    """A form from a clock that was wrong does not count for longer than any does."""
    harness.wait(30 * 86_400)
    await opened(harness, BEN, "V1")
    harness.wait(-30 * 86_400)
    await opened(harness, AVA, "V2")
    assert await seen_by(harness, AVA) == []


async def test_sent(harness: Harness) -> None:
    """A form that is sent is told no more, in the unit of work that takes its text."""
    await opened(harness, BEN, "V1")
    request = SendRequest("V1", ACCOUNT, DANA, BEN)
    await harness.store.run(lambda tx: accept_text(tx, request, ("Hi",), channel=CHANNEL))
    assert await seen_by(harness, AVA) == []


async def test_another_contact_in_the_same_form(harness: Harness) -> None:
    """A form whose contact is changed counts for the new one only; a number without a conversation has no form."""
    text = text_of(1)
    await harness.store.run(lambda tx: record_inbound(tx, text, channel=CHANNEL))
    other = (await talk_with(harness, text.contact)).id
    await begin(harness, BEN, "V1")
    await begin(harness, BEN, "V1", to=other)
    assert await seen_by(harness, AVA) == []
    assert await begin(harness, AVA, to=other) == [BEN]
    assert await harness.store.run(lambda tx: begin_form_to(tx, ACCOUNT, MARCO, BEN)) == (None, ())
    found, forms = await harness.store.run(lambda tx: begin_form_to(tx, ACCOUNT, text.contact, BEN))
    assert (found, [form.user for form in forms]) == (other, [AVA])


async def test_erased(harness: Harness) -> None:
    """Who wrote to a person is forgotten with the person."""
    await opened(harness, BEN, "V1")
    await harness.store.run(lambda tx: begin_erasure(tx, DANA, AVA))
    assert await seen_by(harness, AVA) == []
