"""Reading of callbacks: twenty shapes and any bytes at all are an answer, a hint or kept aside, and never a fault."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.delivery import DeliveryStatus
from bot.domain.message import Inbound
from bot.providers.courier.callbacks.address import CallbackKind, CallbackTarget
from bot.providers.courier.callbacks.fields import RawCallback, read_fields
from bot.providers.courier.callbacks.kept import kept, read_kept
from bot.providers.courier.callbacks.reading import LONGEST_WORDS, Hint, Unreadable, read_callback
from tests.providers.courier.stage import DANA, ELI, OURS, WORKSPACE, key

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
TARGET = CallbackTarget(WORKSPACE, OURS, DANA, key(1), CallbackKind.ANSWER)
STATUS_TARGET = replace(TARGET, kind=CallbackKind.STATUS)
JSON, FORM = "application/json", "application/x-www-form-urlencoded"
PARTS = "multipart/form-data; boundary=xyz"


def posted(body: Any, kind: str = JSON, query: str = "") -> RawCallback:
    """Return a callback with a body."""
    raw = body if isinstance(body, bytes) else body.encode() if isinstance(body, str) else json.dumps(body).encode()
    return RawCallback("POST", query, kind, raw)


def form(**fields: str) -> RawCallback:
    """Return a callback with a form."""
    return posted(urlencode(fields), FORM)


LOG = {"message": "Yes please", "sender": DANA, "sid": "SM1", "to": OURS, "created-at": "2026-11-29 11:59:58"}
TWILIO = {"MessageSid": "SM1", "SmsStatus": "received", "From": DANA, "To": OURS, "Body": "Yes please"}

ANSWERS = {
    "as the log of received texts": posted(LOG),
    "as a form with the same names": form(**LOG),
    "as a query": RawCallback("GET", urlencode(LOG), "", b""),
    "with Twilio's names": form(**TWILIO),
    "with Twilio's names as JSON": posted(TWILIO),
    "as a JSON:API resource": posted({"data": {"id": "SM1", "type": "text-receive-logs", "attributes": LOG}}),
    "as a list of resources": posted({"data": [{"type": "text-receive-logs", "attributes": LOG}], "meta": {}}),
    "inside of another object": posted({"event": "reply", "payload": {"message": LOG}}),
    "as JSON in a field of a form": form(payload=json.dumps(LOG)),
    "in several parts": posted(
        f'--xyz\r\nContent-Disposition: form-data; name="Body"\r\n\r\nYes please\r\n--xyz\r\n'
        f'Content-Disposition: form-data; name="From"\r\n\r\n{DANA}\r\n--xyz\r\n'
        f'Content-Disposition: form-data; name="MessageSid"\r\n\r\nSM1\r\n--xyz--\r\n',
        PARTS,
    ),
    "with our own token beside it": posted(LOG | {"callback-json": {"message": "not this", "sender": ELI}}),
    "with a number in another form": posted(LOG | {"sender": "(555) 555-0145"}),
    "with snake_case": posted({"message_body": "Yes please", "from_number": DANA, "message_sid": "SM1"}),
    "with a type that says nothing": posted(LOG, "application/octet-stream"),
    "without a type": posted(LOG, ""),
    "in UTF-16": posted(json.dumps(LOG).encode("utf-16"), "application/json; charset=utf-16"),
    "without a sender": posted({"message": "Yes please", "sid": "SM1"}),
    "with query and body": posted({"Body": "Yes please"}, JSON, urlencode({"MessageSid": "SM1", "Body": "no"})),
    "with our own text inside of it": posted(TWILIO | {"text": {"message": "Ours", "sid": "SM0", "status": "sent"}}),
    "with our own text in a field of a form": form(**TWILIO, callback=json.dumps({"message": "Ours", "sid": "SM0"})),
    "with a sender of several fields": posted(LOG | {"sender": {"id": "7", "phone-number": DANA}}),
    "with the same words twice": posted(LOG | {"text": ["Yes please", "Yes please"]}),
    "with an empty field before": posted({"message": "", "Body": "Yes please", "sid": "SM1"}),
}


@pytest.mark.parametrize("shape", ANSWERS)
def test_an_answer_is_read_in_every_shape(shape: str) -> None:
    """An answer is the contact's words, from their number to ours, known by the carrier's id."""
    found = read_callback(ANSWERS[shape], TARGET, NOW)
    assert isinstance(found, Inbound), found
    assert (found.text, found.account, found.contact) == ("Yes please", OURS, DANA)
    assert (found.legacy_id, found.content_id) == ("SM1", read_id(ANSWERS["with Twilio's names"]))


def read_id(raw: RawCallback) -> str:
    """Return what an answer is known by."""
    found = read_callback(raw, TARGET, NOW)
    assert isinstance(found, Inbound)
    assert found.event_id == found.content_id
    return found.content_id


def test_answers_under_one_id_are_told_apart_by_their_words() -> None:
    """Whose id it is that an answer bears is not documented: were it our text's, no other answer to it gets lost."""
    assert read_id(posted(LOG)) == read_id(posted(LOG | {"created-at": "2026-11-29 11:59:59"}))
    assert read_id(posted(LOG)) != read_id(posted(LOG | {"message": "No, at 6"}))
    picture = {"message": "", "MediaUrl0": "https://a.example/0.png?signed=1"}
    assert read_id(posted(LOG | picture)) == read_id(posted(LOG | picture | {"MediaUrl0": "https://a.example/0.png"}))
    assert read_id(posted(LOG | picture)) != read_id(posted(LOG | picture | {"MediaUrl0": "https://a.example/1.png"}))


