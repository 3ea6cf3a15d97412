"""A database that was put back: older than the world, so nothing in it is certain until it was looked up.

Holds units of work. What was owed then may have been done since: sends and posts begin as unknown, and a reply that was
still to be prepared is looked up once its words are ready. Drafts stay drafts; whoever lets one go has it looked up
first. Edits and marks may just be made again.
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
from bot.domain.thread_content import NoticeKind
from bot.ports.storage import Transaction

UNREAD = "restored, not read"
"""The fact that is set until Slack was read for what happened in that time."""

POSTS = frozenset({EntryKind.OPEN_THREAD, EntryKind.POST_TEXT, EntryKind.POST_SENT, EntryKind.UPLOAD})


def distrust(tx: Transaction) -> None:
    """Take nothing that is owed for certain."""
    before = gap_of(tx) if is_unread(tx) else None  # copied before what came since was read: that is still open
    since = tx.known_until() if before is None else min(before.since, tx.known_until())
    tx.settings.set_value(RESTORED, f"{since} {tx.now}")
    tx.settings.set_value(UNREAD, "1")
    for message in tx.messages.undecided():
        doubt_text(tx, message)
    for entry in tx.outbox.all_open():
        if entry.state is not EntryState.UNKNOWN and _must_be_looked_up(tx, entry):
            put_in_doubt(tx, entry)


def is_unread(tx: Transaction) -> bool:
    """Tell whether Slack is still to be read for what happened in that time."""
    return tx.settings.value(UNREAD) == "1"


def was_read(tx: Transaction, *, conversation: Conversation, gap: Gap) -> bool:
    """Tell whether a thread was read for what happened in that time."""
    return tx.inbox.was_seen(DedupScope.RESTORED_THREAD, _read_id(conversation, gap))


def note_read(tx: Transaction, *, conversation: Conversation, gap: Gap) -> None:
    """Remember that a thread was read."""
    tx.inbox.first_seen(DedupScope.RESTORED_THREAD, _read_id(conversation, gap))


def _read_id(conversation: Conversation, gap: Gap) -> str:
    return f"{gap.until}:{conversation.id}:{conversation.thread_ts}"


def note_adopted(tx: Transaction, message: Message) -> None:
    """Remember that a text is known by its mark alone, so that the provider's record can tell its id."""
    tx.inbox.first_seen(DedupScope.KNOWN_BY_REACTION, message.key)


def was_adopted(tx: Transaction, message: Message) -> bool:
    """Tell whether a text is known by its mark alone."""
    return tx.inbox.was_seen(DedupScope.KNOWN_BY_REACTION, message.key)


def doubt_text(tx: Transaction, message: Message) -> None:
    """Remember that a text may have left, whatever the books say."""
    tx.inbox.first_seen(DedupScope.MAY_HAVE_LEFT, message.key)


def may_have_left(tx: Transaction, message: Message) -> bool:
    """Tell whether a text that is ready has to be looked up before it goes."""
    return tx.inbox.was_seen(DedupScope.MAY_HAVE_LEFT, message.key)


def ask_before_leaving(tx: Transaction, message: Message) -> None:
    """Remember that a person has to say whether a reply goes: it may have been taken back since."""
    tx.inbox.first_seen(DedupScope.NEEDS_APPROVAL, message.key)


def must_ask(tx: Transaction, message: Message) -> bool:
    """Tell whether a person has to say whether a reply goes, and has not said so yet."""
    return message.approved_by is None and tx.inbox.was_seen(DedupScope.NEEDS_APPROVAL, message.key)


def ask_whether(tx: Transaction, message: Message) -> None:
    """Make a draft of a reply that has not left, and look it up once more before it does."""
    message = replace(
        message, status=DeliveryStatus.DRAFT, body="", approval_reasons=(ApprovalReason.RESTORED,), changed_late=False
    )
    tx.messages.save(message)
    put_question(tx, message)
    refresh_receipts(tx, message)


def put_question(tx: Transaction, message: Message) -> None:
    """Let people say whether a draft is texted, and look it up before it is."""
    doubt_text(tx, message)
    enqueue_reaction(tx, message)
    enqueue_notice(tx, message, NoticeKind.ASK)


def put_in_doubt(tx: Transaction, entry: OutboxEntry) -> None:
    """Have a call looked up before it is made, and show its text as in doubt."""
    look_up_first(tx, entry)
    if entry.kind is not EntryKind.SEND or entry.message_id is None:
        return
    message = tx.messages.get(entry.message_id)
    if message.status is DeliveryStatus.QUEUED:
        message = replace(message, status=DeliveryStatus.SENDING)
        tx.messages.save(message)
    apply_report(tx, message, DeliveryStatus.UNKNOWN)


def doubt_sending(tx: Transaction, message: Message) -> None:
    """Have a text looked up before it is sent."""
    entry = tx.outbox.by_key(PostKey(message.key))
    assert entry is not None
    put_in_doubt(tx, entry)


def _must_be_looked_up(tx: Transaction, entry: OutboxEntry) -> bool:
    if entry.kind is EntryKind.LINE:  # posted once, edited from then on
        shown = tx.shown_lines.get(entry.conversation_id, entry.line)
        return entry.line != HEADER and (shown is None or shown.ts is None)
    return entry.kind is EntryKind.SEND or entry.kind in POSTS
