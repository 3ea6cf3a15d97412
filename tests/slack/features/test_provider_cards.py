"""Cards of contacts, texts, inbox and webhooks: valid Block Kit, inert words, changes that touch nothing else."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View as SdkView

from bot.bridge.messages.queries import LocalText
from bot.domain.audit import AuditLine
from bot.domain.conversation import Conversation, Stage
from bot.domain.delivery import DeliveryStatus
from bot.domain.ids import ChannelId, ConversationId, MessageTs
from bot.domain.message import Failure
from bot.domain.phone import E164
from bot.domain.provider_messages import RemoteText
from bot.domain.provider_records import ContactRecord, CustomField, InboxRecord, Page, TextRecord, WebhookRecord
from bot.domain.timestamps import to_micros
from bot.sandbox.slack.limits.blocks import MAX_CHARACTERS, characters, faults_of
from bot.slack.blocks.kit import MessageBody
from bot.slack.context import UserError
from bot.slack.features.contacts.card import LocalContact, render_contact
from bot.slack.features.contacts.form import (
    Submitted,
    changed_card,
    contact_form,
    digest,
    shown_fields,
    shown_name,
    waiting_form,
)
from bot.slack.features.history.view import render_history
from bot.slack.features.kit.contact_ref import ContactRef, read_contact_ref
from bot.slack.features.kit.pagination import ROWS, Cursor, cursor_value, read_cursor, slice_page
from bot.slack.features.provider_inbox.view import render_inbox
from bot.slack.features.status.view import render_record
from bot.slack.features.webhooks.view import list_view, masked_url
from tests.harness.connected import VOLT, VOLT_LINES, renderer
from tests.harness.world import ACCOUNT, AVA, DANA

WHO = ContactRef(ACCOUNT, DANA)
AT = datetime(2026, 11, 21, 10, 32, tzinfo=UTC)
NUMBERS = renderer().number
HOSTILE = ("<!channel> *bold* <https://evil.example|x> :wave:\n" * 200)[:5_000]

WORDS = st.one_of(st.text(max_size=60), st.text(min_size=100, max_size=4_000), st.just(HOSTILE))
FIELDS = st.lists(st.builds(CustomField, key=WORDS, value=WORDS, type=st.sampled_from(["", "text"])), max_size=60)
CARDS = st.builds(
    ContactRecord,
    number=st.just(DANA),
    name=WORDS,
    fields=FIELDS.map(tuple),
    lists=st.lists(WORDS, max_size=20).map(tuple),
    is_blocked=st.booleans(),
    mapped_number=st.sampled_from([None, E164("+15555550199")]),
)
TALK = Conversation(
    ConversationId(1),
    ACCOUNT,
    DANA,
    "Dana",
    ChannelId("C0SUPPORT"),
    MessageTs("1.000001"),
    0,
    stage=Stage.WAITING,
    assignee=AVA,
    is_opted_out=True,
)
LOG = tuple(AuditLine(AVA, action, "*<!here>*" * 50, to_micros(AT)) for action in ("blocked", "edited", "<!x>") * 2)
LINK = "https://sandbox.slack.com/archives/C0SUPPORT/p1000001"


def check(view: MessageBody) -> None:
    """Check a message against slack_sdk's limits and the stand-in's."""
    assert view.text.strip()
    assert "<!channel>" not in view.text
    assert faults_of(view.blocks) == []
    assert characters(view.blocks) <= MAX_CHARACTERS
    for block in Block.parse_all(view.blocks):
        block.validate_json()
    assert not [text for text in mrkdwn(view.blocks) if "<!channel>" in text or "*bold*" in text]


def mrkdwn(part: Any) -> list[str]:
    """List every text that Slack parses."""
    if isinstance(part, dict):
        own = [str(part["text"])] if part.get("type") == "mrkdwn" else []
        return own + [found for value in part.values() for found in mrkdwn(value)]
    return [found for one in part for found in mrkdwn(one)] if isinstance(part, list) else []


@given(CARDS, WORDS, st.booleans())
def test_cards_of_contacts(card: ContactRecord, text: str, is_ours: bool) -> None:  # noqa: FBT001 - given by hypothesis
    """Whatever Volt knows of a contact, its card keeps Slack's limits and no stranger's word is parsed."""
    check(render_contact(WHO, card, LocalContact(), NUMBERS))
    check(render_contact(WHO, card, LocalContact(TALK, text, is_ours, AT, LOG, LINK), NUMBERS))


def test_what_was_done_has_no_code_names() -> None:
    """The log on a card says in words why a text was asked about, and names people and channels as Slack does."""
    done = (
        ("approved", "opted_out night"),
        ("approved", ""),
        ("assigned", "U0BEN"),
        ("moved", "C1 C2"),
        ("mode", "confirm"),
        ("edited", "name and custom fields"),
        ("sent as text", ""),
        ("scheduled a text", "outcome unknown"),
        ("scheduled a text", "not taken"),
        ("scheduled a text", "rf_123"),
    )
    log = tuple(AuditLine(AVA, action, detail, to_micros(AT)) for action, detail in done)
    said = mrkdwn(render_contact(WHO, None, LocalContact(TALK, log=log), NUMBERS, VOLT_LINES).blocks)[-1].split("\n")
    assert [line.partition(f"<@{AVA}> ")[2] for line in said] == [
        "had a text sent that was asked about: the contact had opted out, it was night there",
        "had a text sent that was asked about",
        "gave it to <@U0BEN>",
        "moved the conversation to <#C2>",
        "changed what is texted: each text waits for somebody to press Send",
        "changed the contact's name and custom fields",
        "had a message of the thread texted",
        "had a text scheduled; Volt did not say whether it took it",
        "wanted a text scheduled, which Volt did not take",
        "had a text scheduled",
    ]


def test_a_card_of_nobody() -> None:
    """A number that nobody knows has a card too."""
    check(render_contact(WHO, None, LocalContact(), NUMBERS))
    check(render_contact(WHO, None, LocalContact(TALK, "", last_at=AT), NUMBERS))


@given(CARDS)
def test_forms(card: ContactRecord) -> None:
    """The form of any contact keeps Slack's limits."""
    for form in (contact_form(WHO, card, NUMBERS, notes=("x",)), waiting_form(WHO, card.name, NUMBERS, VOLT)):
        assert faults_of(form["blocks"]) == []
        assert len(form.get("private_metadata", "")) <= 3_000
        SdkView(**form).validate_json()
        for block in form["blocks"]:
            element = block.get("element", {})
            assert len(element.get("initial_value", "")) <= element.get("max_length", 0)


