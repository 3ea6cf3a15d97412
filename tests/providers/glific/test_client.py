"""The client: one text, one call; refusals known by fields, never by words; what is looked up."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from bot.call_deadline import leaving_by, steady
from bot.domain.approved_templates import FilledTemplate, filled
from bot.domain.delivery import DeliveryStatus
from bot.domain.errors import FailureScope, OutcomeUnknown, Rejected, Retryable, TooLate
from bot.domain.ids import MessageKey
from bot.domain.phone import E164
from bot.domain.provider_messages import OutgoingText
from bot.providers.glific.calls.client import GlificClient
from bot.providers.glific.calls.error_mapping import SAID_NO
from bot.providers.glific.wire.messages import message_from_wire
from bot.providers.glific.wire.text_variables import break_variables, mend_variables
from bot.sandbox import GlificStandIn
from tests.providers.glific.stage import Bot, Labels
from tests.providers.glific.test_session import failure_of

OURS, DANA, ELI, FAY = (E164(f"+{digits}") for digits in ("917834811114", "15555550145", "15555550167", "15555550178"))


@pytest.fixture
async def client(bot: Bot, glific: GlificStandIn) -> GlificClient:
    """Give a client: Dana wrote a moment ago, Eli agreed to be written to, Fay did neither."""
    glific.add_contact(ELI[1:], "Eli Lund", consents=True)
    glific.add_contact(FAY[1:], "15555550178")
    return GlificClient(await bot.calls(await bot.session()))


def text(body: str, contact: E164 = DANA, *media: str) -> OutgoingText:
    """Make a text that is to be sent."""
    return OutgoingText(MessageKey(uuid4().hex), OURS, contact, body, media)


async def test_a_text_is_one_call(client: GlificClient, glific: GlificStandIn, labels: Labels) -> None:
    """A contact is looked up once, without the plus sign; each text is one call, and its id comes back."""
    accepted = await client.send(text("hi"))
    await client.send(text("again"))
    assert [one.body for one in glific.outbound(DANA[1:])] == ["hi", "again"]
    assert (accepted.provider_id, accepted.status) == (str(glific.outbound(DANA[1:])[0].id), DeliveryStatus.SENT)
    assert labels() == ["login", "ContactByPhone", "Send", "Send"]


async def test_a_late_text_never_leaves(client: GlificClient, glific: GlificStandIn, labels: Labels) -> None:
    """Once its deadline is over nothing of a text leaves, and that is certain."""
    await client.send(text("hi"))
    before = labels()
    with leaving_by(steady() - 1):
        assert type(await failure_of(client.send(text("late")))) is TooLate
    assert labels() == before
    assert [one.body for one in glific.outbound(DANA[1:])] == ["hi"]


async def test_a_contact_that_was_made_anew_is_found(client: GlificClient, glific: GlificStandIn) -> None:
    """Where Glific has the contact under another id by now, the text goes to that one, once."""
    await client.send(text("hi"))
    glific.contacts.pop(4)
    await glific.text(DANA[1:], "me again")
    await client.send(text("hi again"))
    assert [one.body for one in glific.outbound(DANA[1:])] == ["hi", "hi again"]


async def test_texts_to_strangers_are_refused(client: GlificClient, glific: GlificStandIn) -> None:
    """A number that Glific does not know gets nothing, and no contact is made for it."""
    error = await failure_of(client.send(text("hi", E164("+15555550199"))))
    assert (type(error), error.code) == (Rejected, "unknown_contact")
    assert glific.contact_of("15555550199") is None


@pytest.mark.parametrize("locale", ["en", "hi", "de"])
async def test_a_closed_window_is_known_by_fields(client: GlificClient, glific: GlificStandIn, locale: str) -> None:
    """A refused free text is a certain refusal in our words, whatever language Glific answers in."""
    glific.users[0].locale = locale
    error = await failure_of(client.send(text("hi", ELI)))
    assert (type(error), error.code) == (Rejected, "window_closed")
    assert "Choose a template" in error.user_message
    glific.withdraw(glific.contacts[4], "WA")
    assert (await failure_of(client.send(text("hi", ELI)))).code in ("window_closed", "contact_status")


async def test_a_fault_after_the_deed_stays_unknown(client: GlificClient, glific: GlificStandIn) -> None:
    """Words that come after the text was sent are no refusal, also where the window has shut just then."""
    glific.rules.only, glific.rules.internal = ("createAndSendMessage",), 1
    error = await failure_of(client.send(text("hi")))
    assert (type(error), error.code) == (OutcomeUnknown, SAID_NO)
    glific.rules.internal, glific.rules.late_s = 1, 0.2
    sending = asyncio.create_task(failure_of(client.send(text("late"))))
    await glific.until(lambda: len(glific.outbound(DANA[1:])) == 2)
    glific.withdraw(glific.contacts[4], "WA")
    error = await sending
    assert (type(error), error.code) == (OutcomeUnknown, SAID_NO)


async def test_a_fault_without_a_reason_stays_unknown(client: GlificClient, glific: GlificStandIn) -> None:
    """Where the contact's fields allow the text, an error in words says nothing."""
    glific.rules.only, glific.rules.errors = ("createAndSendMessage",), ["Something"]
    assert type(await failure_of(client.send(text("hi")))) is OutcomeUnknown