def test_an_answer_bears_its_moment_where_that_is_told() -> None:
    """The moment of an answer is the carrier's, but never one that is still to come; else it is now."""
    told = read_callback(posted(LOG), TARGET, NOW)
    ahead = read_callback(posted(LOG | {"created-at": "2031-01-01 00:00:00"}), TARGET, NOW)
    untold = read_callback(form(**TWILIO), TARGET, NOW)
    assert isinstance(told, Inbound)
    assert isinstance(ahead, Inbound)
    assert isinstance(untold, Inbound)
    assert told.at == datetime(2026, 11, 29, 11, 59, 58, tzinfo=UTC)
    assert ahead.at == untold.at == NOW


def test_an_answer_without_an_id_is_known_by_all_of_it() -> None:
    """The same body at the same address is the same answer; another body, or another text of ours, is not."""

    def id_of(body: str, target: CallbackTarget = TARGET) -> str:
        found = read_callback(posted({"message": body}), target, NOW)
        assert isinstance(found, Inbound)
        return found.content_id

    assert id_of("Yes") == id_of("Yes")
    assert id_of("Yes") != id_of("No")
    assert id_of("Yes") != id_of("Yes", replace(TARGET, key=key(2)))


def test_pictures_of_an_answer_are_kept_in_order() -> None:
    """Addresses of pictures come along, with words or without."""
    pictures = {"MediaUrl0": "https://a.example/0.png", "MediaUrl1": "https://a.example/1.png", "NumMedia": "2"}
    found = read_callback(form(From=DANA, MessageSid="MM1", **pictures), TARGET, NOW)
    assert isinstance(found, Inbound)
    assert (found.text, found.media) == ("", ("https://a.example/0.png", "https://a.example/1.png"))


HINTS = {
    "its own record": (posted({"id": "1", "sid": "SM1", "status": "delivered"}), DeliveryStatus.DELIVERED),
    "Twilio's names": (form(MessageStatus="undelivered", From=OURS, To=DANA), DeliveryStatus.FAILED),
    "the resource of our text": (
        posted({"data": {"type": "texts", "attributes": {"message": "Our words", "status": "sent", "target": DANA}}}),
        DeliveryStatus.SENT,
    ),
    "our text with both numbers": (posted({"message": "Our words", "from": OURS, "to": DANA}), None),
    "our text to the contact": (posted({"message": "Our words", "target": DANA}), None),
    "a status nobody knows": (posted({"status": "teleported"}), None),
}


