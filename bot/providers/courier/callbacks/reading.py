"""What a callback means: an answer, a hint that a text's status may have changed, or something that we cannot read.

The address has proved where it comes from, so an answer is believed to be the contact's unless it names another sender.
What might be our own text, given back, is never taken for the contact's words. Pure; never raises.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from bot.domain.delivery import DeliveryStatus
from bot.domain.message import Inbound
from bot.domain.phone import E164
from bot.domain.text import clean, is_blank
from bot.domain.url_safety import is_web_address
from bot.providers.courier.callbacks.address import CallbackKind, CallbackTarget
from bot.providers.courier.callbacks.fields import CallbackFields, RawCallback, read_fields, words_of
from bot.providers.courier.wire.json_fields import read_moment
from bot.providers.courier.wire.statuses import RECEIVED, status_of
from bot.providers.json_values import read_id

LONGEST_WORDS = 5_000
"""Characters of an answer that are kept; a text of many parts has 1,600."""

_COUNTRY = "1"
"""Country in which Carium's numbers are written without their country, if they are anywhere."""


@dataclass(frozen=True)
class Hint:
    """Hint that the status of a text may have changed; `said` is what the callback says it is, if it does."""

    target: CallbackTarget
    said: DeliveryStatus | None


@dataclass(frozen=True)
class Unreadable:
    """Callback that we cannot read, why, and its words, where it has any."""

    target: CallbackTarget
    reason: str
    text: str


Meaning = Inbound | Hint | Unreadable


def read_callback(raw: RawCallback, target: CallbackTarget, now: datetime) -> Meaning:
    """Tell what a callback means that came at an address of ours."""
    fields = read_fields(raw)
    text = _tidy(fields.text)
    has_words = bool(text or fields.media)
    if has_words and _is(fields.sender, target.contact):
        return _answer(raw, fields, target, now)
    is_for_answers, has_status = target.kind is CallbackKind.ANSWER, _has_status(fields)
    if _is_our_text(fields, target) or (has_status and not (has_words and is_for_answers)):
        return Hint(target, status_of(fields.status))
    if not has_words and not is_for_answers:
        return Hint(target, None)
    if has_words and is_for_answers and not has_status and not fields.sender:
        return _answer(raw, fields, target, now)
    return _unreadable(raw, fields, target, text)


def _answer(raw: RawCallback, fields: CallbackFields, target: CallbackTarget, now: datetime) -> Inbound | Unreadable:
    if fields.has_several:
        return Unreadable(target, "it has several texts side by side", _tidy(fields.text))
    return _inbound(raw, fields, target, now)


def _unreadable(raw: RawCallback, fields: CallbackFields, target: CallbackTarget, text: str) -> Unreadable:
    if _has_status(fields) and not fields.sender:
        reason = "it has words and the status of a text, so the words may be ours"
    elif fields.sender and (text or fields.media):
        reason = "it names another sender than who was texted"
    elif text or fields.media:
        reason = "it has words where only a status was to come"
    else:
        text = _tidy(words_of(raw))
        reason = "it has no words where we looked for them" if raw.body or raw.query else "it is empty"
    return Unreadable(target, reason, text)


def _is_our_text(fields: CallbackFields, target: CallbackTarget) -> bool:
    """Tell whether it is about our own text: by its type, or by the two numbers."""
    is_to_contact = _is(fields.recipient, target.contact) and not _is(fields.sender, target.contact)
    return _is(fields.sender, target.number) or is_to_contact or fields.type == "texts"


def _has_status(fields: CallbackFields) -> bool:
    """Tell whether it bears a status that only a text of ours has."""
    return bool(fields.status) and fields.status not in RECEIVED


def _inbound(raw: RawCallback, fields: CallbackFields, target: CallbackTarget, now: datetime) -> Inbound:
    sid = read_id(fields.sid)
    known_by = f"courier:{sid}:{_digest_of(fields)}" if sid else f"courier:{target.key}:{_digest(raw)}"
    at = read_moment(fields.moment)
    return Inbound(
        event_id=known_by,
        content_id=known_by,
        account=target.number,
        contact=target.contact,
        text=_tidy(fields.text),
        media=tuple(url for url in fields.media if is_web_address(url)),
        at=at if at is not None and at <= now else now,
        legacy_id=sid,
    )


def _digest_of(fields: CallbackFields) -> str:
    """Return what is known again besides the id: that might be of our text, and then of every answer to it."""
    media = (url.partition("?")[0] for url in fields.media)
    return hashlib.sha256("\n".join((_tidy(fields.text), *media)).encode(errors="replace")).hexdigest()[:16]


def _digest(raw: RawCallback) -> str:
    """Return what a callback without an id of its own is recognized by when it comes again: all of it."""
    return hashlib.sha256(b"\n".join((raw.query.encode(errors="replace"), raw.body))).hexdigest()


def _is(written: str, number: E164) -> bool:
    """Tell whether this is a number, however it is written; a number of our own country may lack that."""
    digits = "".join(char for char in written if char.isascii() and char.isdigit())
    own = number.removeprefix("+")
    return bool(digits) and digits.removeprefix("00") in (own, own.removeprefix(_COUNTRY))


def _tidy(text: str) -> str:
    return "" if is_blank(text) else clean(text[:LONGEST_WORDS]).strip()
