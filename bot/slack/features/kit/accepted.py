"""A text that was asked for by command or form: taken in, and what is known of it by the time that is answered.

What will be asked about it, and whether Volt takes it, is found out after it was taken in. So the answer waits a little
for the question, says how the text stands, and claims nothing that is not in the books.
"""

import asyncio
import time
from dataclasses import dataclass

from bot.bridge.messages.send import SendRequest, ThreadMessage, record_send, record_send_as_text
from bot.domain.approval import ApprovalReason
from bot.domain.conversation import Conversation
from bot.domain.delivery import DeliveryStatus
from bot.domain.errors import StoreUnavailable
from bot.domain.ids import ChannelId, MessageKey
from bot.domain.message import Message
from bot.domain.outbox import EntryKind, EntryState, OutboxEntry
from bot.domain.pieces import Piece
from bot.domain.thread_events import SlackFile
from bot.ports.storage import Transaction
from bot.slack.context import Context
from bot.slack.render.approval_texts import why
from bot.slack.text.escaping import escape

PATIENCE_S = 1.0
"""How long an answer waits for what will be asked; Slack waits for three seconds, the network included."""

LOOK_AGAIN_S = 0.02


@dataclass(frozen=True)
class AcceptedText:
    """What was taken in: the conversation as it stood then, and the text; no text where the same came before."""

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
    """Take a text in, once for each wish."""
    text = record_send(tx, wish, pieces, channel=channel, files=files)
    conversation = tx.conversations.find(wish.account, wish.contact)
    assert conversation is not None  # the wish opened it, now or before
    return AcceptedText(conversation, text.key if text else None)


def accept_message(
    tx: Transaction, wish: SendRequest, pieces: tuple[Piece, ...], at: ThreadMessage, files: tuple[SlackFile, ...]
) -> AcceptedText | None:
    """Take in a message that stands in the thread of its contact; None where it was texted before."""
    if not record_send_as_text(tx, wish, pieces, said=at, files=files):
        return None
    (text, *_) = tx.messages.at(at.channel, at.ts)
    return AcceptedText(tx.conversations.get(text.conversation_id), text.key)


async def said(context: Context, taken: AcceptedText) -> str:
    """Say in mrkdwn how the text stands."""
    number, place = escape(context.renderer.number(taken.conversation.contact)), context.place(taken.conversation)
    key = taken.key
    text = await _settled(context, key) if key else None
    return f"Your text to {number} {_stands(text, place)}"


async def _settled(context: Context, key: MessageKey) -> Message | None:
    """Read the text once it is known whether something is asked about it; None where that takes too long."""
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
    """Say of a text what the books say; `place` is its thread or channel, in mrkdwn."""
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
