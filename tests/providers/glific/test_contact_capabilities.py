"""Contacts, consents, the inbox and later texts of a WhatsApp line, as the bridge asks for them."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.errors import CallFailed, OutcomeUnknown, Rejected
from bot.domain.phone import E164
from bot.domain.provider_records import ContactRecord, CustomField
from bot.providers.glific.consents import GlificConsents
from bot.providers.glific.inbox_pages import GlificInbox
from bot.providers.glific.provider import GlificProvider
from bot.providers.glific.scheduled_messages import GlificScheduling
from bot.sandbox import GlificStandIn
from bot.sandbox.glific.model import Contact
from tests.providers.glific.stage import OURS
from tests.providers.glific.test_session import failure_of

DANA, ELI, NEW = (E164(f"+{digits}") for digits in ("15555550145", "15555550167", "15555550199"))
LATER = datetime.now(UTC) + timedelta(hours=3)


def on_record(glific: GlificStandIn, number: E164) -> Contact:
    """Return a contact as Glific has it."""
    found = glific.contact_of(number[1:])
    assert found is not None
    return found


def changes(glific: GlificStandIn) -> list[dict[str, object]]:
    """Return what Glific was asked to change of contacts, in order."""
    return [one.variables["input"] for one in glific.requests if one.operation == "UpdateContact"]


async def test_only_what_differs_is_written(line: GlificProvider, glific: GlificStandIn) -> None:
    """A contact's record is written back without what did not change; a field that nobody sees stays."""
    contact = on_record(glific, DANA)
    noted = {"label": "City", "type": "string", "inserted_at": "2026-01-02T03:04:05Z"}
    contact.fields = json.dumps({"city": noted | {"value": "Pune"}, "form": {"value": None, "label": "Form"}})
    before = await line.contact(OURS, DANA)
    assert before is not None
    assert before.fields == (CustomField("city", "Pune", "string"),)
    assert await line.save_contact(OURS, before) == before
    assert changes(glific) == []
    wanted = replace(before, fields=(CustomField("city", "Goa", "string"), CustomField("size", "9")))
    after = await line.save_contact(OURS, wanted)
    assert after.fields == (CustomField("city", "Goa", "string"), CustomField("size", "9", "string"))
    assert json.loads(contact.fields) == {
        "form": {"value": None, "label": "Form"},
        "city": noted | {"value": "Goa"},
        "size": {"label": "size", "type": "string", "value": "9"},
    }
    assert [list(one) for one in changes(glific)] == [["fields"]]


async def test_who_opted_out_stays_so_when_unblocked(line: GlificProvider, glific: GlificStandIn) -> None:
    """A block is set and taken away; it does not undo that the contact opted out."""
    for number, status in ((DANA, "VALID"), (ELI, "INVALID")):
        contact = glific.contact_of(number[1:]) or glific.add_contact(number[1:], "Eli", consents=True)
        if number == ELI:
            await glific.text(ELI[1:], "STOP")
        before = await line.contact(OURS, number)
        assert before is not None
        assert (await line.save_contact(OURS, replace(before, is_blocked=True))).is_blocked
        assert contact.status == "BLOCKED"
        await line.save_contact(OURS, before)
        assert contact.status == status


async def test_a_contact_that_is_not_there_is_made(line: GlificProvider, glific: GlificStandIn) -> None:
    """A record of a number that Glific does not know becomes a contact with its name, without the plus sign."""
    assert await line.contact(OURS, NEW) is None
    assert (await line.history(OURS, NEW)).items == ()
    made = await line.save_contact(OURS, ContactRecord(NEW, "Gil", (), (), is_blocked=False, mapped_number=None))
    assert (made.name, on_record(glific, NEW).phone) == ("Gil", NEW[1:])


