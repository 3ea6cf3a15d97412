"""What Carium answers, read: known shapes as they are meant, and any JSON without a fault of ours."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.delivery import DeliveryStatus
from bot.domain.errors import CallFailed, MalformedPayload, OutcomeUnknown
from bot.domain.message import Inbound, Receipt
from bot.providers.courier.calls.error_mapping import failed_call, failed_login
from bot.providers.courier.calls.json_api import resource_of
from bot.providers.courier.calls.tokens import token_from_wire
from bot.providers.courier.wire.channels import channel_from_wire, message_from_wire
from bot.providers.courier.wire.json_fields import moment_text, read_moment, read_phone
from bot.providers.courier.wire.statuses import STATUSES, failure_of, status_of
from bot.providers.courier.wire.texts import text_from_wire
from bot.providers.http_trace import HttpTrace
from bot.providers.json_values import read_id, read_text
from tests.providers.courier.stage import ACCOUNT, DANA, OURS

NAMES = st.sampled_from(
    [
        *("id", "type", "attributes", "data", "errors", "detail", "status", "message", "target", "from", "error"),
        *("created-at", "posted-time", "subscribers", "phone-number", "attachments", "filename", "last-message"),
        *("user-type", "with-sms", "twilio-sid", "callback-url", "access-token", "source", "pointer"),
    ]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just("2026-11-29 12:00:00"),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES | st.text(), inner, max_size=6),
    max_leaves=20,
)


@given(VALUES, VALUES)
def test_any_answer_is_read_or_refused(value: Any, attributes: Any) -> None:
    """A text, a channel and a message are read from any JSON, or refused as malformed; nothing else is raised."""
    for shape in (value, {"id": "1", "type": "texts", "attributes": attributes}):
        found = resource_of(shape)
        for read in (text_from_wire, channel_from_wire, message_from_wire):
            try:
                read(found)
            except MalformedPayload:
                continue


@given(VALUES, st.integers(100, 999))
def test_any_refusal_is_mapped(document: Any, status: int) -> None:
    """Whatever comes with whatever status is a failure in words; a login's is never one of a text."""
    for mapped in (failed_call(HttpTrace(status), document), failed_login(HttpTrace(status), document)):
        assert isinstance(mapped, CallFailed)
        assert mapped.user_message.endswith((".", '"'))
    assert not isinstance(failed_login(HttpTrace(status), document), OutcomeUnknown)


@given(VALUES)
def test_any_login_answer_is_read_or_refused(answer: Any) -> None:
    """A token is read from any JSON, or refused as malformed."""
    try:
        token = token_from_wire(answer, 0.0)
    except MalformedPayload:
        return
    assert token.text.isprintable()


@given(VALUES)
def test_any_value_is_read(value: Any) -> None:
    """Single values are read leniently, and what is read can be stored and sent."""
    read_text(value).encode()
    read_id(value).encode()
    read_phone(value)
    moment = read_moment(value)
    if moment is not None:
        assert read_moment(moment_text(moment)) == moment.replace(microsecond=0)


@pytest.mark.parametrize(
    ("written", "at"),
    [
        ("2026-11-29 12:00:05", datetime(2026, 11, 29, 12, 0, 5, tzinfo=UTC)),
        ("2026-11-29T12:00:05Z", datetime(2026, 11, 29, 12, 0, 5, tzinfo=UTC)),
        ("2026-11-29T14:00:05.25+02:00", datetime(2026, 11, 29, 12, 0, 5, 250_000, tzinfo=UTC)),
        ("0001-01-01 00:00:00", None),
        ("9999-12-31T23:59:59-12:00", None),
        ("soon", None),
    ],
)
def test_moments_are_utc(written: str, at: datetime | None) -> None:
    """A time without a zone is UTC, as Carium writes it; what is no time of ours is none."""
    assert read_moment(written) == at


def test_statuses_that_wait_at_carium_have_left_us() -> None:
    """Whatever Carium has and did not fail has left the bridge; a status that nobody knows says nothing."""
    waiting = {word for word, status in STATUSES.items() if status is DeliveryStatus.SENT}
    assert waiting == {"accepted", "scheduled", "queued", "sending", "sent"}
    assert status_of(" Delivered ") is DeliveryStatus.DELIVERED
    assert status_of("read") is DeliveryStatus.READ
    assert status_of("received") is None
    assert status_of("") is None


AGAIN, NEVER, STOPPED = (True, False), (False, False), (False, True)


@pytest.mark.parametrize(
    ("status", "error", "code", "words", "kind"),
    [
        ("undelivered", "30003", "30003", "out of range", AGAIN),
        ("failed", "Error 21610: blocked", "21610", "STOP", STOPPED),
        ("failed", "12345", "12345", 'It said: "12345"', NEVER),
        ("failed", "call +15555550145 back", "failed", "…0145", NEVER),
        ("canceled", "", "canceled", "gave no reason", NEVER),
    ],
)
def test_failures_say_why_in_words(status: str, error: str, code: str, words: str, kind: tuple[bool, bool]) -> None:
    """A code of the carrier's is put in words, anything else is quoted with numbers masked."""
    failure = failure_of(status, error)
    assert failure is not None
    assert (failure.code, (failure.allows_manual_retry, failure.is_opt_out)) == (code, kind)
    assert words in failure.user_message
    assert failure_of("sent", error) is None


def test_a_channel_is_read_with_its_phones() -> None:
    """Phones are read once each, whatever else is in the list; a channel without an id is refused."""
    people = [{"phone-number": DANA}, {"phone-number": DANA}, {"phone-number": "none"}, 7, None]
    found = channel_from_wire(resource_of({"id": "c", "attributes": {"subscribers": people, "with-sms": True}}))
    assert (found.phones, found.is_by_sms, found.last_at) == ((DANA,), True, None)
    with pytest.raises(MalformedPayload):
        channel_from_wire(resource_of({"attributes": {}}))


def test_a_message_is_the_patients_only_where_it_says_so() -> None:
    """Who is called "participant" is the patient; everybody else, also who is not known, is taken for us."""
    for kind, event in (("participant", Inbound), ("provider", Receipt), ("", Receipt), ("robot", Receipt)):
        told = {"posted-time": "2026-11-29 12:00:00", "message": "Hi", "user-type": kind}
        found = message_from_wire(resource_of({"id": "m", "attributes": told}))
        made = found.as_event(ACCOUNT, DANA)
        assert isinstance(made, event)
        assert (made.account, made.contact, made.text) == (ACCOUNT, DANA, "Hi")
        assert found.as_remote().is_outbound is not found.is_from_patient


def test_a_text_is_read_as_it_is_meant() -> None:
    """A text bears both numbers, the carrier's id and its failure."""
    told = {"from": OURS, "target": DANA, "twilio-sid": "SM1", "status": "Failed", "error": 30006, "message": "Hi"}
    found = text_from_wire(resource_of({"id": "t", "type": "texts", "attributes": told}))
    assert (found.sender, found.target, found.sid, found.error) == (OURS, DANA, "SM1", "30006")
    record = found.as_record()
    assert record.failure is not None
    assert "landline" in record.failure.user_message
    assert (record.known_status, record.confirmed_at) == (DeliveryStatus.FAILED, None)
