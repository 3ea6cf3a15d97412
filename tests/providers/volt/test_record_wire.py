import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import MalformedPayload
from bot.domain.provider_records import ContactRecord, CustomField, Rule
from bot.providers.volt.json_fields import read_time
from bot.providers.volt.record_wire import (
    OPERATORS,
    card_from_wire,
    fields_to_wire,
    list_from_wire,
    page_from_wire,
    query_to_wire,
    record_from_wire,
    row_from_wire,
    saved_card,
    time_to_wire,
    wave_from_wire,
)
from tests.harness.world import DANA

CONTACT: dict[str, Any] = {
    "name": "Dana",
    "mappedNumber": None,
    "blocked": False,
    "customFields": [{"key": "city", "value": "Lund", "type": "text"}],
    "lists": [{"name": "vip"}],
}
WAVE: dict[str, Any] = {
    "id": "7",
    "name": "news",
    "body": "hello",
    "scheduledTime": "2030-01-01 10:00:00",
    "totalMessages": 3,
    "totalMessagesDelivered": 2,
    "totalMessagesFailed": 1,
    "lists": [{"name": "vip"}, {"name": "all"}],
}
MESSAGE: dict[str, Any] = {
    "id": "rf_1",
    "legacyId": "uuid-1",
    "toNumber": DANA,
    "fromNumber": "+15555550123",
    "status": "failed",
    "statusDescription": "Not delivered",
    "errorCode": "802",
    "media": ["https://volt.example/a.png"],
    "body": "hello",
    "sentAt": "1649370064",
    "confirmedAt": "",
}
LIST: dict[str, Any] = {
    "id": "9",
    "name": "vip",
    "size": 12,
    "querySourceListName": None,
    "queryNameSearchTerm": "dan",
    "queryCustomFields": [{"field": "age", "operator": "gt", "queryValue": "17"}],
}
INBOX: dict[str, Any] = {
    "contact": {"phoneNumber": DANA, "name": "Dana"},
    "lastMessage": "hello",
    "isUnread": True,
    "lastMessageTime": "2030-01-01T10:00:00+02:00",
}
PAGE: dict[str, Any] = {"items": [INBOX], "pageInfo": {"hasNextPage": True, "endCursor": "c1"}}


def page(answer: object) -> object:
    """Read a page of the inbox."""
    return page_from_wire(answer, "items", row_from_wire)


