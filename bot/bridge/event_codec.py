"""Event codec: stored events as JSON, with an explicit type.

Every field is named here, so that renaming a field of a class changes nothing that is stored.
"""

import json
from datetime import datetime
from typing import Any

from bot.domain.delivery import DeliveryStatus
from bot.domain.ids import MessageKey
from bot.domain.message import Failure, HandOver, Inbound, Receipt
from bot.domain.phone import E164

INBOUND, RECEIPT, HAND_OVER = "inbound", "receipt", "hand over"

Event = Inbound | Receipt | HandOver
"""What a provider tells."""


def written_event(event: Event) -> str:
    """Encode an event of the provider as JSON."""
    match event:
        case Inbound():
            return json.dumps(_of_inbound(event))
        case Receipt():
            return json.dumps(_of_receipt(event))
        case HandOver():
            return json.dumps(_of_hand_over(event))


def written_contact(contact: E164) -> str:
    """Encode the part that the events of a contact have, and no words of others."""
    return json.dumps({"contact": contact})[1:-1]


def read_event(body: str) -> Event:
    """Decode what written_event encoded."""
    fields = json.loads(body)
    if fields["type"] == HAND_OVER:
        return _hand_over(fields)
    return _receipt(fields) if fields["type"] == RECEIPT else _inbound(fields)


def _of_inbound(inbound: Inbound) -> dict[str, Any]:
    return {
        "type": INBOUND,
        "event_id": inbound.event_id,
        "content_id": inbound.content_id,
        "account": inbound.account,
        "contact": inbound.contact,
        "text": inbound.text,
        "media": inbound.media,
        "at": inbound.at.isoformat(),
        "legacy_id": inbound.legacy_id,
        "provider_id": inbound.provider_id,
        "free_text_until": inbound.free_text_until.isoformat() if inbound.free_text_until else None,
    }


def _inbound(fields: dict[str, Any]) -> Inbound:
    return Inbound(
        event_id=fields["event_id"],
        content_id=fields["content_id"],
        account=E164(fields["account"]),
        contact=E164(fields["contact"]),
        text=fields["text"],
        media=tuple(fields["media"]),
        at=datetime.fromisoformat(fields["at"]),
        legacy_id=fields["legacy_id"],
        provider_id=fields["provider_id"],
        free_text_until=datetime.fromisoformat(until) if (until := fields.get("free_text_until")) else None,
    )


def _of_receipt(receipt: Receipt) -> dict[str, Any]:
    return {
        "type": RECEIPT,
        "event_id": receipt.event_id,
        "status": receipt.status.value,
        "account": receipt.account,
        "contact": receipt.contact,
        "at": receipt.at.isoformat(),
        "key": receipt.key,
        "provider_id": receipt.provider_id,
        "legacy_id": receipt.legacy_id,
        "text": receipt.text,
        "media": receipt.media,
        "failure": _of_failure(receipt.failure) if receipt.failure else None,
    }


def _receipt(fields: dict[str, Any]) -> Receipt:
    return Receipt(
        event_id=fields["event_id"],
        status=DeliveryStatus(fields["status"]),
        account=E164(fields["account"]),
        contact=E164(fields["contact"]),
        at=datetime.fromisoformat(fields["at"]),
        key=MessageKey(fields["key"]) if fields["key"] else None,
        provider_id=fields["provider_id"],
        legacy_id=fields["legacy_id"],
        text=fields["text"],
        media=tuple(fields["media"]),
        failure=_failure(fields["failure"]) if fields["failure"] else None,
    )


def _of_hand_over(event: HandOver) -> dict[str, Any]:
    return {
        "type": HAND_OVER,
        "event_id": event.event_id,
        "account": event.account,
        "contact": event.contact,
        "at": event.at.isoformat(),
        "gathered": event.gathered,
    }


def _hand_over(fields: dict[str, Any]) -> HandOver:
    return HandOver(
        event_id=fields["event_id"],
        account=E164(fields["account"]),
        contact=E164(fields["contact"]),
        at=datetime.fromisoformat(fields["at"]),
        gathered=tuple((name, value) for name, value in fields["gathered"]),
    )


def _of_failure(failure: Failure) -> dict[str, Any]:
    return {
        "code": failure.code,
        "words": failure.user_message,
        "may_send_again": failure.allows_manual_retry,
        "is_opt_out": failure.is_opt_out,
    }


def _failure(fields: dict[str, Any]) -> Failure:
    return Failure(fields["code"], fields["words"], fields["may_send_again"], fields["is_opt_out"])
