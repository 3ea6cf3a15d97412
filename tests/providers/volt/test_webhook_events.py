import json
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.delivery import DeliveryStatus
from bot.domain.errors import MalformedPayload
from bot.domain.message import Failure, Inbound, Receipt
from bot.domain.phone import E164
from bot.domain.provider_messages import Accepted
from bot.domain.sender import NOBODY
from bot.providers.json_values import read_id, read_text
from bot.providers.volt.json_fields import read_media, read_time
from bot.providers.volt.message_wire import (
    accepted_from_wire,
    inbox_line_from_wire,
    listed_from_wire,
    name_from_wire,
)
from bot.providers.volt.record_wire import registered_from_wire
from bot.providers.volt.webhook_events import parse_webhook
from tests.harness.world import ACCOUNT
from tests.harness.world import DANA as CONTACT

SAMPLES = Path(__file__).parents[2] / "samples" / "volt"
POOL = E164("+15555550199")
NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
KEY = "0123456789abcdef0123456789abcdef"


def sample(name: str, **changes: Any) -> dict[str, Any]:
    """Read a payload the vendor published, with some values replaced."""
    envelope: dict[str, Any] = json.loads((SAMPLES / f"{name}.json").read_text())
    envelope["payload"].update(changes)
    return envelope


def received(**changes: Any) -> dict[str, Any]:
    """Read the inbound sample."""
    return sample("message_received", **changes)


def finalized(**changes: Any) -> dict[str, Any]:
    """Read the failed sample."""
    return sample("message_finalized_failed", **changes)


def parse(envelope: Any, passthrough: str | None = None) -> Any:
    """Parse an envelope as the door would."""
    raw = envelope if isinstance(envelope, bytes) else json.dumps(envelope).encode()
    return parse_webhook(raw, passthrough, now=NOW)


def test_vendors_inbound_sample() -> None:
    """The vendor's own message.received becomes an inbound text from the phone to the account number."""
    found = parse(received())
    assert isinstance(found, Inbound)
    assert found.event_id == "rfw_6962ccb5_80d23dc13c024d38873534471681379c"
    assert (found.account, found.contact) == (ACCOUNT, CONTACT)
    assert found.text == "Replying to message from handset"
    assert found.media == ()
    assert found.at == datetime(2022, 4, 7, 22, 21, 4, 259000, tzinfo=UTC)
    assert found.legacy_id == "c7fdc0ba-f3df-4e30-a7fc-397940a6f675"


def test_vendors_failed_sample() -> None:
    """The vendor's own failed message.finalized becomes a receipt from the account number to the phone."""
    found = parse(finalized(), KEY)
    assert isinstance(found, Receipt)
    assert found.event_id == "rfw_6962ccb5_eb7654690ec04a0593cc645fd2353995"
    assert found.status is DeliveryStatus.FAILED
    assert (found.account, found.contact) == (CONTACT, ACCOUNT)  # the sample's sender
    assert found.provider_id == "rf_o6aDxhawR227gt5wgZ2I"
    assert found.legacy_id == "40318006-1cae-4997-acbc-fe9a4aadb7dd"
    assert found.at == datetime(2022, 4, 7, 22, 19, 46, 119000, tzinfo=UTC)
    assert found.key == KEY
    assert found.failure is not None
    assert (found.failure.code, found.failure.allows_manual_retry) == ("702", True)
    assert "SPAM filter" not in found.failure.user_message


