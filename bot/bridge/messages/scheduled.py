"""Scheduled texts: recorded, shown in their thread, and recognized when the provider sends them.

Units of work only. The provider reports a scheduled text like one from outside Slack, without a key of ours; it is
recognized by its words and its time, each row once.
"""

from dataclasses import replace

from bot.bridge.conversations.open import find_or_open
from bot.bridge.enqueue import enqueue_line
from bot.bridge.matching import normalized
from bot.bridge.messages.allowance import spend
from bot.domain.conversation import Conversation
from bot.domain.ids import ChannelId, ConversationId, UserId
from bot.domain.phone import E164
from bot.domain.scheduled import ScheduledText
from bot.domain.subjects import Scheduled
from bot.domain.thread_content import ScheduledLine
from bot.domain.timestamps import add_seconds, from_micros
from bot.ports.storage import Transaction

ABOUT_THEN_S = 15 * 60.0
"""Tolerance around its time within which a scheduled text may go out."""

WAVE_TAKES_S = 6 * 3_600.0
"""Time after its start within which a wave may still be going out."""

NOT_KNOWN = "outcome unknown"
NOT_TAKEN = "not taken"
"""Details of an audit line about a call to the provider: before its answer is there, and where it was rejected."""


def record_scheduling(
    tx: Transaction, place: tuple[E164, E164], text: ScheduledText, *, channel: ChannelId
) -> tuple[ConversationId, int]:
    """Record a text before the provider is asked to take it: who asks, and that its outcome is unknown.

    `place` is our number and the contact's; `text` comes without its conversation, which is found or opened here.
    Returns that conversation, and the audit line to amend. Raises OverAllowance.
    """
    spend(tx, text.author)
    conversation = find_or_open(tx, *place, channel)
    tx.scheduled.add(replace(text, conversation_id=conversation.id, is_certain=False))
    return conversation.id, tx.audit.add(text.author, "scheduled a text", conversation.id, NOT_KNOWN)


def record_scheduled(tx: Transaction, text_id: str, audit_id: int, wave_id: str) -> None:
    """Record that the provider took the text, as this wave of its own, and show it in the contact's thread."""
    tx.scheduled.confirm(text_id)
    tx.audit.amend(audit_id, wave_id)
    text = tx.scheduled.get(text_id)
    assert text is not None
    enqueue_line(tx, text.conversation_id, Scheduled(text_id))


def complete_scheduling(
    tx: Transaction, conversation_id: ConversationId, text_id: str, audit_id: int, wave_id: str, outcome: str
) -> Conversation:
    """Note that the provider took what a button confirmed; `outcome` says so to who presses it again."""
    tx.confirmations.end(text_id, outcome)
    record_scheduled(tx, text_id, audit_id, wave_id)
    return tx.conversations.get(conversation_id)


def record_not_scheduled(tx: Transaction, text_id: str, audit_id: int) -> None:
    """Record that the provider certainly did not take the text."""
    tx.scheduled.remove(text_id)
    tx.audit.amend(audit_id, NOT_TAKEN)


def scheduled_line(tx: Transaction, text_id: str) -> ScheduledLine | None:
    """Return what the line of a scheduled text says now."""
    text = tx.scheduled.get(text_id)
    return None if text is None else ScheduledLine(text.body, text.author, from_micros(text.send_at))


def text_due(tx: Transaction, conversation_id: ConversationId, words: str, at: int) -> ScheduledText | None:
    """Find the scheduled text that came without a key of ours: the same words, about its time, not found before."""
    waiting = tx.scheduled.due_between(conversation_id, add_seconds(at, -ABOUT_THEN_S), add_seconds(at, ABOUT_THEN_S))
    same = [text for text in waiting if normalized(text.body) == normalized(words)]
    return min(same, key=lambda text: abs(text.send_at - at), default=None)


def wave_author(tx: Transaction, words: str, at: int) -> UserId | None:
    """Return who had these words texted to many about then; None for nobody here."""
    waves = tx.waves.due_between(add_seconds(at, -WAVE_TAKES_S), add_seconds(at, ABOUT_THEN_S))
    return next((wave.author for wave in waves if normalized(wave.plan.body) == normalized(words)), None)