async def test_consent_is_noted_once_given(line: GlificProvider, glific: GlificStandIn) -> None:
    """Consent is noted for who is known and for who is not; who has given it before keeps the time of that."""
    consents = GlificConsents(line.calls)
    noted = await consents.note_consent(OURS, DANA)
    assert noted.consent is not None
    assert noted.consent.given_at == on_record(glific, DANA).optin_time
    assert on_record(glific, DANA).bsp_status == "SESSION_AND_HSM"
    assert (await consents.note_consent(OURS, DANA)).consent == noted.consent
    assert (await consents.note_consent(OURS, NEW, "Gil")).name == "Gil"


async def test_consent_is_not_noted_for_who_withdrew_it_or_is_blocked(
    line: GlificProvider, glific: GlificStandIn
) -> None:
    """Only they themselves undo an opt-out; of who is blocked Glific would note nothing, and that is said."""
    consents = GlificConsents(line.calls)
    await glific.text(DANA[1:], "STOP")
    error = await failure_of(consents.note_consent(OURS, DANA))
    assert (type(error), error.code) == (Rejected, "opted_out")
    assert on_record(glific, DANA).status == "INVALID"
    glific.add_contact(ELI[1:], "Eli").status = "BLOCKED"
    assert (await failure_of(consents.note_consent(OURS, ELI))).code == "blocked"
    assert "OptIn" not in [one.operation for one in glific.requests]


async def test_the_inbox_has_everybody_the_latest_first(line: GlificProvider, glific: GlificStandIn) -> None:
    """All conversations are there, page by page, the latest first; test contacts are left out."""
    for number in range(60):
        await glific.text(f"1555552{number:04}", f"text {number}", name=f"Guest {number}")
    await glific.text("9876543210_1", "a test")
    inbox = GlificInbox(line.calls)
    first = await inbox.inbox_page(OURS)
    second = await inbox.inbox_page(OURS, first.older)
    rows = [*first.items, *second.items]
    assert [row.name for row in rows] == [*(f"Guest {number}" for number in range(59, -1, -1)), "Dana Berg"]
    assert (rows[0].text, rows[0].is_unread, rows[0].contact) == ("text 59", True, "+15555520059")
    assert second.older is None
    assert next(one.contact for one in await inbox.inbox(OURS)) == "+15555520059"


async def test_a_text_is_sent_at_its_time(line: GlificProvider, glific: GlificStandIn) -> None:
    """A text for later is with Glific at once, waits for its time, and goes to one contact as words."""
    scheduling = GlificScheduling(line.line, line.calls)
    made = await scheduling.schedule_text(OURS, [DANA], "See you, @all.", LATER)
    [message] = glific.outbound(DANA[1:])
    assert made is not None
    assert (made.id, message.send_at, message.bsp_status) == (f"demo.glific.com:{message.id}", LATER, "ENQUEUED")
    assert (await failure_of(scheduling.schedule_text(OURS, [DANA, ELI], "Hi", LATER))).code == "one_contact"
    picture = glific.picture_url()
    assert (await failure_of(scheduling.schedule_text(OURS, [DANA], "Hi", LATER, [picture]))).code == "words_only"
    await glific.move_clock(days=2)
    error = await failure_of(scheduling.schedule_text(OURS, [DANA], "Hi", LATER))
    assert (type(error), error.code) == (Rejected, "window_closed")
    await glific.text(DANA[1:], "hello again")
    glific.rules.only, glific.rules.drop_answers = ("createAndSendMessage",), 1
    assert type(await failure_of(scheduling.schedule_text(OURS, [DANA], "Hi", LATER))) is OutcomeUnknown


async def test_whose_texts_are_on_record_is_never_guessed(line: GlificProvider, glific: GlificStandIn) -> None:
    """While Glific does not say who the bot is, its record says nothing: a colleague's equal text could be taken."""
    await glific.colleague_text(DANA[1:], "On my way")
    glific.rules.only, glific.rules.down = ("currentUser",), True
    with pytest.raises(CallFailed):
        await line.list_texts(OURS, DANA)
    glific.rules.down = False
    listed = await line.list_texts(OURS, DANA)
    assert [one.is_by_us for one in listed if one.is_outbound] == [False]