@pytest.mark.parametrize(
    ("event_type", "word", "error_code", "status"),
    [
        ("message.sent", "sent", None, DeliveryStatus.SENT),
        ("message.sent", "sending", None, DeliveryStatus.SENT),
        ("message.sent", None, None, DeliveryStatus.SENT),
        ("message.sent", "teleported", None, None),
        ("message.finalized", "delivered", None, DeliveryStatus.DELIVERED),
        ("message.finalized", "Delivered ", None, DeliveryStatus.DELIVERED),
        ("message.finalized", "sent", None, DeliveryStatus.SENT),
        ("message.finalized", "failed", None, DeliveryStatus.FAILED),
        ("message.finalized", "failed", 702, DeliveryStatus.FAILED),
        ("message.finalized", "undelivered", "801", DeliveryStatus.FAILED),
        ("message.finalized", None, "801", DeliveryStatus.FAILED),
        ("message.finalized", "delivery_unconfirmed", None, None),
        ("message.finalized", None, None, None),
        ("message.finalized", 7, None, None),
    ],
)
def test_status_words(event_type: str, word: Any, error_code: Any, status: DeliveryStatus | None) -> None:
    """Known words have their meaning, unknown ones are ignored unless an error code speaks for them."""
    found = parse(finalized(event_type=event_type, status=word, error_code=error_code))
    assert (found and found.status) is status
    if found:
        assert (found.failure is not None) is (status is DeliveryStatus.FAILED)


def test_numeric_error_code_is_text() -> None:
    """A code given as a number means the same."""
    assert parse(finalized(error_code=503)).failure.code == "503"


def test_detail_speaks_for_an_unknown_code() -> None:
    """The provider's own words are used where the table has none."""
    assert "This is a temporary condition." in parse(finalized(error_code="777")).failure.user_message
    assert "temporary" in parse(finalized(error_code="777", provider_error_detail=None)).failure.user_message


@pytest.mark.parametrize(
    "passthrough",
    [None, "", KEY.upper(), KEY[:-1], KEY + "0", KEY + "\n", "g" * 32, "٣" * 32, " " + KEY[1:]],
)
def test_foreign_passthrough_is_no_key(passthrough: str | None) -> None:
    """Only 32 lower-case hex digits are a message key of ours."""
    assert parse(finalized(), passthrough).key is None


def test_the_number_that_was_used_stays() -> None:
    """An event names the number that was used, in both directions: whose it is, is found out afterwards."""
    assert parse(received(to_number=POOL)).account == POOL
    assert parse(finalized(from_number=POOL)).account == POOL


def test_content_id_survives_a_new_envelope() -> None:
    """A redelivery under a new envelope id and time is known again."""
    again = received() | {"id": "rfw_6962ccb5_00000000000000000000000000000000", "time": 1649370999}
    assert parse(again).content_id == parse(received()).content_id
    assert parse(again).event_id != parse(received()).event_id


@pytest.mark.parametrize(
    "change",
    [
        {"message_app_id": "another"},
        {"text": "Another text"},
        {"media": ["https://cdn.example/1.jpg"]},
        {"from_number": "+15555550146"},
        {"to_number": "+15555550124"},
        {"received_at": "2022-04-07T22:21:05.259+00:00"},
    ],
)
def test_content_id_tells_texts_apart(change: dict[str, Any]) -> None:
    """Texts that differ in anything that makes a text have different content ids."""
    assert parse(received(**change)).content_id != parse(received()).content_id


def test_content_id_without_app_id_uses_the_envelope() -> None:
    """Two equal texts without a message_app_id are still two."""
    one, other = received(message_app_id=None), received(message_app_id=None) | {"id": "other"}
    assert parse(one).content_id != parse(other).content_id


def test_missing_envelope_id_is_made_from_the_body() -> None:
    """Without an id the raw bytes stand for the event, so that a repeat is one."""
    bare = received()
    del bare["id"]
    assert parse(bare).event_id == parse(bare).event_id
    assert len(parse(bare).event_id) == 64
    assert parse(bare).event_id != parse(bare | {"time": 1}).event_id


def test_times_fall_back_in_order() -> None:
    """The carrier's time, else the event's, else the envelope's, else that of the arrival."""
    at = parse(received(received_at=None)).at
    assert at == datetime(2022, 4, 7, 22, 21, 4, 397000, tzinfo=UTC)
    assert parse(received(received_at="soon", occurred_at=None)).at == datetime.fromtimestamp(1649370064, UTC)
    assert parse(received(received_at=None, occurred_at=None) | {"time": None}).at == NOW


def test_text_may_be_null() -> None:
    """A picture message has no words."""
    found = parse(received(text=None, media=["https://cdn.example/a.jpg"]))
    assert (found.text, found.media) == ("", ("https://cdn.example/a.jpg",))


