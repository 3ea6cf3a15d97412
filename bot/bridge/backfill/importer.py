"""Importer: takes in what the provider's record tells and no webhook told, texts and statuses.

Units of work and nothing that waits. A text that may be one of ours is never taken for somebody else's: it is left
alone while any send of its conversation is unknown, or has the same words and no id yet.
"""

from collections.abc import Container
from dataclasses import replace

from bot.bridge.backfill.gaps import TimeWindow, find_gaps, is_early
from bot.bridge.backfill.shown_already import is_adopted, never_shown
from bot.bridge.erasure import erased_at, was_erased
from bot.bridge.matching import CLOCKS_APART, normalized
from bot.bridge.messages.inbound import record_inbound
from bot.bridge.messages.receipts import record_receipt
from bot.domain.delivery import DeliveryStatus, next_status
from bot.domain.ids import ChannelId
from bot.domain.message import Direction, Inbound, Message, Receipt
from bot.domain.phone import E164
from bot.domain.provider_messages import RemoteConversation, RemoteText
from bot.domain.timestamps import Micros, from_micros
from bot.ports.storage import Transaction

SETTLED = frozenset({DeliveryStatus.DELIVERED, DeliveryStatus.READ, DeliveryStatus.FAILED})

_CERTAINLY_HERE = frozenset({DeliveryStatus.DRAFT, DeliveryStatus.QUEUED, DeliveryStatus.CANCELLED})
"""Statuses in which a text of ours has not left, so that it is not what the record shows. A failed one may be."""


def is_worth_reading(
    tx: Transaction, account: E164, line: RemoteConversation, span: TimeWindow, read: Container[E164 | None]
) -> bool:
    """Tell whether a conversation may hold something new: its last text is not the one that we know last.

    One that was not `read` since the start may lack an older text even so, from the time the bot was away.
    """
    if line.contact is None or (line.at is not None and line.at < span.since):
        return False
    if line.contact not in read:
        return True
    conversation = tx.conversations.find(account, line.contact)
    newest = tx.messages.newest(conversation.id) if conversation is not None else None
    if newest is None or line.at is None or normalized(newest.body) != normalized(line.text):
        return True
    return abs(line.at - from_micros(newest.sort_key)) > CLOCKS_APART


def import_conversation(
    tx: Transaction,
    home: tuple[E164, ChannelId],
    line: RemoteConversation,
    listed: list[RemoteText],
    span: TimeWindow,
) -> bool:
    """Import what is new in the record of one conversation; True where a text is so young that its event may come.

    `home` is our account number and the channel in which a new conversation shows. `listed` is in the record's order.
    """
    account, channel = home
    assert line.contact is not None
    erased = erased_at(tx, line.contact)
    if erased is not None:  # what is from before stays at the provider
        span = replace(span, since=max(span.since, from_micros(erased)))
    conversation = tx.conversations.find(account, line.contact)
    known = tx.messages.recent(conversation.id) if conversation is not None else []
    dated = [_dated(one, line) for one in listed if not was_erased(tx, one.provider_id, one.legacy_id)]
    if conversation is not None:
        dated = never_shown(tx, conversation, dated)
    for remote in find_gaps(dated, known, span):
        record_inbound(tx, _inbound(remote, account, line.contact), channel=channel)
    for remote in dated:
        if remote.is_outbound and (_has_ended(tx, remote) or _is_foreign(tx, remote, known, span)):
            receipt = _receipt(remote, account, line.contact, tx.now)
            record_receipt(tx, receipt, channel=channel)
    return is_early(dated, known, span)


def import_status(tx: Transaction, text: Message, found: RemoteText) -> bool:
    """Import the status that the record has of a text of ours; False where that is not new."""
    if not _has_ended(tx, found):
        return False
    conversation = tx.conversations.get(text.conversation_id)
    receipt = _receipt(found, conversation.account, conversation.contact, tx.now)
    return record_receipt(tx, receipt, channel=conversation.channel)


def _dated(remote: RemoteText, line: RemoteConversation) -> RemoteText:
    """Give a text without a time that of its line in the inbox, where that shows the same text."""
    is_last = remote.at is None and line.at is not None and normalized(remote.body) == normalized(line.text)
    return replace(remote, at=line.at) if is_last else remote


def _inbound(remote: RemoteText, account: E164, contact: E164) -> Inbound:
    assert remote.at is not None
    own_id = f"record:{remote.provider_id}"
    return Inbound(
        event_id=own_id,
        content_id=own_id,
        account=account,
        contact=contact,
        text=remote.body,
        media=remote.media,
        at=remote.at,
        legacy_id=remote.legacy_id,
        provider_id=remote.provider_id,
    )


def _receipt(remote: RemoteText, account: E164, contact: E164, now: Micros) -> Receipt:
    return Receipt(
        event_id=f"record:{remote.provider_id}:{remote.status.value}",
        status=remote.status,
        account=account,
        contact=contact,
        at=remote.at or from_micros(now),
        provider_id=remote.provider_id,
        legacy_id=remote.legacy_id,
        text=remote.body,
        media=remote.media,
        failure=remote.failure,
    )


def _has_ended(tx: Transaction, remote: RemoteText) -> bool:
    """Tell whether a listed text is one of ours that has its final status."""
    text = tx.messages.by_provider_id(remote.provider_id, remote.legacy_id)
    if text is None or text.status is None:
        return False
    return remote.status in SETTLED and next_status(text.status, remote.status) is not None


def _is_foreign(tx: Transaction, remote: RemoteText, known: list[Message], span: TimeWindow) -> bool:
    """Tell whether somebody sent a text from outside Slack, long enough ago for its webhook to have come."""
    if remote.at is None or not span.since <= remote.at <= span.until - CLOCKS_APART:
        return False
    if tx.messages.by_provider_id(remote.provider_id, remote.legacy_id) is not None:
        return False
    return not is_adopted(tx, remote, known) and not any(_may_be(text, remote) for text in known)


def _may_be(text: Message, remote: RemoteText) -> bool:
    if text.direction is not Direction.OUTBOUND or text.provider_id or text.legacy_id:
        return False
    return text.status not in _CERTAINLY_HERE and normalized(text.body) == normalized(remote.body)
