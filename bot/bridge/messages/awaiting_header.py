"""Entries that wait for the header of their thread."""

from bot.bridge.conversations.open import enqueue_header
from bot.domain.conversation import Conversation
from bot.domain.outbox import EntryKind, Lane, OutboxEntry, lane_of
from bot.domain.retry_policy import HEADER_WAIT_S
from bot.domain.subjects import HEADER, Audit, Scheduled, is_about_move
from bot.domain.timestamps import add_seconds
from bot.ports.storage import Transaction

NO_THREAD = "no_thread"
"""Error of a line that waits for its header."""


def park_for_header(tx: Transaction, entry: OutboxEntry, conversation: Conversation) -> None:
    """Enqueue a new header first, unless the entry is a line that is not worth a new thread."""
    if entry.kind is not EntryKind.LINE:  # a text simply waits behind the header
        enqueue_header(tx, conversation)
        return
    may_wait = entry.subject == HEADER or isinstance(entry.line, Audit)
    is_late = may_wait and tx.outbox.has_open_header(lane_of(conversation.id, Lane.IN))
    is_planned = isinstance(entry.subject, Scheduled) or is_about_move(entry.subject)
    is_worth_it = entry.message_id is not None or is_planned
    if not is_late and not is_worth_it:
        tx.outbox.complete(entry)
        return
    if not is_late:  # a header that is on its way may not say the newest
        enqueue_header(tx, conversation)
    tx.outbox.retry_at(entry, add_seconds(tx.now, HEADER_WAIT_S), error=NO_THREAD)


def resume_after_header(tx: Transaction, conversation: Conversation) -> None:
    """Let the lines leave that waited for their header."""
    for lane in (Lane.ABOUT, Lane.HEADER):
        for entry in tx.outbox.claimable(lane_of(conversation.id, lane), 1):
            if entry.error == NO_THREAD:
                tx.outbox.retry_at(entry, tx.now)