async def test_a_lost_answer_is_looked_up(client: GlificClient, glific: GlificStandIn) -> None:
    """A text whose answer was lost is found in the record of its contact, with its id; others' texts are not."""
    glific.rules.only, glific.rules.drop_answers = ("createAndSendMessage",), 1
    assert type(await failure_of(client.send(text("mail @me.")))) is OutcomeUnknown
    await glific.text(ELI[1:], "other")
    found = await client.texts_with(DANA)
    assert [(one.text, one.is_inbound) for one in found] == [("mail @me.", False), ("hello", True)]
    again = await client.message(found[0].id)
    assert again is not None
    assert again.text == "mail @me."
    assert await client.message("999") is None


async def test_long_texts_never_leave(client: GlificClient, glific: GlificStandIn) -> None:
    """4,095 characters are sent, one more is refused here."""
    await client.send(text("x" * client.longest_text))
    assert (await failure_of(client.send(text("x" * 4096)))).code == "too_long"
    assert len(glific.outbound(DANA[1:])) == 1


async def test_a_picture_is_sent_with_its_caption(client: GlificClient, glific: GlificStandIn) -> None:
    """A picture is looked at, stored as a row, and sent as one message with the text under it."""
    await client.send(text("look @here.", DANA, glific.picture_url()))
    [message] = glific.outbound(DANA[1:])
    assert (message.type, mend_variables(message.shown)) == ("IMAGE", "look @here.")
    assert (await failure_of(client.send(text("", DANA, glific.picture_url("page.html"))))).code == "media"
    two = (glific.picture_url(), glific.picture_url("lake.png"))
    assert (await failure_of(client.send(text("", DANA, *two)))).code == "one_file"
    assert len(glific.outbound(DANA[1:])) == 1


@pytest.mark.parametrize("call", ["contactByPhone", "validateMedia", "createMessageMedia"])
async def test_what_fails_before_a_text_is_sent(call: str, client: GlificClient, glific: GlificStandIn) -> None:
    """Where what a text needs beforehand has no answer, it certainly has not left, and may be tried again."""
    glific.rules.only, glific.rules.drop_answers = (call,), 1
    failed = await failure_of(client.send(text("look", DANA, glific.picture_url())))
    assert type(failed) is Retryable
    assert failed.scope is FailureScope.ENTRY
    assert not glific.outbound(DANA[1:])
    await client.send(text("look", DANA, glific.picture_url()))
    assert len(glific.outbound(DANA[1:])) == 1


async def test_a_file_is_not_looked_at_again(client: GlificClient, glific: GlificStandIn, labels: Labels) -> None:
    """The next attempt at a text goes on where the last one ended, though its file has another address by then."""
    glific.rules.only, glific.rules.drop_answers = ("createMessageMedia",), 1
    one = text("look", DANA, glific.picture_url())
    await failure_of(client.send(one))
    looked = labels().count("ValidateMedia")
    await client.send(replace(one, media=(f"{glific.picture_url()}?again",)))
    assert labels().count("ValidateMedia") == looked