@given(CARDS, st.booleans())
def test_what_nobody_touched_stays(card: ContactRecord, is_blocked: bool) -> None:  # noqa: FBT001 - given by hypothesis
    """A form that comes back as it was shown changes the block at most: names and fields stay to the letter."""
    typed = Submitted(shown_name(card), shown_fields(card), is_blocked)
    after = changed_card(WHO, card, typed)
    assert (after.name, after.fields, after.is_blocked) == (card.name, card.fields, is_blocked)


@given(CARDS)
def test_a_changed_field_leaves_the_others(card: ContactRecord) -> None:
    """A line added to the fields adds one field; every other one stays to the letter, whether it fits a line or not."""
    typed = Submitted(shown_name(card), f"{shown_fields(card)}\nadded by Ava: yes", card.is_blocked)
    after = changed_card(WHO, card, typed)
    assert sorted(map(str, after.fields)) == sorted(map(str, (*card.fields, CustomField("added by Ava", "yes"))))


def test_fields_of_one_key_stay() -> None:
    """Of several fields under one key none can be told apart by lines: all stay, and no line may add another."""
    twice = (CustomField("Order", "1"), CustomField("Order", "1"))
    card = ContactRecord(
        DANA, "Dana", (*twice, CustomField("City", "Uppsala")), (), is_blocked=False, mapped_number=None
    )
    assert shown_fields(card) == "City: Uppsala"
    after = changed_card(WHO, card, Submitted("Dana", "City: Lund", is_blocked=False))
    assert after.fields == (CustomField("City", "Lund"), *twice)
    with pytest.raises(UserError, match="more than once"):
        changed_card(WHO, card, Submitted("Dana", "Order: 2", is_blocked=False))


def test_a_new_contact_needs_a_name() -> None:
    """Nothing is saved under no name."""
    with pytest.raises(UserError, match="Write a name to save this contact"):
        changed_card(WHO, None, Submitted(" ", "Order: 1", is_blocked=False))


def test_digests() -> None:
    """Each part that a form changes makes another digest; lists do not."""
    card = ContactRecord(DANA, "Dana", (CustomField("a", "b"),), (), is_blocked=False, mapped_number=None)
    others = [
        None,
        ContactRecord(DANA, "Dan", card.fields, (), is_blocked=False, mapped_number=None),
        ContactRecord(DANA, "Dana", (CustomField("a", "c"),), (), is_blocked=False, mapped_number=None),
        ContactRecord(DANA, "Dana", card.fields, (), is_blocked=True, mapped_number=None),
    ]
    assert len({digest(one) for one in (card, *others)}) == 5
    assert digest(ContactRecord(DANA, "Dana", card.fields, ("A",), is_blocked=False, mapped_number=None)) == digest(
        card
    )


@pytest.mark.parametrize("value", ["", "x", "+15555550123", "+15555550123 x", "+15555550123 +15555550145 x"])
def test_who_cannot_be_read(value: str) -> None:
    """A button that names nobody is refused in words."""
    with pytest.raises(UserError, match="is out of date"):
        read_contact_ref(value)
    assert read_contact_ref(str(WHO)) == WHO


