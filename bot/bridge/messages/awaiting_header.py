"""What waits for the header of its thread, and is told once that is there."""

from bot.bridge.conversations.open import enqueue_header
from bot.bridge.enqueue import HEADER, waits_for_header
from bot.bridge.messages.scheduled import scheduled_of
from bot.domain.conversation import Conversation
from bot.domain.outbox import EntryKind, EntryState, Lane, OutboxEntry, lane_of
from bot.domain.retry_policy import HEADER_WAIT_S
from bot.domain.timestamps import add_seconds
from bot.ports.repositories import Transaction

NO_THREAD = "no_thread"
"""The error of a line that waits for its header."""


def park_for_header(ledger: Transaction, effect: OutboxEntry, conversation: Conversation) -> None:
    """Have a new header posted first; only a line that is about no text is not worth a new thread."""
    if effect.kind is not EntryKind.LINE:  # a text simply waits behind the header
        enqueue_header(ledger, conversation)
        return
    is_late = effect.subject == HEADER and ledger.header_coming(lane_of(conversation.id, Lane.IN))
    is_planned = scheduled_of(effect.subject) is not None or waits_for_header(effect.subject)
    is_worth_it = effect.message_id is not None or is_planned
    if not is_late and not is_worth_it:
        ledger.settle(effect, EntryState.DONE)
        return
    if not is_late:  # a header that is on its way may not say the newest
        enqueue_header(ledger, conversation)
    ledger.settle(effect, EntryState.OWED, error=NO_THREAD, due_at=add_seconds(ledger.now, HEADER_WAIT_S))


def resume_after_header(ledger: Transaction, conversation: Conversation) -> None:
    """Let the lines go on that waited for their header."""
    for way in (Lane.ABOUT, Lane.HEADER):
        for effect in ledger.heads(lane_of(conversation.id, way), 1):
            if effect.error == NO_THREAD:
                ledger.settle(effect, EntryState.OWED, due_at=ledger.now)
