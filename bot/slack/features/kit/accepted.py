"""Accepted text: stored on a command or form, and answered with its status.

Approval and Volt's answer come after the text was stored. So the answer waits a little for the approval, states the
status, and claims nothing that is not stored.
"""

import asyncio
import time
from dataclasses import dataclass

from bot.bridge.messages.send import SendRequest, ThreadMessage, record_send, record_send_as_text
from bot.domain.conversation import Conversation
from bot.domain.delivery import DeliveryStatus
from bot.domain.errors import StoreUnavailable
from bot.domain.ids import ChannelId, MessageKey
from bot.domain.message import ApprovalReason, Message, Piece, SlackFile
from bot.domain.outbox import EntryKind, EntryState, OutboxEntry
from bot.ports.storage import Transaction
from bot.slack.context import Context
from bot.slack.render.approval_texts import why
from bot.slack.text.escaping import escape

PATIENCE_S = 1.0
"""Time an answer waits for the approval; Slack waits for three seconds, the network included."""

LOOK_AGAIN_S = 0.02


@dataclass(frozen=True)
class AcceptedText:
    """Accepted text with its conversation; `key` is None if the same request was accepted before."""

    conversation: Conversation
    key: MessageKey | None


def accept_text(
    tx: Transaction,
    wish: SendRequest,
    pieces: tuple[Piece, ...],
    *,
    channel: ChannelId,
    files: tuple[SlackFile, ...] = (),
) -> AcceptedText:
    """Store a text to be sent, once for each request."""
    text = record_send(tx, wish, pieces, channel=channel, files=files)
    conversation = tx.conversations.find(wish.account, wish.contact)
    assert conversation is not None  # the wish opened it, now or before
    return AcceptedText(conversation, text.key if text else None)


def accept_message(
    tx: Transaction, wish: SendRequest, pieces: tuple[Piece, ...], at: ThreadMessage, files: tuple[SlackFile, ...]
) -> AcceptedText | None:
    """Store a message of the contact's thread to be sent; None if it was texted before."""
    if not record_send_as_text(tx, wish, pieces, said=at, files=files):
        return None
    (text, *_) = tx.messages.at(at.channel, at.ts)
    return AcceptedText(tx.conversations.get(text.conversation_id), text.key)


async def said(context: Context, taken: AcceptedText) -> str:
    """Write the status of the text, in mrkdwn."""
    number, place = escape(context.renderer.number(taken.conversation.contact)), context.place(taken.conversation)
    key = taken.key
    text = await _settled(context, key) if key else None
    return f"Your text to {number} {_stands(text, place)}"


async def _settled(context: Context, key: MessageKey) -> Message | None:
    """Read the text once its approval is decided; None if that takes too long."""
    last = time.monotonic() + PATIENCE_S
    while time.monotonic() < last:
        try:
            text = await context.store.run(lambda tx: _looked_through(tx, key))
        except StoreUnavailable:  # it is taken in all the same
            return None
        if text is not None:
            return text
        await asyncio.sleep(LOOK_AGAIN_S)
    return None


def _looked_through(tx: Transaction, key: MessageKey) -> Message | None:
    text = tx.messages.by_key(key)
    if text is None or any(_is_to_come(entry) for entry in tx.outbox.of_message(text.id)):
        return None
    return text


def _is_to_come(entry: OutboxEntry) -> bool:
    return entry.kind is EntryKind.PREPARE and entry.state not in (EntryState.DONE, EntryState.DEAD)


def _stands(text: Message | None, place: str) -> str:
    """Write the status in the store; `place` is the thread or channel, in mrkdwn."""
    if text is None:
        return f"is taken in. What becomes of it shows in {place}."
    match text.status:
        case DeliveryStatus.DRAFT if ApprovalReason.OPTED_OUT in text.approval_reasons:
            return f"is not sent. {why((ApprovalReason.OPTED_OUT,))} It waits in {place}."
        case DeliveryStatus.DRAFT:
            return " ".join(
                filter(None, ("is not sent yet.", why(text.approval_reasons), f"Decide about it in {place}."))
            )
        case DeliveryStatus.FAILED | DeliveryStatus.CANCELLED:
            return f"was not sent. Why stands in {place}."
        case _:
            return f"goes out as soon as Volt takes it. How far it is shows in {place}."