READERS: list[tuple[Callable[[Any], object], dict[str, Any]]] = [
    (lambda answer: card_from_wire(answer, DANA), CONTACT),
    (wave_from_wire, WAVE),
    (record_from_wire, MESSAGE),
    (list_from_wire, LIST),
    (row_from_wire, INBOX),
    (page, PAGE),
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@given(st.sampled_from(READERS), st.data())
def test_any_answer_is_read_or_refused(
    reader: tuple[Callable[[Any], object], dict[str, Any]], data: st.DataObject
) -> None:
    """Whatever stands in place of any part of an answer, it is read or refused as unreadable, never a crash."""
    read, whole = reader
    spoilt = {name: data.draw(JSON) for name in data.draw(st.sets(st.sampled_from(sorted(whole))))}
    for answer in (whole | spoilt, data.draw(JSON)):
        try:
            read(answer)
        except MalformedPayload:
            continue


@pytest.mark.parametrize("reader", READERS)
def test_what_is_missing_is_empty_or_refused(reader: tuple[Callable[[Any], object], dict[str, Any]]) -> None:
    """Each part of an answer can be missing or null without a crash."""
    read, whole = reader
    for name in whole:
        for answer in (whole | {name: None}, {key: value for key, value in whole.items() if key != name}):
            try:
                assert read(answer) is not None
            except MalformedPayload:
                assert name in ("id", "blocked", "customFields", "items")


def test_a_card() -> None:
    """A card holds what Volt said, with the number that was asked for."""
    fields = (CustomField("city", "Lund", "text"),)
    card = ContactRecord(DANA, "Dana", fields, ("vip",), is_blocked=False, mapped_number=None)
    assert card_from_wire(CONTACT, DANA) == card
    assert card_from_wire(None, DANA) is None
    pooled = card_from_wire(CONTACT | {"mappedNumber": "5550199", "name": None}, DANA)
    assert pooled is not None
    assert (pooled.mapped_number, pooled.name) == (None, "")


@pytest.mark.parametrize(
    "spoilt",
    [
        {"blocked": None},
        {"blocked": "no"},
        {"customFields": None},
        {"customFields": [{"value": "x"}]},
        {"customFields": [7]},
    ],
)
def test_a_card_that_could_do_harm_is_refused(spoilt: dict[str, Any]) -> None:
    """A contact whose block or custom fields cannot be told is unreadable, because a card is written back whole."""
    with pytest.raises(MalformedPayload):
        card_from_wire(CONTACT | spoilt, DANA)


@pytest.mark.parametrize(("value", "text"), [(None, ""), (7, "7"), (1.5, "1.5"), (True, "true"), (["é"], '["é"]')])
def test_values_that_are_no_text_survive_a_save(value: object, text: str) -> None:
    """A custom field that Volt keeps as something else than text is written back as the same in JSON."""
    card = card_from_wire(CONTACT | {"customFields": [{"key": "k", "value": value}]}, DANA)
    assert card is not None
    assert fields_to_wire(card.fields) == [{"key": "k", "value": text}]


def test_a_saved_card_has_what_volt_adds() -> None:
    """The answer to a save is what was sent, with Volt's word on name, block, lists and pool number."""
    card = ContactRecord(DANA, " Dana ", (CustomField("a", "b", "date"),), (), is_blocked=True, mapped_number=None)
    saved = saved_card({"name": "Dana", "blocked": True, "lists": [{"name": "vip"}]}, card)
    assert saved == ContactRecord(DANA, "Dana", card.fields, ("vip",), is_blocked=True, mapped_number=None)
    with pytest.raises(MalformedPayload):
        saved_card(None, card)


@given(st.lists(st.builds(Rule, st.text(min_size=1), st.sampled_from(sorted(OPERATORS)), st.text()), max_size=4))
def test_rules_come_back_as_they_were_sent(rules: list[Rule]) -> None:
    """A rule's value is sent as JSON, and read back as it was."""
    rules = [Rule(rule.field.replace("\x00", "?"), rule.operator, rule.value.replace("\x00", "?")) for rule in rules]
    query = query_to_wire("vip", "", "", rules)
    for rule in query.get("queryCustomFields", []):
        json.loads(rule["queryValue"])
    assert list_from_wire(LIST | query).rules == (tuple(rules) if rules else list_from_wire(LIST).rules)


@pytest.mark.parametrize(
    ("operator", "value", "sent"),
    [
        ("gt", "17", "17"),
        ("eq", "-1.5e3", "-1.5e3"),
        ("gt", "seventeen", '"seventeen"'),
        ("gt", "true", '"true"'),
        ("gt", "NaN", '"NaN"'),
        ("gt", "007", '"007"'),
        ("is", "17", '"17"'),
        ("before", "2030-01-01", '"2030-01-01"'),
        ("contains", 'a "b"', '"a \\"b\\""'),
    ],
)
def test_numbers_are_sent_as_numbers_to_what_counts(operator: str, value: str, sent: str) -> None:
    """Only a number for an operator that counts is a JSON number; anything else is JSON text."""
    assert query_to_wire("l", "", "", [Rule("f", operator, value)])["queryCustomFields"][0]["queryValue"] == sent


def test_what_is_empty_in_a_query_is_left_out() -> None:
    """A query names only what it picks by."""
    assert query_to_wire("l", "", "", []) == {"listName": "l"}
    assert query_to_wire("l", "s", "t", []) == {
        "listName": "l",
        "querySourceListName": "s",
        "queryNameSearchTerm": "t",
    }


@given(st.integers(1, 30_000_000_000), st.integers(-23, 23))
def test_times_come_back_to_the_second(second: int, hours: int) -> None:
    """A moment in any zone is sent as UTC text that is read as the same moment."""
    at = datetime.fromtimestamp(second, timezone(timedelta(hours=hours)))
    assert read_time(time_to_wire(at.replace(microsecond=7))) == at


@pytest.mark.parametrize(
    "value", ["2030-01-01T10:00:00Z", "2030-01-01 10:00:00", "2030-01-01T12:00:00+02:00", 1893492000, "1893492000"]
)
def test_a_waves_time_is_read_in_any_form(value: object) -> None:
    """The time of a wave is read with a zone, without one, and as Unix seconds; else it is not known."""
    wave = wave_from_wire(WAVE | {"scheduledTime": value})
    assert wave is not None
    assert wave.scheduled_at == datetime(2030, 1, 1, 10, tzinfo=UTC)
    unread = wave_from_wire(WAVE | {"scheduledTime": "tomorrow"})
    assert unread is not None
    assert unread.scheduled_at is None


def test_a_page_ends_where_volt_says_so() -> None:
    """There is an older page only where Volt says so and gives a cursor to it."""
    assert page_from_wire(PAGE, "items", row_from_wire).older == "c1"
    infos: list[Any] = [
        None,
        [],
        {},
        {"hasNextPage": False, "endCursor": "c1"},
        {"hasNextPage": True},
        {"endCursor": "c"},
    ]
    for info in infos:
        assert page_from_wire(PAGE | {"pageInfo": info}, "items", row_from_wire).older is None


def test_an_inbox_row_without_a_number() -> None:
    """A row whose number cannot be read is shown without one."""
    row = row_from_wire(INBOX | {"contact": {"phoneNumber": None, "name": "Parcels"}})
    assert (row.contact, row.name, row.is_unread) == (None, "Parcels", True)


def test_a_text_record() -> None:
    """A record has Volt's status and our words for its failure; a time that is not there yet is None."""
    record = record_from_wire(MESSAGE)
    assert record is not None
    assert (record.status, record.error_code, record.confirmed_at) == ("failed", "802", None)
    assert record.sent_at == datetime.fromtimestamp(1649370064, UTC)
    assert record.failure is not None
    sent = record_from_wire(MESSAGE | {"status": "delivered"})
    assert sent is not None
    assert sent.failure is None