def test_media_are_addresses_or_objects() -> None:
    """Media come as addresses or as objects with one; whatever is no web address is left out."""
    media: list[Any] = [
        "https://cdn.example/a.jpg",
        {"url": "http://cdn.example/b.png", "content_type": "image/png"},
        {"url": None},
        {},
        None,
        7,
        ["https://cdn.example/nested.jpg"],
        "ftp://cdn.example/c",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "https://",
        "https://[broken",
        "https://cdn.example/\n",
        "",
    ]
    assert parse(received(media=media)).media == ("https://cdn.example/a.jpg", "http://cdn.example/b.png")


@pytest.mark.parametrize("media", [None, "https://cdn.example/a.jpg", {}, 7])
def test_media_that_are_no_list_are_none(media: Any) -> None:
    """Anything but a list holds no media."""
    assert parse(received(media=media)).media == ()


def test_text_is_made_storable() -> None:
    """NUL and half surrogate pairs, which JSON can carry and no database stores, are taken out; pairs are joined."""
    raw = json.dumps(received()).replace("Replying", r"A\u0000\ud83d\ude00\ud800B").encode()
    assert parse(raw).text.startswith("A😀�B")


@pytest.mark.parametrize(
    "envelope",
    [
        {},
        {"type": "test"},
        {"type": "messaging"},
        {"type": "messaging", "payload": None},
        {"type": "messaging", "payload": []},
        {"type": "messaging", "payload": {}},
        {"type": "call", "payload": {"event_type": "call.initiated"}},
        {"type": ["messaging"], "payload": {"event_type": "message.received"}},
        {"type": "messaging", "payload": {"event_type": "call.hangup", "from_number": 1}},
        {"type": "messaging", "payload": {"event_type": {"no": "word"}}},
    ],
)
def test_other_kinds_are_not_acted_on(envelope: Any) -> None:
    """Calls, unknown kinds and the probe of a registration are None, whatever else they lack."""
    assert parse(envelope) is None


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff\xfe",
        b'"\xff"',
        b"{",
        b"[]",
        b"7",
        b"null",
        b'"text"',
        b'{"type": NaN}',
        b'{"time": Infinity}',
        b'{"time": ' + b"9" * 5000 + b"}",
        b"[" * 100_000,
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        b"\xef\xbb\xbf{}",
    ],
    ids=range(14),
)
def test_what_is_no_json_object_is_unreadable(raw: bytes) -> None:
    """Broken encodings, broken or bottomless JSON, and JSON that is no object are unreadable."""
    with pytest.raises(MalformedPayload):
        parse(raw)


@pytest.mark.parametrize(
    "number", [None, "", "15555550145", "5555550145", 15555550145, "+1 555 555 0145", "VOLT", [], {}]
)
def test_unusable_numbers_are_unreadable(number: Any) -> None:
    """Our side of an event, and whom we texted, are numbers; the words name the field and not what it held."""
    wrong = {"to_number": received(to_number=number), "from_number": finalized(from_number=number)}
    for field, envelope in (*wrong.items(), ("to_number", finalized(to_number=number))):
        with pytest.raises(MalformedPayload, match=field) as caught:
            parse(envelope)
        assert str(number) not in str(caught.value) or not number


@pytest.mark.parametrize("text", [7, [], {}, True])
def test_text_of_another_type_is_unreadable(text: Any) -> None:
    """A text that is no text is not lost silently."""
    with pytest.raises(MalformedPayload):
        parse(received(text=text))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda j: st.lists(j) | st.dictionaries(st.text(), j),
)


@given(raw=st.binary())
def test_any_bytes_are_read_or_unreadable(raw: bytes) -> None:
    """Bytes are an event, nothing, or unreadable: no other exception."""
    with suppress(MalformedPayload):
        assert parse(raw) is None


