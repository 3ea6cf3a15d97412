"""What Glific says, read: messages in words, contacts by their fields, and nothing that could break us."""

from __future__ import annotations

import json
from contextlib import nullcontext, suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.delivery import DeliveryStatus
from bot.domain.errors import MalformedPayload
from bot.domain.phone import E164
from bot.providers.glific.calls.tokens import LIFETIME_S, SHORTEST_S, pair_from_wire, read_pair
from bot.providers.glific.wire.contacts import contact_from_wire
from bot.providers.glific.wire.groups import broadcast_from_wire, group_from_wire
from bot.providers.glific.wire.json_fields import read_moment, read_phone
from bot.providers.glific.wire.messages import STATUSES, GlificMessage, message_from_wire
from bot.providers.glific.wire.templates import template_from_wire

NOW = 1_800_000_000.0
KEYS = (
    "id",
    "flow",
    "updatedAt",
    "contact",
    "media",
    "errors",
    "bspStatus",
    "location",
    "type",
    "user",
    "body",
    "phone",
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda one: st.lists(one) | st.dictionaries(st.sampled_from(KEYS) | st.text(), one),
    max_leaves=20,
)


def message(**changed: Any) -> GlificMessage:
    """Read a message of Dana's that is like every other but for what is changed."""
    contact = {"id": "4", "name": "Dana", "phone": "15555550145", "status": "VALID", "bspStatus": "SESSION"}
    whole = {
        "id": "7",
        "flow": "INBOUND",
        "type": "TEXT",
        "body": "hello",
        "bspStatus": "DELIVERED",
        "contact": contact,
    }
    return message_from_wire(whole | {"updatedAt": "2026-08-21T10:00:00.000000Z"} | changed)


@pytest.mark.parametrize(
    ("changed", "text", "media"),
    [
        ({}, "hello", ()),
        (
            {"type": "IMAGE", "body": None, "media": {"url": "https://a.example/1", "caption": "look"}},
            "look",
            ("https://a.example/1",),
        ),
        ({"type": "STICKER", "body": None, "media": {"url": "https://a.example/1"}}, "", ("https://a.example/1",)),
        (
            {"type": "AUDIO", "media": {"url": "https://a.example/1", "gcsUrl": "https://b.example/1"}},
            "hello",
            ("https://b.example/1",),
        ),
        ({"type": "IMAGE", "body": None, "media": {"url": "javascript:alert(1)"}}, "", ()),
        (
            {"type": "LOCATION", "body": None, "location": {"latitude": 18.5, "longitude": -73}},
            "Location: https://www.google.com/maps?q=18.5,-73",
            (),
        ),
        ({"type": "LOCATION", "body": None, "location": {"latitude": 10**400, "longitude": True}}, "", ()),
        ({"type": "CONTACT", "body": "Eli\n15555550167"}, "Contact card: Eli\n15555550167", ()),
        ({"type": "CONTACT", "body": None}, "Contact card", ()),
        ({"type": "QUICK_REPLY", "body": "Yes"}, "Yes", ()),
        ({"type": "LIST", "body": None, "interactiveContent": '{"title": "Tea"}'}, "Tea", ()),
        ({"type": "POLL", "body": None}, "", ()),
    ],
)
def test_what_is_no_text_is_said_in_words(changed: dict[str, Any], text: str, media: tuple[str, ...]) -> None:
    """Pictures, stickers, places, cards and choices are read as words and addresses."""
    assert (message(**changed).text, message(**changed).media) == (text, media)


@pytest.mark.parametrize(("state", "status"), [*STATUSES.items(), ("PLAYED", DeliveryStatus.SENT)])
def test_each_state_has_a_meaning(state: str, status: DeliveryStatus) -> None:
    """Every state of Glific means one of ours; an unknown one means that Glific has the text."""
    found = message(flow="OUTBOUND", bspStatus=state)
    assert (found.status, found.event_id) == (status, f"7:{state}")
    assert (found.failure is not None) is (status is DeliveryStatus.FAILED)