@pytest.mark.parametrize("target", [TARGET, STATUS_TARGET], ids=["answers", "statuses"])
@pytest.mark.parametrize("shape", HINTS)
def test_a_report_about_our_text_is_a_hint_wherever_it_comes(shape: str, target: CallbackTarget) -> None:
    """What is about our own text is never taken for words of the contact, and says what the status may be."""
    raw, said = HINTS[shape]
    assert read_callback(raw, target, NOW) == Hint(target, said)


@pytest.mark.parametrize("raw", [posted(""), RawCallback("GET", "", "", b""), posted("<xml/>", "text/xml")])
def test_anything_at_the_address_for_statuses_is_a_hint(raw: RawCallback) -> None:
    """A call of the address for statuses says that something happened, also where it says nothing."""
    assert read_callback(raw, STATUS_TARGET, NOW) == Hint(STATUS_TARGET, None)


def test_an_answer_at_the_address_for_statuses_is_an_answer_where_it_names_the_contact() -> None:
    """Words from the contact's number are theirs wherever they come; words of nobody are kept aside there."""
    assert isinstance(read_callback(posted(LOG), STATUS_TARGET, NOW), Inbound)
    found = read_callback(posted({"message": "Whose?"}), STATUS_TARGET, NOW)
    assert found == Unreadable(STATUS_TARGET, "it has words where only a status was to come", "Whose?")


UNREADABLE = {
    "another sender": (posted(LOG | {"sender": ELI}), "it names another sender than who was texted", "Yes please"),
    "another sender of several fields": (
        posted(LOG | {"sender": {"id": "7", "phone-number": ELI}}),
        "it names another sender than who was texted",
        "Yes please",
    ),
    "a sender without a number": (
        posted(LOG | {"sender": {"id": "7"}}),
        "it names another sender than who was texted",
        "Yes please",
    ),
    "several texts in a list": (
        posted({"data": [{"attributes": LOG}, {"attributes": LOG | {"message": "At 5", "sid": "SM2"}}]}),
        "it has several texts side by side",
        "Yes please\nAt 5",
    ),
    "several texts in a form": (
        posted(urlencode([("Body", "Yes please"), ("Body", "At 5"), ("From", DANA)]), FORM),
        "it has several texts side by side",
        "Yes please\nAt 5",
    ),
    "nothing": (posted(""), "it is empty", ""),
    "plain words": (posted("Yes please", "text/plain"), "it has no words where we looked for them", "Yes please"),
    "broken JSON": (posted('{"message": "Yes'), "it has no words where we looked for them", ""),
    "a page": (posted("<html>Yes</html>", "text/html"), "it has no words where we looked for them", ""),
    "fields nobody knows": (posted({"answer": "Yes"}), "it has no words where we looked for them", ""),
    "words with a status": (
        posted({"message": "Whose?", "status": "delivered"}),
        "it has words and the status of a text, so the words may be ours",
        "Whose?",
    ),
    "only spaces": (posted({"message": "  \n "}), "it has no words where we looked for them", ""),
    "bytes": (posted(b"\x00\xff\xfe\x80"), "it has no words where we looked for them", ""),
}


@pytest.mark.parametrize("shape", UNREADABLE)
def test_what_cannot_be_read_is_kept_aside_with_its_words(shape: str) -> None:
    """A callback that is no answer that we can read is kept whole, says why, and shows its words where it has any."""
    raw, reason, words = UNREADABLE[shape]
    found = read_callback(raw, TARGET, NOW)
    assert isinstance(found, Unreadable)
    assert (found.reason, found.text.strip("\ufffd")) == (reason, words)
    callback = kept(raw, TARGET, found, NOW)
    assert callback.is_unreadable
    assert (callback.reason, callback.text.strip("\ufffd")) == (reason, words)
    assert read_kept(callback.written()) == callback


def test_a_callback_that_comes_again_is_known_again() -> None:
    """The same at the same address is the same callback, whenever it comes; anything else about it makes another."""
    raw = posted({"answer": 42})
    first = kept(raw, TARGET, read_callback(raw, TARGET, NOW), NOW)
    again = kept(raw, TARGET, read_callback(raw, TARGET, NOW), NOW + timedelta(minutes=1))
    assert first.identity == again.identity
    for other in (posted({"answer": 43}), replace(raw, query="answer=42"), replace(raw, method="PUT")):
        assert kept(other, TARGET, read_callback(other, TARGET, NOW), NOW).identity != first.identity
    assert kept(raw, replace(TARGET, contact=ELI), read_callback(raw, TARGET, NOW), NOW).identity != first.identity