@given(changes=st.dictionaries(st.sampled_from([*received()["payload"], *finalized()["payload"]]), JSON), top=JSON)
def test_any_values_are_read_or_unreadable(changes: dict[str, Any], top: Any) -> None:
    """A genuine event with any of its values replaced is an event, nothing, or unreadable."""
    for envelope in (received(**changes), finalized(**changes), received(**changes) | {"id": top, "time": top}):
        try:
            found = parse(envelope, KEY)
        except MalformedPayload:
            continue
        if found:
            found.text.encode()
            assert found.at.tzinfo is UTC
            assert found.account.startswith("+")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2022-04-07T22:21:04.259+00:00", datetime(2022, 4, 7, 22, 21, 4, 259000, tzinfo=UTC)),
        ("2022-04-07T22:21:04Z", datetime(2022, 4, 7, 22, 21, 4, tzinfo=UTC)),
        ("2022-04-07T18:21:04-04:00", datetime(2022, 4, 7, 22, 21, 4, tzinfo=UTC)),
        ("2022-04-07T22:21:04", datetime(2022, 4, 7, 22, 21, 4, tzinfo=UTC)),
        (" 2022-04-07 22:21:04 ", datetime(2022, 4, 7, 22, 21, 4, tzinfo=UTC)),
        (1649370064, datetime(2022, 4, 7, 22, 21, 4, tzinfo=UTC)),
        ("1649370064", datetime(2022, 4, 7, 22, 21, 4, tzinfo=UTC)),
        (1649370064.5, datetime(2022, 4, 7, 22, 21, 4, 500000, tzinfo=UTC)),
        ("1649370064000", datetime(2022, 4, 7, 22, 21, 4, tzinfo=UTC)),
        ("", None),
        ("sending", None),
        ("7", None),
        (None, None),
        (True, None),
        (0, None),
        (-1, None),
        (float("inf"), None),
        (float("nan"), None),
        (10**300, None),
        ("0001-01-01T00:00:00+23:59", None),
        ([], None),
    ],
)
def test_times_in_every_form(value: Any, expected: datetime | None) -> None:
    """ISO, Volt's own argument form, and seconds since 1970 are times in UTC; anything else is None."""
    assert read_time(value) == expected


@given(value=JSON)
def test_single_values_never_raise(value: Any) -> None:
    """Any JSON value can be read as a time, a text, an id and media."""
    at = read_time(value)
    assert at is None or at.tzinfo is UTC
    read_text(value).encode()
    assert len(read_id(value)) <= 200
    assert isinstance(read_media(value), tuple)


@pytest.mark.parametrize("flag", [True, False])
def test_booleans_are_no_ids(flag: bool) -> None:  # noqa: FBT001 - the value under test
    """An id is a text or a whole number."""
    assert read_id(flag) == ""
    assert read_id(42) == "42"


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("sending", DeliveryStatus.SENT),
        ("sent", DeliveryStatus.SENT),
        ("delivered", DeliveryStatus.DELIVERED),
        ("", DeliveryStatus.SENT),
        (None, DeliveryStatus.SENT),
        ("brand new word", DeliveryStatus.SENT),
    ],
)
def test_accepted_answers(word: Any, status: DeliveryStatus) -> None:
    """A message Volt has made has left us, whatever its status is called."""
    answer = accepted_from_wire({"id": "rf_1", "legacyId": "uuid", "status": word, "errorCode": None})
    assert answer == Accepted("rf_1", "uuid", status)


def test_answer_of_a_failed_message_is_a_failure() -> None:
    """A message that failed at once gives its code and our words."""
    answer = accepted_from_wire({"id": "rf_1", "legacyId": "", "status": "failed", "errorCode": "503"})
    assert isinstance(answer, Failure)
    assert answer.code == "503"


@pytest.mark.parametrize("message", [None, [], "rf_1", {}, {"id": None}, {"id": ""}, {"id": "x" * 500}])
def test_answer_without_a_message_is_unreadable(message: Any) -> None:
    """An answer without an id proves nothing."""
    with pytest.raises(MalformedPayload):
        accepted_from_wire(message)
    with pytest.raises(MalformedPayload):
        listed_from_wire(message, CONTACT, NOW)
    with pytest.raises(MalformedPayload):
        registered_from_wire(message)