@pytest.mark.parametrize(
    ("errors", "words"),
    [
        ('{"payload": {"code": 1000, "reason": "No WhatsApp at 15555550145"}}', 'It said: "No WhatsApp at …0145"'),
        ('{"error": {"message": "Expired"}}', 'It said: "Expired"'),
        ("{}", "gave no reason"),
        ("no json", "gave no reason"),
        (None, "gave no reason"),
    ],
)
def test_a_failure_says_why_wherever_that_stands(errors: str | None, words: str) -> None:
    """A reason is found at whatever place, and shown without numbers."""
    failure = message(flow="OUTBOUND", bspStatus="ERROR", errors=errors).failure
    assert failure is not None
    assert words in failure.user_message
    opted_out = message(flow="OUTBOUND", bspStatus="CONTACT_OPT_OUT").failure
    assert opted_out is not None
    assert opted_out.is_opt_out


@pytest.mark.parametrize(
    ("phone", "number"),
    [
        ("15555550145", "+15555550145"),
        ("+15555550145", "+15555550145"),
        ("9876543210_1", None),
        ("", None),
        ("0155555", None),
        ("１２３４５６７８", None),
        (15555550145, None),
    ],
)
def test_phones_get_their_plus_sign(phone: object, number: str | None) -> None:
    """Digits become E.164; what is no number of a phone becomes none."""
    assert read_phone(phone) == (None if number is None else E164(number))


@pytest.mark.parametrize(
    "text", ["", "yesterday", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "2026-13-01T00:00:00Z"]
)
def test_moments_that_cannot_be_are_none(text: str) -> None:
    """A time that is none, or in no year of WhatsApp's, is none."""
    assert read_moment(text) is None
    assert read_moment("2026-08-21T10:00:00") == datetime(2026, 8, 21, 10, tzinfo=UTC)


@given(ANYTHING)
def test_anything_is_read_or_malformed(value: object) -> None:
    """Whatever Glific answers is read, or refused in one way."""
    readers = (message_from_wire, contact_from_wire, template_from_wire, group_from_wire, broadcast_from_wire)
    for read in readers:
        with suppress(MalformedPayload):
            assert read(value)


@given(ANYTHING)
def test_any_part_of_a_message_may_be_anything(value: Any) -> None:
    """A message whose parts are of any shape is read, or refused in one way."""
    for key in (
        "media",
        "user",
        "location",
        "errors",
        "body",
        "bspStatus",
        "interactiveContent",
        "messageNumber",
        "contact",
    ):
        with suppress(MalformedPayload) if key == "contact" else nullcontext():
            assert message(**{key: value}).event_id.startswith("7:")


@given(ANYTHING)
def test_a_pair_is_read_or_malformed(value: object) -> None:
    """An answer to a login without both tokens is refused."""
    with suppress(MalformedPayload):
        assert pair_from_wire({"data": value}, NOW, "").access


@pytest.mark.parametrize(
    ("ends_at", "left_s"),
    [
        ("2027-01-15T08:10:00Z", 600.0),
        ("2027-01-15T23:00:00Z", LIFETIME_S),
        ("2020-01-01T00:00:00Z", SHORTEST_S),
        (None, LIFETIME_S),
    ],
)
def test_a_token_lives_as_long_as_clocks_allow(ends_at: str | None, left_s: float) -> None:
    """A token is used for half an hour at most; where the clocks differ, for two minutes at least."""
    data = {"access_token": "a", "renewal_token": "r", "token_expiry_time": ends_at}
    pair = pair_from_wire({"data": data}, NOW, "")
    assert pair.ends_at - NOW == left_s
    assert read_pair(pair.text()) == pair
    assert "a" not in repr(pair).removeprefix("TokenPair").replace("ends_at", "")


@pytest.mark.parametrize("text", ["", "[]", "{}", "null", json.dumps({"access": "a", "renewal": "r", "ends_at": "x"})])
def test_what_is_no_pair_is_a_value_error(text: str) -> None:
    """What was not written by us is refused."""
    with pytest.raises(ValueError):  # noqa: PT011 - its words are shown to nobody
        read_pair(text)


@pytest.mark.parametrize(("told", "asked"), [({}, 2), ({"numberParameters": None}, 2), ({"numberParameters": 3}, 3)])
def test_every_blank_of_a_template_is_asked_for(told: dict[str, Any], asked: int) -> None:
    """Where Glific does not say how many blanks there are the body does, also that of a translation."""
    hindi = {"2": {"body": "{{1}} {{2}} {{3}} {{4}}", "status": "APPROVED"}}
    whole = {"id": "3", "body": "Dear {{1}}, at {{2}}", "translations": json.dumps(hindi)}
    template = template_from_wire(whole | told)
    assert template.as_record().blanks == asked
    assert template.as_record("2", "hi").blanks == 4
