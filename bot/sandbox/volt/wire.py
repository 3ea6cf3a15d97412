"""JSON of Volt's webhooks, its token, and its count of parts. Pure, but for ids and the clock.

Shapes: whole samples at https://simonsays.atlassian.net/wiki/spaces/VAPI/pages/99319810 (message.received) and in
revisions of https://simonsays.atlassian.net/wiki/x/UYBl (message.finalized). message.sent and the delivered form of
message.finalized are published in part only; here they have the keys of the failed one, empty where nothing is known.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from datetime import datetime, timedelta
from typing import Any

from bot.sandbox.clock import clock
from bot.sandbox.volt.model import VoltMessage, now_text

ENVELOPE_PREFIX = "rfw_6962ccb5_"
PROFILE_ID = "40017bf5-8809-4640-9925-da5c732667b7"
TOKEN_LIFETIME = timedelta(days=500)
SCOPES = ";read:messages;write:messages;read:waves;write:waves;read:contacts;write:contacts"

GSM_7 = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_7_TWO = frozenset("^{}\\[~]|€\f")

PROVIDER_WORDS = {
    "702": (
        "40002",
        "Blocked as spam - temporary",
        "The message was flagged by a SPAM filter and was not delivered. This is a temporary condition.",
    ),
    "503": ("40300", "Blocked due to STOP message", "Messages cannot be sent to a number that has opted out."),
    "802": ("40004", "Rejected by destination", "The message expired before the phone could be reached."),
}
OTHER_WORDS = ("40008", "Undeliverable", "The carrier did not deliver the message and gave no reason.")
ERROR_KEYS = ("provider_error_code", "provider_error_title", "provider_error_detail")


def count_parts(text: str) -> tuple[str, int]:
    """Return encoding and number of parts: 160 or 70 units in one, 153 or 67 each in several."""
    if all(letter in GSM_7 or letter in GSM_7_TWO for letter in text):
        units, alone, each = sum(2 if letter in GSM_7_TWO else 1 for letter in text), 160, 153
        encoding = "GSM-7"
    else:
        units, alone, each = len(text.encode("utf-16-le")) // 2, 70, 67
        encoding = "UCS-2"
    return encoding, 1 if units <= alone else -(-units // each)


def envelope(payload: dict[str, Any]) -> dict[str, Any]:
    """Wrap a payload under a new id; `time` is occurred_at in whole seconds."""
    at = datetime.fromisoformat(payload["occurred_at"])
    event_id = ENVELOPE_PREFIX + secrets.token_hex(16)
    return {"type": "messaging", "id": event_id, "payload": payload, "time": int(at.timestamp())}


def received(message: VoltMessage) -> dict[str, Any]:
    """Return the payload of message.received; its `id` is null, as Volt's is."""
    lasting = {"valid_until": None, "sent_at": None, "received_at": message.created_at, "completed_at": None}
    shape = _shape(message) | lasting | {"id": None, "direction": "inbound"}
    return shape | {"status": "webhook_delivered", "event_type": "message.received", "occurred_at": now_text()}


def sent(message: VoltMessage) -> dict[str, Any]:
    """Return the payload of message.sent."""
    lasting = {"sent_at": message.sent_at, "received_at": None, "completed_at": None}
    shape = _shape(message) | lasting | {"valid_until": _valid_until(message), "direction": "outbound"}
    return shape | {"status": "sent", "event_type": "message.sent", "occurred_at": message.sent_at or now_text()}


def finalized(message: VoltMessage) -> dict[str, Any]:
    """Return the payload of message.finalized for a message that is delivered or failed."""
    completed_at = message.completed_at or now_text()
    lasting = {"status": message.status, "completed_at": completed_at, "occurred_at": completed_at}
    errors = dict.fromkeys((*ERROR_KEYS, "carrier_name", "error_code"))
    if message.error_code is not None:
        words = PROVIDER_WORDS.get(message.error_code, OTHER_WORDS)
        errors = dict(zip(ERROR_KEYS, words, strict=True))
        errors |= {"carrier_name": "T-MOBILE USA, INC.", "error_code": message.error_code}
    return sent(message) | errors | lasting | {"event_type": "message.finalized"}


def _shape(message: VoltMessage) -> dict[str, Any]:
    encoding, parts = count_parts(message.body)
    return {
        "message_app_id": message.legacy_id,
        "id": message.id,
        "to_number": message.to,
        "from_number": message.from_,
        "type": "MMS" if message.media else "SMS",
        "text": message.body,
        "parts": parts,
        "messaging_profile_id": PROFILE_ID,
        "media": list(message.media),
        "encoding": encoding,
    }


def _valid_until(message: VoltMessage) -> str:
    until = datetime.fromisoformat(message.created_at) + timedelta(hours=1)
    return until.isoformat(timespec="milliseconds")


def make_token(organization: int = 1) -> str:
    """Return an access token in the form Volt's have: a JWT that ends after 500 days, signed with a public secret."""
    issued = clock.now()
    claims = {"org": organization, "per": SCOPES, "iat": int(issued.timestamp())}
    claims["exp"] = int((issued + TOKEN_LIFETIME).timestamp())
    signed = f"{_base64url({'alg': 'HS256', 'typ': 'JWT'})}.{_base64url(claims)}"
    mac = hmac.new(b"sandbox", signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


def _base64url(value: dict[str, Any]) -> str:
    text = json.dumps(value, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()