def test_a_callback_that_was_read_is_kept_as_well() -> None:
    """What callbacks look like is a guess, so the whole of each is kept, with what was made of it."""
    raw = posted(LOG)
    callback = kept(raw, TARGET, read_callback(raw, TARGET, NOW), NOW)
    assert not callback.is_unreadable
    assert json.loads(callback.body) == LOG
    assert (callback.text, callback.kind, callback.contact) == ("Yes please", "answer", DANA)
    assert "Yes please" not in repr(callback)
    for broken in ("", "{}", "[]"):
        with pytest.raises(ValueError, match=r"\w"):
            read_kept(broken)


def test_long_words_are_cut() -> None:
    """A text that no phone sends is kept, but not all of it."""
    found = read_callback(posted({"message": "a" * 60_000, "sid": "SM1"}), TARGET, NOW)
    assert isinstance(found, Inbound)
    assert len(found.text) == LONGEST_WORDS


KINDS = st.sampled_from(["", JSON, FORM, PARTS, "text/plain", "application/json; charset=utf-16", "text/xml"])
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["message", "Body", "From", "sender", "sid", "status", "data", "attributes"]) | st.text(),
            inner,
            max_size=5,
        )
    ),
    max_leaves=15,
)


def check(raw: RawCallback) -> None:
    """Read a callback at both addresses, and write down what is kept of it."""
    for target in (TARGET, STATUS_TARGET):
        found = read_callback(raw, target, NOW)
        if isinstance(found, Inbound):
            assert found.text or found.media
            assert (found.account, found.contact) == (OURS, DANA)
            found.text.encode()
        callback = kept(raw, target, found, NOW)
        assert read_kept(callback.written()) == callback


@given(st.binary(max_size=300), KINDS, st.text(max_size=60))
def test_any_bytes_are_read(body: bytes, kind: str, query: str) -> None:
    """No body, type or query makes the reader fail."""
    check(RawCallback("POST", query, kind, body))


@given(JSON_VALUES, KINDS)
def test_any_json_is_read(value: Any, kind: str) -> None:
    """No JSON makes the reader fail."""
    check(posted(json.dumps(value), kind))


@given(st.dictionaries(st.sampled_from(["Body", "From", "To", "MessageSid", "message", "x"]), st.text()))
def test_any_form_is_read(fields: dict[str, str]) -> None:
    """No form makes the reader fail, and its words are read as they were written."""
    check(form(**{name: value.encode("utf-8", "replace").decode() for name, value in fields.items()}))


@pytest.mark.parametrize(
    "body",
    [
        "[" * 60_000,
        '{"a":' * 10_000 + "1" + "}" * 10_000,
        '{"message": ' + "9" * 20_000 + "}",
        "&".join("a=1" for _ in range(9_000)),
    ],
    ids=["deep list", "deep object", "long number", "many fields"],
)
def test_what_is_made_to_hurt_is_read(body: str) -> None:
    """Depth, length and number of what a body holds cost nothing but a place among what is kept aside."""
    for kind in (JSON, FORM, PARTS):
        check(posted(body, kind))


def test_the_outermost_of_several_fields_counts() -> None:
    """Of fields with one meaning the outer one is read."""
    fields = read_fields(posted({"inner": {"message": "inner"}, "message": "outer", "sid": "SM1"}))
    assert (fields.text, fields.sid) == ("outer", "SM1")


WORDS = ('{"message": "not I", "sender": "+15555550166", "sid": "SM9"}', '["a", "b"]', '{"type": "texts"}', "a=b&c=d")


@pytest.mark.parametrize("words", WORDS)
def test_words_that_look_like_fields_are_words(words: str) -> None:
    """What a contact wrote is shown as they wrote it, and nothing in it is taken for a field."""
    found = read_callback(form(**(TWILIO | {"Body": words})), TARGET, NOW)
    assert isinstance(found, Inbound), found
    assert (found.text, found.legacy_id) == (words, "SM1")