async def test_a_template_is_filled_in_and_sent(client: GlificClient, glific: GlificStandIn) -> None:
    """An approved template goes to who agreed, with its params and its picture; a preview shows the same."""
    glific.add_template("offer", "{{1}} for you, {{2}} only, by {{3}}", type="IMAGE")
    glific.add_template("waiting", "Later", status="REJECTED")
    [template] = await client.templates()
    params = ("Tea\nand cake", "today", "us")
    assert (template.name, template.blanks, template.kind) == ("offer", 3, "IMAGE")
    offer = FilledTemplate(template.id, params, template.kind)
    await client.send(replace(text("", ELI, glific.picture_url()), template=offer))
    [message] = glific.outbound(ELI[1:])
    assert (message.is_hsm, message.params, message.type) == (True, list(params), "IMAGE")
    assert message.body == filled(template.body, params) == "Tea and cake for you, today only, by us"
    error = await failure_of(client.send(replace(text("", DANA, glific.picture_url()), template=offer)))
    assert (type(error), error.code) == (Rejected, "no_consent")


async def test_the_window_is_known_to_the_minute(client: GlificClient, glific: GlificStandIn) -> None:
    """A contact says until when free text may go; without a window it says that it may not."""
    dana, eli = await client.find_contact(DANA), await client.find_contact(ELI)
    assert dana is not None
    assert eli is not None
    wrote = glific.phone(DANA[1:])[0].inserted_at
    assert dana.free_text_until == wrote + timedelta(hours=23, minutes=59)
    assert (dana.takes_templates, eli.free_text_until, eli.takes_templates) == (False, None, True)
    assert await client.find_contact(E164("+15555550199")) is None


async def test_names_are_names(client: GlificClient) -> None:
    """A contact whose name is its number has none."""
    assert await client.contact_name(OURS, DANA) == "Dana Berg"
    assert await client.contact_name(OURS, FAY) == ""


async def test_consent_and_flows(client: GlificClient, glific: GlificStandIn) -> None:
    """Consent is noted, and flows are stopped."""
    dana = glific.contact_of(DANA[1:])
    assert dana is not None
    dana.flow = glific.add_flow("Welcome", "hello")
    assert (await client.opt_in(FAY, "Fay Berg")).takes_templates
    await client.stop_flows(DANA)
    assert not dana.flow


async def test_who_we_are(client: GlificClient, glific: GlificStandIn) -> None:
    """The user's organisation is known; a role that is too low shows in what is hidden."""
    user = await client.user()
    assert (user.name, user.organization_id, user.organization_name) == ("Bridge", "1", "Sandbox")
    glific.is_suspended = True
    found = await client.organization()
    assert (found.is_hidden, found.is_suspended, found.signature_phrase) == (False, True, "This is a dummy secret")
    glific.users[0].role = "staff"
    assert (await client.organization()).is_hidden


async def test_what_changed_can_be_read(client: GlificClient, glific: GlificStandIn) -> None:
    """New messages and changed states are read from a moment on, and say who sent them."""
    await glific.colleague_text(DANA[1:], "from the office")
    await glific.send_location(DANA[1:], 18.5, 73.8)
    await glific.choose(DANA[1:], "Yes, please")
    rows = [message_from_wire(row) for row in await client.changed_since(datetime(2020, 1, 1, tzinfo=UTC))]
    assert {(one.text, one.sender, one.is_inbound) for one in rows} == {
        ("hello", "", True),
        ("from the office", "Asha Rao", False),
        ("Location: https://www.google.com/maps?q=18.5,73.8", "", True),
        ("Yes, please", "", True),
    }


@pytest.mark.parametrize(
    "written",
    ["Hello @contact.name.", "me@example.com.", "me@contact.name", "(@you)", "@", "a @ b.", "@@x.", "x@y. z", "@1."],
)
async def test_words_arrive_as_they_were_written(client: GlificClient, glific: GlificStandIn, written: str) -> None:
    """Nothing that begins with '@' is filled in, and no full stop is lost."""
    await client.send(text(written))
    [message] = glific.outbound(DANA[1:])
    assert (message.body or "").replace("\u200b", "") == written
    assert mend_variables(break_variables(written)) == written


async def test_addresses_stay_addresses() -> None:
    """An e-mail address in a text is not broken, so that a phone recognizes it."""
    assert "me@example.com" in break_variables("Write to me@example.com.")
