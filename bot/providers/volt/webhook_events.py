"""Webhook events of Volt, turned into inbound texts and receipts. Pure.

Refuses (MalformedPayload) what is not UTF-8, not JSON, or an event we act on without usable numbers. Everything else
that differs from the documentation is tolerated: it prints two sample payloads, and the rest is inferred from them.
None stands for what is not acted on: calls, unknown kinds, unknown status words, the probe of a registration.
Source: "Receiving message webhooks with the Volt GraphQL API", https://simonsays.atlassian.net/wiki/x/UYBl
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NoReturn

from bot.domain.delivery import DeliveryStatus
from bot.domain.errors import InvalidNumber, MalformedPayload
from bot.domain.ids import MessageKey
from bot.domain.message import Inbound, Receipt
from bot.domain.phone import E164, can_be_texted, parse_e164
from bot.domain.sender import NOBODY
from bot.providers.json_values import read_id, read_text
from bot.providers.volt.error_codes import failure
from bot.providers.volt.json_fields import read_code, read_media, read_past, read_sender
from bot.providers.volt.message_wire import STATUSES

_OUTBOUND = ("message.sent", "message.finalized")
_KEY = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class _Event:
    """Event we act on, with what all of them have in common."""

    id: str
    envelope: Mapping[str, Any]
    payload: Mapping[str, Any]
    now: datetime

    def text(self, name: str) -> str:
        return read_text(self.payload.get(name))

    def at(self, *names: str) -> datetime:
        """Take the first plausible time of the payload, else that of the envelope, else that of its arrival."""
        sent_at = read_past(self.envelope.get("time"), self.now) or self.now
        return next((at for name in names if (at := read_past(self.payload.get(name), sent_at))), sent_at)


def parse_webhook(raw: bytes, passthrough: str | None, *, now: datetime) -> Inbound | Receipt | None:
    """Read one webhook body, or None for what is not acted on.

    `passthrough` is the header X-Volt-Passthrough, which no signature covers. `now` is aware UTC. The account of what
    is returned is the number that was used; whose that is, PoolNumbers tells. Raises MalformedPayload.
    """
    envelope = _decoded(raw)
    payload = envelope.get("payload")
    if envelope.get("type") != "messaging" or not isinstance(payload, dict):
        return None
    own_id = read_id(envelope.get("id")) or hashlib.sha256(raw).hexdigest()
    event = _Event(own_id, envelope, payload, now)
    if payload.get("event_type") == "message.received":
        return _inbound(event)
    if payload.get("event_type") in _OUTBOUND:
        return _receipt(event, passthrough)
    return None


def _decoded(raw: bytes) -> dict[str, Any]:
    try:
        envelope = json.loads(raw.decode("utf-8"), parse_constant=_refuse_constant)
    except UnicodeDecodeError:
        raise MalformedPayload("not UTF-8") from None
    except RecursionError:
        raise MalformedPayload("nested too deeply") from None
    except ValueError:  # JSONDecodeError, and numbers of thousands of digits
        raise MalformedPayload("not JSON") from None
    if not isinstance(envelope, dict):
        raise MalformedPayload("not a JSON object")
    return envelope


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _inbound(event: _Event) -> Inbound:
    ours, contact = _number(event, "to_number"), _sender(event)
    legacy_id = read_id(event.payload.get("message_app_id"))
    text, media = _words(event), read_media(event.payload.get("media"))
    return Inbound(
        event_id=event.id,
        content_id=_digest([legacy_id or event.id, contact, ours, text, media, event.text("received_at")]),
        account=ours,
        contact=contact,
        text=text,
        media=media,
        at=event.at("received_at", "occurred_at"),
        legacy_id=legacy_id,
    )


def _receipt(event: _Event, passthrough: str | None) -> Receipt | None:
    ours, contact = _number(event, "from_number"), _recipient(event)
    status = _reported(event)
    if status is None:
        return None
    detail = event.text("provider_error_detail") or event.text("provider_error_title")
    return Receipt(
        event_id=event.id,
        status=status,
        account=ours,
        contact=contact,
        at=event.at("completed_at", "occurred_at", "sent_at"),
        key=MessageKey(passthrough) if passthrough and _KEY.fullmatch(passthrough) else None,
        provider_id=read_id(event.payload.get("id")),
        legacy_id=read_id(event.payload.get("message_app_id")),
        text=_words(event),
        media=read_media(event.payload.get("media")),
        failure=failure(read_code(event.payload.get("error_code")), detail)
        if status is DeliveryStatus.FAILED
        else None,
    )


def _reported(event: _Event) -> DeliveryStatus | None:
    """Read the status word; for an unknown one go by what the event itself says, if it says anything."""
    is_final = event.payload.get("event_type") == "message.finalized"
    word = event.text("status").strip().lower()
    if known := STATUSES.get(word):
        return known
    if is_final and _code(event):
        return DeliveryStatus.FAILED
    return None if word or is_final else DeliveryStatus.SENT


def _words(event: _Event) -> str:
    if not isinstance(event.payload.get("text"), str | None):
        raise MalformedPayload("text is not a text")
    return event.text("text")


def _number(event: _Event, name: str) -> E164:
    value = event.payload.get(name)
    try:
        return parse_e164(value if isinstance(value, str) else "")
    except InvalidNumber:
        # the value stays out of the words: they are logged
        raise MalformedPayload(f"{name} is not an E.164 number") from None


def _sender(event: _Event) -> E164:
    """Read the sender; a text is shown whoever it is from."""
    value = event.payload.get("from_number")
    if not isinstance(value, str | int | None) or isinstance(value, bool):
        raise MalformedPayload("from_number is not a text")
    return read_sender(value) or NOBODY


def _recipient(event: _Event) -> E164:
    """Read whom we texted; that may be a short code."""
    contact = read_sender(event.payload.get("to_number"))
    return contact if contact and can_be_texted(contact) else _number(event, "to_number")


def _code(event: _Event) -> str:
    return read_code(event.payload.get("error_code"))


def _digest(parts: list[Any]) -> str:
    return hashlib.sha256(json.dumps(parts).encode("ascii")).hexdigest()
