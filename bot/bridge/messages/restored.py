"""A restored database: older than the world, so nothing in it is certain until it was looked up.

Units of work only. What was pending may have been done since: sends and posts become unknown, and a reply that was
still to be prepared is looked up once its words are ready. Drafts stay drafts; one that is approved is looked up first.
Edits and reactions may simply be made again.
"""

from dataclasses import replace

from bot.bridge.enqueue import enqueue_notice, enqueue_reaction, refresh_receipts
from bot.bridge.messages.receipts import apply_report
from bot.bridge.restore_gap import RESTORED, Gap, gap_of, look_up_first
from bot.domain.approval import ApprovalReason
from bot.domain.conversation import Conversation
from bot.domain.dedup import DedupScope
from bot.domain.delivery import DeliveryStatus
from bot.domain.ids import PostKey
from bot.domain.message import Message
from bot.domain.outbox import EntryKind, EntryState, OutboxEntry
from bot.domain.subjects import HEADER
from bot.domain.thread_notes import NoticeKind
from bot.domain.timestamps import Micros
from bot.ports.storage import Transaction

UNREAD = "restored, not read"
"""Stored value: set until Slack was read for what happened in the gap."""

POSTS = frozenset({EntryKind.OPEN_THREAD, EntryKind.POST_TEXT, EntryKind.POST_SENT, EntryKind.UPLOAD})


def make_pending_unknown(tx: Transaction, known_until: Micros | None = None) -> None:
    """Make everything pending unknown; `known_until` is the newest time stored before any of that began."""
    before = gap_of(tx) if is_unread(tx) else None  # the backup was made before that was done: it is still to do
    since = tx.known_until() if known_until is None else known_until
    since = since if before is None else min(before.since, since)
    tx.settings.set_value(RESTORED, f"{since} {tx.now}")
    tx.settings.set_value(UNREAD, "1")
    for message in tx.messages.undecided():
        note_may_have_left(tx, message)
    for entry in tx.outbox.all_open():
        if entry.state is not EntryState.UNKNOWN and _must_be_looked_up(tx, entry):
            make_unknown(tx, entry)


def is_unread(tx: Transaction) -> bool:
    """Tell whether Slack is still to be read for what happened in the gap."""
    return tx.settings.value(UNREAD) == "1"


def was_read(tx: Transaction, *, conversation: Conversation, gap: Gap) -> bool:
    """Tell whether a thread was read for what happened in the gap."""
    return tx.inbox.was_seen(DedupScope.RESTORED_THREAD, _read_id(conversation, gap))


def note_read(tx: Transaction, *, conversation: Conversation, gap: Gap) -> None:
    """Record that a thread was read."""
    tx.inbox.first_seen(DedupScope.RESTORED_THREAD, _read_id(conversation, gap))


def _read_id(conversation: Conversation, gap: Gap) -> str:
    return f"{gap.until}:{conversation.id}:{conversation.thread_ts}"


def note_adopted(tx: Transaction, message: Message) -> None:
    """Record that a text is known by its reaction alone; the provider's record can tell its id."""
    tx.inbox.first_seen(DedupScope.KNOWN_BY_REACTION, message.key)


def was_adopted(tx: Transaction, message: Message) -> bool:
    """Tell whether a text is known by its reaction alone."""
    return tx.inbox.was_seen(DedupScope.KNOWN_BY_REACTION, message.key)


def note_may_have_left(tx: Transaction, message: Message) -> None:
    """Record that a text may have left, whatever the database says."""
    tx.inbox.first_seen(DedupScope.MAY_HAVE_LEFT, message.key)


def may_have_left(tx: Transaction, message: Message) -> bool:
    """Tell whether a text that is ready has to be looked up before it leaves."""
    return tx.inbox.was_seen(DedupScope.MAY_HAVE_LEFT, message.key)


def require_approval(tx: Transaction, message: Message) -> None:
    """Record that a reply needs approval: it may have been withdrawn since."""
    tx.inbox.first_seen(DedupScope.NEEDS_APPROVAL, message.key)


def needs_approval(tx: Transaction, message: Message) -> bool:
    """Tell whether a reply needs such an approval and has none."""
    return message.approved_by is None and tx.inbox.was_seen(DedupScope.NEEDS_APPROVAL, message.key)


def hold_for_approval(tx: Transaction, message: Message) -> None:
    """Make a draft of a reply that has not left; it is looked up once more before it does."""
    reason = ApprovalReason.SUSPENDED if gap_of(tx) is None else ApprovalReason.RESTORED
    is_prepared_anew = bool(message.pieces) or message.changed_late  # else its words are in its body alone
    message = replace(message, status=DeliveryStatus.DRAFT, approval_reasons=(reason,))
    message = replace(message, body="" if is_prepared_anew else message.body)
    message = replace(message, approved_by=None, changed_late=False)  # whoever agreed did so before that time
    tx.messages.save(message)
    ask_for_approval(tx, message)
    refresh_receipts(tx, message)


def ask_for_approval(tx: Transaction, message: Message) -> None:
    """Ask whether a draft is texted, and look it up before it is."""
    note_may_have_left(tx, message)
    enqueue_reaction(tx, message)
    enqueue_notice(tx, message, NoticeKind.ASK)


def make_unknown(tx: Transaction, entry: OutboxEntry) -> None:
    """Make an entry unknown, so that it is looked up before its call is made; its text shows that."""
    look_up_first(tx, entry)
    if entry.kind is not EntryKind.SEND or entry.message_id is None:
        return
    message = tx.messages.get(entry.message_id)
    if message.status is DeliveryStatus.QUEUED:
        message = replace(message, status=DeliveryStatus.SENDING)
        tx.messages.save(message)
    apply_report(tx, message, DeliveryStatus.UNKNOWN)


def look_up_before_send(tx: Transaction, message: Message) -> None:
    """Make the send of a text unknown, so that it is looked up first."""
    entry = tx.outbox.by_key(PostKey(message.key))
    assert entry is not None
    make_unknown(tx, entry)


def _must_be_looked_up(tx: Transaction, entry: OutboxEntry) -> bool:
    if entry.kind is EntryKind.LINE:  # posted once, edited from then on
        shown = tx.shown_lines.get(entry.conversation_id, entry.line)
        return entry.line != HEADER and (shown is None or shown.ts is None)
    return entry.kind is EntryKind.SEND or entry.kind in POSTS