def test_listed_messages_know_their_direction() -> None:
    """Of a conversation the texts to the contact are outbound, also those from a pool number."""
    row = {
        "id": 7,
        "legacyId": "u",
        "toNumber": CONTACT,
        "fromNumber": POOL,
        "status": "failed",
        "body": "Hi",
        "sentAt": "",
    }
    found = listed_from_wire(row, CONTACT, NOW)
    assert found.is_outbound
    assert (found.provider_id, found.status, found.body, found.at) == ("7", DeliveryStatus.FAILED, "Hi", None)
    assert not listed_from_wire(row | {"toNumber": ACCOUNT, "fromNumber": CONTACT}, CONTACT, NOW).is_outbound


@pytest.mark.parametrize(
    ("contact", "name"),
    [
        (None, ""),
        ({}, ""),
        ({"name": None}, ""),
        ({"name": " Dana Whitfield "}, "Dana Whitfield"),
        ({"name": "+1 (555) 555-0145"}, ""),
        ({"name": "张伟"}, "张伟"),
        ({"name": "🌷"}, "🌷"),
    ],
)
def test_names(contact: Any, name: str) -> None:
    """A contact's name is what people call them; their number in its place is no name."""
    assert name_from_wire(contact) == name


def test_registrations() -> None:
    """A registration is its id, its address and the number it is limited to."""
    found = registered_from_wire({"id": 3, "url": "https://bot.example/volt/webhooks", "primaryPhone": None})
    assert (found.id, found.url, found.primary_phone) == ("3", "https://bot.example/volt/webhooks", None)


def test_short_code_is_a_sender() -> None:
    """A text from a short code is shown, though its sender is no E.164 number."""
    inbound = parse(sample("message_received", from_number="40404"))
    assert isinstance(inbound, Inbound)
    assert inbound.contact == "40404"


@pytest.mark.parametrize(
    "never", ["0001-01-01T00:00:00Z", "1970-01-01T00:00:00Z", 1, "2026-11-23 08:00:01", "9999-12-31"]
)
def test_a_time_that_cannot_be_is_none(never: Any) -> None:
    """A time before anybody texted, or ahead of all clocks, gives way to the envelope's, and that to the arrival's."""
    told = "2026-11-20T10:00:00Z"
    inbound, receipt = received(received_at=never, occurred_at=never), finalized(completed_at=never)
    receipt["payload"] |= {"occurred_at": never, "sent_at": never}
    for whole in (inbound, receipt):
        assert parse(whole | {"time": told}).at == datetime.fromisoformat(told)
        assert parse(whole | {"time": never}).at == NOW
    row = {"id": 7, "toNumber": CONTACT, "sentAt": never, "confirmedAt": told}
    assert listed_from_wire(row, CONTACT, NOW).at == datetime.fromisoformat(told)
    assert inbox_line_from_wire({"lastMessageTime": never}, NOW).at is None


def test_short_codes_everywhere() -> None:
    """A short code is known in receipts, in the inbox, and at either end of a listed text."""
    code = E164("40404")
    assert parse(finalized(to_number="40404")).contact == code
    assert inbox_line_from_wire({"contact": {"phoneNumber": "40404"}}, NOW).contact == code
    assert listed_from_wire({"id": 7, "fromNumber": "40404"}, code, NOW).is_outbound is False
    assert listed_from_wire({"id": 7, "toNumber": "40404"}, code, NOW).is_outbound


def test_senders_who_are_no_number() -> None:
    """A name is known again in Volt's record; a row of the inbox that names nobody is kept as one."""
    assert parse(received(from_number="AMAZON")).contact == "AMAZON"
    assert parse(received(from_number=None)).contact == NOBODY
    assert (
        listed_from_wire({"id": 7, "fromNumber": "AMAZON", "toNumber": ACCOUNT}, E164("AMAZON"), NOW).is_outbound
        is False
    )
    assert inbox_line_from_wire({"contact": {"phoneNumber": "AMAZON"}}, NOW).contact == "AMAZON"
    for nameless in ({"contact": None}, {"contact": {"phoneNumber": ""}}, None):
        assert inbox_line_from_wire(nameless, NOW).contact is None
