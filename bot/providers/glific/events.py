"""Events of a line: Glific's messages as texts and receipts. Pure.

Left out are the summary rows of broadcasts, and texts that are not due yet; refused (MalformedPayload) is what names
nobody, as it does where the bot's user may not see phones.
"""

from datetime import datetime

from bot.domain.errors import MalformedPayload
from bot.domain.message import HandOver, Inbound, Receipt
from bot.domain.provider_messages import RemoteText
from bot.providers.glific.flows.events import FlowHandOver
from bot.providers.glific.line import GlificLine
from bot.providers.glific.wire.messages import GlificMessage

RECORDED = "record"
"""What ids of texts begin with that are known from a provider's record: the one id of a text, wherever it is found."""


def event_of(line: GlificLine, message: GlificMessage) -> Inbound | Receipt | None:
    """Turn a message into an event; None where it is nobody's text. Raises MalformedPayload."""
    if message.contact is None or message.contact.is_simulator:
        return None
    if message.contact.phone is None:
        raise MalformedPayload("a message of nobody")
    if message.is_inbound:
        return _inbound(line, message)
    return None if message.is_waiting else _receipt(line, message)


def hand_over_of(line: GlificLine, found: FlowHandOver, at: datetime) -> HandOver:
    """Turn what a flow hands over into an event."""
    return HandOver(line.whole_id(f"flow:{found.proof}"), line.account, found.phone, at, found.gathered)


def remote_text(line: GlificLine, message: GlificMessage, own_user: str) -> RemoteText:
    """Give a message as a text in the record; `own_user` is Glific's id of the bot's user, "" where it is not known."""
    is_by_us = message.user_id == own_user if own_user and not message.is_inbound else None
    if message.broadcast_id and not message.is_inbound:
        is_by_us = False  # one text of a wave is none that was sent to this contact alone, whoever began it
    return RemoteText(
        provider_id=line.whole_id(message.id),
        legacy_id="",
        status=message.status,
        body=message.text,
        at=message.sent_at,
        is_outbound=not message.is_inbound,
        media=message.media,
        failure=message.failure,
        is_by_us=is_by_us,
    )


def _inbound(line: GlificLine, message: GlificMessage) -> Inbound:
    assert message.contact is not None
    assert message.contact.phone is not None
    provider_id = line.whole_id(message.id)
    return Inbound(
        event_id=line.whole_id(message.event_id),
        content_id=f"{RECORDED}:{provider_id}",
        account=line.account,
        contact=message.contact.phone,
        text=message.text,
        media=message.media,
        at=message.sent_at or message.changed_at,
        provider_id=provider_id,
        free_text_until=message.contact.free_text_until,
    )


def _receipt(line: GlificLine, message: GlificMessage) -> Receipt:
    assert message.contact is not None
    assert message.contact.phone is not None
    return Receipt(
        event_id=line.whole_id(message.event_id),
        status=message.status,
        account=line.account,
        contact=message.contact.phone,
        at=message.changed_at,
        provider_id=line.whole_id(message.id),
        text=message.text,
        media=message.media,
        failure=message.failure,
    )
