"""Requests as Volt and Slack send them: whole, distinct, truly signed, made before the clock runs.

Signing with RSA takes far longer than verifying, so webhooks are signed once, by all cores, and used in every round
against a fresh database.
"""

import base64
import hashlib
import hmac
import json
import os
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from functools import partial
from uuid import uuid4

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from tests.harness.world import ACCOUNT, CHANNEL

SIGNING_SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
VOLT_PATH = "/volt/webhooks"
SLACK_PATH = "/slack/events"

_HEAD = (
    "POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    "{more}Content-Length: {length}\r\n\r\n"
)


def contact(number: int) -> str:
    """Return the phone number of a contact."""
    return f"+1555{5_000_000 + number:07d}"


def thread_ts(number: int) -> str:
    """Return the ts of the header that a contact's conversation is given."""
    return f"1700000000.{number:06d}"


class Signer:
    """Holds the key pair that stands for Volt's."""

    def __init__(self) -> None:
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self._private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        self.public_key = (
            key.public_key()
            .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
            .decode()
        )

    def webhooks(self, number: int, *, contacts: int) -> list[bytes]:
        """Make so many inbound texts, in turn from so many contacts, as whole requests."""
        share = -(-number // ((os.cpu_count() or 1) * 4))
        parts = [range(first, min(first + share, number)) for first in range(0, number, share)]
        with ProcessPoolExecutor() as pool:
            made = pool.map(partial(_signed_webhooks, self._private, contacts), parts)
            return [request for part in made for request in part]


def _signed_webhooks(private: bytes, contacts: int, numbers: Sequence[int]) -> list[bytes]:
    key = serialization.load_pem_private_key(private, None)
    assert isinstance(key, rsa.RSAPrivateKey)
    return [_signed_webhook(key, contact(number % contacts), f"Text number {number}") for number in numbers]


def _signed_webhook(key: rsa.RSAPrivateKey, sender: str, text: str) -> bytes:
    body = json.dumps(_received(sender, text)).encode()
    signature = base64.b64encode(key.sign(body, padding.PKCS1v15(), hashes.SHA256())).decode()
    return _request(VOLT_PATH, body, {"X-Respond-Flow-Signature": signature})


def _received(sender: str, text: str) -> dict[str, object]:
    at = datetime.now(UTC).isoformat(timespec="milliseconds")
    lasting = {"valid_until": None, "sent_at": None, "completed_at": None, "received_at": at, "occurred_at": at}
    payload: dict[str, object] = lasting | {
        "message_app_id": str(uuid4()),
        "id": None,
        "to_number": ACCOUNT,
        "from_number": sender,
        "type": "SMS",
        "text": f"{text}: could you tell me whether my order has left, please?",
        "status": "webhook_delivered",
        "parts": 1,
        "messaging_profile_id": "40017bf5-8809-4640-9925-da5c732667b7",
        "media": [],
        "encoding": "GSM-7",
        "direction": "inbound",
        "event_type": "message.received",
    }
    return {"type": "messaging", "id": f"rfw_6962ccb5_{uuid4().hex}", "time": int(time.time()), "payload": payload}


def slack_replies(number: int, *, contacts: int) -> list[bytes]:
    """Make so many replies of an agent, in turn in the threads of so many contacts, as whole requests."""
    second = int(time.time())
    return [
        _signed_event(second, number=index, thread=thread_ts(index % contacts), total=number) for index in range(number)
    ]


def _signed_event(second: int, *, number: int, thread: str, total: int) -> bytes:
    body = json.dumps(_reply_event(second, f"{second - total + number}.{number:06d}", thread, number)).encode()
    digest = hmac.new(SIGNING_SECRET.encode(), f"v0:{second}:".encode() + body, hashlib.sha256).hexdigest()
    return _request(SLACK_PATH, body, {"X-Slack-Request-Timestamp": str(second), "X-Slack-Signature": f"v0={digest}"})


def _reply_event(second: int, ts: str, thread: str, number: int) -> dict[str, object]:
    words = f"Reply number {number}: it left this morning and should be with you tomorrow."
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": words}]}
    event = {
        "type": "message",
        "channel": CHANNEL,
        "user": "U0AVA",
        "text": words,
        "blocks": [{"type": "rich_text", "block_id": "b1", "elements": [section]}],
        "ts": ts,
        "thread_ts": thread,
        "event_ts": ts,
        "client_msg_id": str(uuid4()),
        "team": "T0TEAM",
        "channel_type": "channel",
    }
    return {
        "token": "verification-token",
        "team_id": "T0TEAM",
        "api_app_id": "A0APP",
        "event": event,
        "type": "event_callback",
        "event_id": f"Ev{uuid4().hex[:10].upper()}",
        "event_time": second,
        "authorizations": [{"enterprise_id": None, "team_id": "T0TEAM", "user_id": "U0BOT", "is_bot": True}],
    }


def _request(path: str, body: bytes, headers: dict[str, str]) -> bytes:
    more = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return _HEAD.format(path=path, more=more, length=len(body)).encode() + body


def get(path: str) -> bytes:
    """Make a GET request."""
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()
