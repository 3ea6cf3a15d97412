"""Messages in the answers of Volt's GraphQL API, turned into ours, with whom they are exchanged. Pure.

Refuses (MalformedPayload) an answer without the message or its id; all else that is missing is empty or None.
Source: https://docs.textvolt.com/v1.0/
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.domain.delivery import DeliveryStatus
from bot.domain.errors import InvalidNumber, MalformedPayload
from bot.domain.message import Failure
from bot.domain.phone import E164, can_be_texted, parse_e164
from bot.domain.provider_messages import Accepted, RemoteConversation, RemoteText
from bot.providers.json_values import read_id, read_text
from bot.providers.volt.error_codes import failure
from bot.providers.volt.json_fields import read_code, read_media, read_past, read_sender

STATUSES = {
    # once Volt has a text it has left the bridge: "sending" here is not our SENDING
    "sending": DeliveryStatus.SENT,
    "sent": DeliveryStatus.SENT,
    "delivered": DeliveryStatus.DELIVERED,
    "failed": DeliveryStatus.FAILED,
}
"""Status words of Volt, in answers and in webhook events. Who reads another word decides what it means."""


def accepted_from_wire(message: object) -> Accepted | Failure:
    """Read createMessage's answer; a Failure where Volt made a message that has already failed.

    An unknown status counts as SENT: Volt has the text. Raises MalformedPayload for an answer without a message.
    """
    if not isinstance(message, dict) or not (own_id := read_id(message.get("id"))):
        raise MalformedPayload("no message in the answer")
    status = _status(message)
    if status is DeliveryStatus.FAILED:
        return failure(read_code(message.get("errorCode")))
    return Accepted(provider_id=own_id, legacy_id=read_id(message.get("legacyId")), status=status)


def listed_from_wire(message: object, contact: E164, now: datetime) -> RemoteText:
    """Read one message of a conversation at Volt. Raises MalformedPayload."""
    if not isinstance(message, dict) or not (own_id := read_id(message.get("id"))):
        raise MalformedPayload("a message without an id")
    return RemoteText(
        provider_id=own_id,
        legacy_id=read_id(message.get("legacyId")),
        status=_status(message),
        body=read_text(message.get("body")),
        at=read_past(message.get("sentAt"), now) or read_past(message.get("confirmedAt"), now),
        is_outbound=_is_outbound(message, contact),
        media=read_media(message.get("media")),
        failure=failure(read_code(message.get("errorCode"))) if _status(message) is DeliveryStatus.FAILED else None,
    )


def inbox_line_from_wire(item: object, now: datetime) -> RemoteConversation:
    """Read one conversation of Volt's inbox, whatever it lacks."""
    row: Mapping[str, Any] = item if isinstance(item, dict) else {}
    contact = row.get("contact")
    number = contact.get("phoneNumber") if isinstance(contact, dict) else None
    at = read_past(row.get("lastMessageTime"), now)
    return RemoteConversation(read_sender(number), read_text(row.get("lastMessage")), at)


def _is_outbound(message: Mapping[str, Any], contact: E164) -> bool | None:
    """Tell which end is the contact; None where neither is."""
    return next((name == "toNumber" for name in ("toNumber", "fromNumber") if _is_at(message, name, contact)), None)


def _is_at(message: Mapping[str, Any], name: str, contact: E164) -> bool:
    """Compare numbers by digits, because they may come without the plus sign."""
    number = message.get(name)
    if not can_be_texted(contact):
        return read_sender(number) == contact
    return re.sub(r"\D", "", read_text(number)) == contact.removeprefix("+")


def _status(message: Mapping[str, Any]) -> DeliveryStatus:
    return STATUSES.get(read_text(message.get("status")).strip().lower(), DeliveryStatus.SENT)


def name_from_wire(contact: object) -> str:
    """Read a contact's name; "" for an unknown contact, and where Volt put the number in place of a name."""
    name = read_text(contact.get("name")).strip() if isinstance(contact, dict) else ""
    return name if name.strip("+0123456789 ().-") else ""


def mapped_from_wire(contact: object) -> str:
    """Read which number of the account's pool Volt uses towards a contact; "" for none."""
    return read_text(contact.get("mappedNumber")) if isinstance(contact, dict) else ""


def account_from_wire(message: object) -> E164 | None:
    """Read the primary number of the account a text belongs to; None where Volt does not say."""
    account = message.get("account") if isinstance(message, dict) else None
    number = read_text(account.get("primaryPhone")) if isinstance(account, dict) else ""
    try:
        return parse_e164(number)
    except InvalidNumber:
        return None
