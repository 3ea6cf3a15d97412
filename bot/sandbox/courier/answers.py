"""Answers of the API: what a resource of each type tells, as far as it is used here. Pure.

Written from the samples of the published definition.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.sandbox.courier.kinds import Check, flag, mapping, text, uuid, whole

_MOMENT, _ANY = text(), text()

ANSWERS: Mapping[str, Mapping[str, Check]] = {
    "text-accounts": {
        "allow-custom-number": flag,
        "created-at": _MOMENT,
        "organization-id": uuid,
        "phone-number": _ANY,
        "twilio-id": _ANY,
    },
    "text-account-numbers": {
        "account-id": uuid,
        "alert": flag,
        "capability-mms": flag,
        "capability-sms": flag,
        "capability-voice": flag,
        "created-at": _MOMENT,
        "events": mapping,
        "forward-to": _ANY,
        "logging": flag,
        "notes": _ANY,
        "phone-number": _ANY,
        "twilio-id": _ANY,
    },
    "texts": {
        "callback-status-url": _ANY,
        "callback-url": _ANY,
        "created-at": _MOMENT,
        "created-by": uuid,
        "error": _ANY,
        "from": _ANY,
        "last-modified-at": _MOMENT,
        "message": _ANY,
        "status": _ANY,
        "target": _ANY,
        "twilio-sid": _ANY,
    },
    "text-number-info": {
        "carrier-name": _ANY,
        "created-at": _MOMENT,
        "error": _ANY,
        "last-modified-at": _MOMENT,
        "mobile-country-code": _ANY,
        "mobile-network-code": _ANY,
        "number": _ANY,
        "status": _ANY,
        "type": _ANY,
    },
    "text-receive-logs": {"created-at": _MOMENT, "message": _ANY, "sender": _ANY, "sid": _ANY, "to": _ANY},
    "messaging-channels": {
        "archived": flag,
        "caller-has-new-message": flag,
        "caller-new-message-count": whole(0),
        "can-enable-sms": flag,
        "created-at": _MOMENT,
        "last-message": mapping,
        "last-modified-time": _MOMENT,
        "name": _ANY,
        "org-id": uuid,
        "subscribers": lambda value: "" if isinstance(value, list) else "is not a list",
        "subscription-type": _ANY,
        "text-number": mapping,
        "with-sms": flag,
    },
    "messaging-messages": {
        "ack": flag,
        "attachments": lambda value: "" if isinstance(value, list) else "is not a list",
        "channel-id": uuid,
        "destination": mapping,
        "draft": flag,
        "first-name": _ANY,
        "individual-id": uuid,
        "last-modified-time": _MOMENT,
        "last-name": _ANY,
        "message": _ANY,
        "posted-time": _MOMENT,
        "removed": flag,
        "source": _ANY,
        "user-id": uuid,
        "user-type": _ANY,
    },
    "messaging-attachments": {
        "id": uuid,
        "content-size": whole(0),
        "content-type": _ANY,
        "created-at": _MOMENT,
        "filename": _ANY,
        "message-id": uuid,
        "removed": flag,
        "thumbnail": _ANY,
    },
}
"""Members of each type of resource in answers, as far as they are used here."""
