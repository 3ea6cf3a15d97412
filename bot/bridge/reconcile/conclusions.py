"""Conclusions: what follows from a look-up of an unknown outcome.

Units of work only; the look-ups stand in reconciler.py.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from bot.bridge.enqueue import enqueue_notice, enqueue_reaction
from bot.bridge.messages.author_changes import apply_last_change
from bot.bridge.messages.receipts import replay_waiting_receipts
from bot.bridge.outbox.failures import dead_letter, given_up
from bot.bridge.outbox.results import record_accepted, record_posted
from bot.bridge.parked_events import RECEIPT
from bot.bridge.reconcile.echoes import expect_second_header
from bot.domain.conversation import Conversation
from bot.domain.delivery import DeliveryStatus
from bot.domain.ids import MessageTs, ThreadRef
from bot.domain.message import Failure, Message
from bot.domain.message_events import MessageEvent, MessageEventKind
from bot.domain.outbox import EntryKind, EntryState, OutboxEntry
from bot.domain.provider_messages import Accepted
from bot.domain.retry_policy import GIVE_UP_S, LONGEST_LOOKUP_S, MAX_TRIES, TAKEN_OVER, NotFound, next_lookup_s
from bot.domain.thread_notes import NoticeKind
from bot.domain.timestamps import add_seconds
from bot.ports.storage import Transaction

Finding = MessageTs | Accepted | NotFound


@dataclass(frozen=True)
class Case:
    """An unknown entry with what its look-up needs: its text, others of its conversation, and when the call left.

    `is_login_known`: the provider is asked by the login that the call was made by. `thread` is where the post would
    stand, or its channel for what hangs in no thread.
    """

    entry: OutboxEntry
    conversation: Conversation
    message: Message | None
    others: tuple[Message, ...]
    left_at: datetime
    thread: ThreadRef
    is_login_known: bool = True

    @property
    def is_send(self) -> bool:
        """Whether the provider is asked, about a text; else Slack is, about a post."""
        return self.entry.kind is EntryKind.SEND


def conclude(tx: Transaction, case: Case, finding: Finding, *, is_absent: bool, is_late: bool) -> bool:
    """Record what follows from a finding: it is there, it is retried, people decide, or it is looked up again: False.

    `is_absent`: it has stayed absent for long enough. `is_late`: look-ups have told nothing for long enough.
    """
    entry = case.entry
    if not _is_unknown(tx, entry):
        return True  # a receipt, an echo or a person was faster
    if entry.kind is EntryKind.SEND and _is_proved(tx, entry):
        tx.outbox.complete(entry)
        replay_waiting_receipts(tx, entry.conversation_id)
        return True
    if (
        finding in (NotFound.ABSENT, NotFound.ABSENT_UNVERIFIED)
        and entry.kind is EntryKind.SEND
        and _is_behind(tx, entry)
    ):
        finding, is_absent = NotFound.INCONCLUSIVE, False
    _emit_looked(tx, case, finding)
    if isinstance(finding, Accepted):
        tx.outbox.complete(entry)
        record_accepted(tx, entry, finding)
    elif not isinstance(finding, NotFound):
        tx.outbox.complete(entry)
        record_posted(tx, entry, finding)
    elif is_absent or (is_late and entry.kind is not EntryKind.SEND):
        _retry(tx, entry, is_certain=finding in (NotFound.ABSENT, NotFound.ABSENT_UNVERIFIED))
    elif is_late:
        _ask_people(tx, entry)
    else:
        due_at = add_seconds(tx.now, next_lookup_s(entry, finding, tx.now))
        tx.outbox.mark_unknown(entry, due_at, error=entry.error, absent_since=entry.absent_since)
        return False
    return True


def _is_proved(tx: Transaction, entry: OutboxEntry) -> bool:
    """Tell whether a receipt has told the outcome of a text, whatever the record shows now."""
    return entry.message_id is not None and tx.messages.get(entry.message_id).status is not DeliveryStatus.UNKNOWN


def _is_behind(tx: Transaction, entry: OutboxEntry) -> bool:
    """Tell whether the record lacks a text that a parked receipt is about: it may lack ours, too."""
    return bool(tx.inbox.parked(RECEIPT, str(entry.conversation_id)))


def _is_unknown(tx: Transaction, entry: OutboxEntry) -> bool:
    """Tell whether this very attempt is still unknown: it may have been concluded, tried again and lost meanwhile."""
    return any(
        (unknown.id, unknown.attempts, unknown.state) == (entry.id, entry.attempts, EntryState.UNKNOWN)
        for unknown in tx.outbox.open_in(entry.lane)
    )


def _emit_looked(tx: Transaction, case: Case, finding: Finding) -> None:
    found = finding.value if isinstance(finding, NotFound) else "there"
    tx.emit(
        MessageEvent(MessageEventKind.LOOKED, case.message.key if case.message else None, case.entry.kind.value, found)
    )


def defer(tx: Transaction, case: Case) -> None:
    """Defer a look-up that met a bug of ours: again in a minute, and to people in the end."""
    entry = case.entry
    if not _is_unknown(tx, entry):
        return
    if tx.now < add_seconds(entry.last_attempt_at or 0, GIVE_UP_S):
        error = TAKEN_OVER if entry.error == TAKEN_OVER else "stumbled"  # that it may still be made holds on
        tx.outbox.mark_unknown(entry, add_seconds(tx.now, LONGEST_LOOKUP_S), error=error)
    elif entry.kind is EntryKind.SEND:
        _ask_people(tx, entry)
    else:
        dead_letter(tx, entry, Failure("stumbled", "", allows_manual_retry=False))


def _retry(tx: Transaction, entry: OutboxEntry, *, is_certain: bool) -> None:
    """Retry an entry whose call certainly did not happen, or a post that nobody can tell us about."""
    if entry.kind is EntryKind.OPEN_THREAD:
        expect_second_header(tx, entry)
    elif entry.attempts >= MAX_TRIES:
        dead_letter(tx, entry, Failure("tried_often", given_up(tx, entry), allows_manual_retry=True))
        return
    tx.outbox.retry_at(entry, tx.now)
    if not is_certain and entry.kind in (EntryKind.POST_TEXT, EntryKind.POST_SENT):
        tx.outbox.mark_possible_duplicate(entry)
    if entry.kind is EntryKind.SEND and entry.message_id is not None:
        message = replace(tx.messages.get(entry.message_id), status=DeliveryStatus.QUEUED)
        tx.messages.save(message)
        enqueue_reaction(tx, message)
        enqueue_notice(tx, message, NoticeKind.CHECKING)
        replay_waiting_receipts(tx, message.conversation_id)
        apply_last_change(tx, tx.messages.get(message.id))


def _ask_people(tx: Transaction, entry: OutboxEntry) -> None:
    """Let people decide about a text after ten minutes without a finding; its lane goes on."""
    assert entry.message_id is not None
    tx.outbox.dead_letter(entry, "undecided")
    message = replace(tx.messages.get(entry.message_id), failure=Failure("undecided", "", allows_manual_retry=True))
    tx.messages.save(message)
    enqueue_notice(tx, message, NoticeKind.CHECKING)
    replay_waiting_receipts(tx, message.conversation_id)