LISTED = st.builds(
    RemoteText,
    provider_id=st.just("rf_1"),
    legacy_id=st.just(""),
    status=st.sampled_from(DeliveryStatus),
    body=WORDS,
    at=st.sampled_from([None, AT]),
    is_outbound=st.sampled_from([True, False, None]),
    media=st.lists(st.sampled_from(["https://m.example/a.png", "https://[", "https://m.example/" + "x" * 3_000])).map(
        tuple
    ),
    failure=st.sampled_from([None, Failure("802", "The phone was off.", allows_manual_retry=True)]),
)


@given(st.lists(LISTED, max_size=30).map(tuple), WORDS)
def test_histories(texts: tuple[RemoteText, ...], name: str) -> None:
    """Ten of any texts fit into one message, and none of their words is parsed."""
    check(render_history(WHO, name, slice_page(Page(texts, "rf_99"), Cursor("rf_1", -1, ("", "rf_0"))), NUMBERS))


ROW = st.builds(
    InboxRecord,
    contact=st.sampled_from([None, DANA]),
    name=WORDS,
    text=WORDS,
    is_unread=st.booleans(),
    at=st.sampled_from([None, AT]),
)


@given(st.lists(ROW, max_size=12).map(tuple))
def test_inboxes(rows: tuple[InboxRecord, ...]) -> None:
    """Ten of any rows fit into one message, and none of their words is parsed."""
    leaf = slice_page(Page(rows, "rf_9"), Cursor())
    check(render_inbox(ACCOUNT, leaf, NUMBERS, lambda _: ""))
    check(render_inbox(ACCOUNT, leaf, NUMBERS, lambda _: LINK))


@given(WORDS, WORDS, WORDS)
def test_statuses(body: str, status: str, code: str) -> None:
    """The card of any text keeps Slack's limits, and none of its words is parsed."""
    record = TextRecord("rf_1", "", DANA, None, body, status, status, (), None, AT, code, None)
    check(render_record(record, LocalText(), LINK, NUMBERS))


@given(st.lists(st.builds(WebhookRecord, id=WORDS, url=WORDS, primary_phone=st.one_of(st.none(), WORDS)), max_size=40))
def test_webhook_lists(registered: list[WebhookRecord]) -> None:
    """Any registrations make a valid list."""
    check(list_view(registered, "https://bot.example/volt/webhooks/secret"))


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://bot.example/volt/webhooks", "https://bot.example/volt/webhooks"),
        ("https://bot.example/volt/webhooks/s3", "https://bot.example/volt/webhooks/…"),
        ("https://bot.example/sub/volt/webhooks/s3/x", "https://bot.example/sub/volt/webhooks/…/x"),
        ("https://u:p@crm.example:8443/h?k=1#f", "https://crm.example:8443/h?…"),
        ("https://crm.example/abcdefghijklmnop/in", "https://crm.example/…/in"),
        ("https://[", "an address that cannot be read"),
    ],
)
def test_masked_addresses(url: str, shown: str) -> None:
    """An address shows where it leads and nothing that may be secret."""
    assert masked_url(url) == shown


@given(st.integers(0, 60), st.integers(1, 25))
def test_pages(count: int, size: int) -> None:
    """However Volt cuts its pages, leafing goes through everything once, to the end and back the same way."""
    things = tuple(range(count))

    def page(mark: str) -> Page[int]:
        start = int(mark or 0)
        rest = start + size
        return Page(things[start:rest], str(rest) if rest < count else None)

    spot, down = Cursor(), []
    while True:
        leaf = slice_page(page(spot.mark), spot)
        down.append(leaf.items)
        assert len(leaf.items) <= ROWS
        if leaf.older is None:
            break
        spot = read_cursor(str(cursor_value(leaf.older, "x")))[1]
    assert tuple(thing for items in down for thing in items) == things
    up = [leaf.items]
    while leaf.newer is not None:
        spot = read_cursor(str(cursor_value(leaf.newer, "x")))[1]
        leaf = slice_page(page(spot.mark), spot)
        up.append(leaf.items)
    assert up == down[::-1]
    assert leaf.cursor == Cursor()


def test_marks_that_go_round() -> None:
    """Where Volt's mark leads to where one has been, there is nothing older."""
    assert slice_page(Page((1,), "a"), Cursor("a")).older is None
    assert slice_page(Page((1,), "a"), Cursor("c", 0, ("", "a"))).older is None


def test_marks_that_fit_into_no_button() -> None:
    """A long trail loses its beginning and leads to the newest from there; a mark alone too long has words."""
    trail = tuple(str(place) * 100 for place in range(40))
    value = cursor_value(Cursor("x", 0, trail, 41), "of")
    assert value is not None
    assert len(value) <= 2_000
    kept = read_cursor(value)[1].trail
    assert kept == trail[-len(kept) :]
    assert slice_page(Page((1,), None), Cursor("x")).newer == Cursor()
    assert cursor_value(Cursor("x" * 2_000), "of") is None
    view = render_history(WHO, "", slice_page(Page((), "x" * 2_000), Cursor()), NUMBERS)
    assert "Older ones cannot be shown here" in str(view.blocks)
    assert "history_leaf_older" not in str(view.blocks)
