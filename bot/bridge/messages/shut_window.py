"""Texts that are ready when free text, or any text, is not taken any more: each is held until a person says so.

Units of work only. What has not left at all becomes a draft of the whole reply, which its author may still edit. Where
its beginning has left, and where a text is sent once more, the rest is held in the words that it has, part by part;
who sends a part sends those before it as well, for a phone shows them in the order in which they leave.
"""

from dataclasses import replace

from bot.bridge.enqueue import enqueue_notice, enqueue_reaction, refresh_command, refresh_lines, refresh_receipts
from bot.bridge.messages.outbound import cancel
from bot.bridge.messages.withdrawal import is_of_one, is_unsent, parts_of, withdraw
from bot.domain.approval import ApprovalReason
from bot.domain.delivery import DeliveryStatus
from bot.domain.message import Message
from bot.domain.outbox import EntryKind, EntryState, Lane, OutboxEntry, lane_of
from bot.domain.thread_notes import NoticeKind
from bot.ports.storage import Transaction


def hold_unsent(tx: Transaction, message: Message, why: ApprovalReason = ApprovalReason.WINDOW) -> None:
    """Hold a text that is queued, and whose send is pending, instead of letting it leave.

    What a person had sent behind it is held with it: where the contact writes just now it would leave before it.
    """
    _hold(tx, message, why)
    for entry in tx.outbox.open_in(lane_of(message.conversation_id, Lane.OUT)):
        behind = tx.messages.get(entry.message_id) if entry.message_id is not None else None
        if behind is not None and behind.approved_by and behind.template is None and _is_waiting(behind, entry):
            _hold(tx, behind, why)


def _is_waiting(text: Message, entry: OutboxEntry) -> bool:
    return text.status is DeliveryStatus.QUEUED and entry.state is EntryState.PENDING


def _hold(tx: Transaction, message: Message, why: ApprovalReason) -> None:
    parts = parts_of(tx, message)
    if parts[0].part == 1 and is_unsent(tx, parts):  # a beginning that is not among them has left
        hold_as_draft(tx, _as_it_was_ready(withdraw(tx, parts), parts), why)
        return
    for part in parts:
        if part.part >= message.part and _cancel_send(tx, part):
            if part.changed_late:  # nobody wants the rest in these words; a correction says all of it
                cancel(tx, part)
            else:
                hold_as_draft(tx, part, why)


def hold_as_draft(tx: Transaction, message: Message, why: ApprovalReason = ApprovalReason.WINDOW) -> None:
    """Make a draft of a text, and say in its thread why."""
    message = replace(message, status=DeliveryStatus.DRAFT, approval_reasons=(why,))
    message = replace(message, approved_by=None, failure=None)
    tx.messages.save(message)
    enqueue_reaction(tx, message)
    enqueue_notice(tx, message, NoticeKind.ASK)
    refresh_command(tx, message)
    refresh_receipts(tx, message)


def say_shut(tx: Transaction, draft: Message) -> None:
    """Say, where a held text is asked about, that free text is not taken now."""
    reasons = dict.fromkeys((ApprovalReason.WINDOW, *draft.approval_reasons))
    tx.messages.save(replace(draft, approval_reasons=tuple(reasons)))
    refresh_lines(tx, draft, (NoticeKind.ASK,))


def held_before(tx: Transaction, draft: Message) -> list[Message]:
    """List the parts of the same reply that are held in the words that they have and come before this one."""
    drafts = (one for one in tx.messages.awaiting_decision(draft.conversation_id) if is_of_one(one, draft))
    before = [one for one in drafts if one.status is DeliveryStatus.DRAFT and one.part < draft.part]
    return sorted(before, key=lambda one: one.part) if is_ready_made(draft) else []


def is_ready_made(message: Message) -> bool:
    """Tell whether a held text leaves in exactly the words that it has: it was prepared before."""
    return bool(message.body) and not message.pieces


def _as_it_was_ready(held: Message, parts: list[Message]) -> Message:
    """Return a reply in the words that were to leave, signed and with the names of then; several parts as written."""
    if not held.pieces:
        return held
    words = [part.body for part in parts if part.body]
    is_one = len(words) == 1 and not held.changed_late
    return replace(held, body="", pieces=(words[0],) if is_one else held.pieces)


def _cancel_send(tx: Transaction, message: Message) -> bool:
    """Cancel the send of a text that is queued; False where none waits."""
    sends = [entry for entry in tx.outbox.of_message(message.id) if entry.kind is EntryKind.SEND]
    waiting = [entry for entry in sends if entry.state is EntryState.PENDING]
    for entry in waiting:
        tx.outbox.cancel(entry)
    return bool(waiting)
