"""A database that was put back: older than the world, so nothing in it is certain until it was looked up.

Holds units of work. What was owed then may have been done since: sends and posts begin as unknown, and a reply that was
still to be prepared is looked up once its words are ready. Drafts stay drafts; whoever lets one go has it looked up
first. Edits and marks may just be made again.
"""

from dataclasses import replace

from bot.bridge.enqueue import HEADER, enqueue_notice, enqueue_reaction, refresh_receipts
from bot.bridge.messages.receipts import apply_report
from bot.bridge.restore_gap import RESTORED, Gap, gap_of, look_up_first
from bot.domain.conversation import Conversation
from bot.domain.delivery import DeliveryStatus
from bot.domain.ids import PostKey
from bot.domain.message import ApprovalReason, Message
from bot.domain.outbox import EntryKind, EntryState, OutboxEntry
from bot.domain.thread_content import NoticeKind
from bot.ports.repositories import Transaction

UNREAD = "restored, not read"
"""The fact that is set until Slack was read for what happened in that time."""

_DOUBTED, _ADOPTED, _ASKED = "may have left", "known by its mark", "to be asked about"

POSTS = frozenset({EntryKind.OPEN_THREAD, EntryKind.POST_TEXT, EntryKind.POST_SENT, EntryKind.UPLOAD})


def distrust(ledger: Transaction) -> None:
    """Take nothing that is owed for certain."""
    before = gap_of(ledger) if is_unread(ledger) else None  # copied before what came since was read: that is still open
    since = ledger.known_until() if before is None else min(before.since, ledger.known_until())
    ledger.set_fact(RESTORED, f"{since} {ledger.now}")
    ledger.set_fact(UNREAD, "1")
    for message in ledger.undecided_texts():
        doubt_text(ledger, message)
    for effect in ledger.open_effects():
        if effect.state is not EntryState.UNKNOWN and _must_be_looked_up(ledger, effect):
            put_in_doubt(ledger, effect)


def is_unread(ledger: Transaction) -> bool:
    """Tell whether Slack is still to be read for what happened in that time."""
    return ledger.fact(UNREAD) == "1"


def was_read(ledger: Transaction, *, conversation: Conversation, gap: Gap) -> bool:
    """Tell whether a thread was read for what happened in that time."""
    return ledger.has_event("restored-thread", _read_id(conversation, gap))


def note_read(ledger: Transaction, *, conversation: Conversation, gap: Gap) -> None:
    """Remember that a thread was read."""
    ledger.note_event("restored-thread", _read_id(conversation, gap))


def _read_id(conversation: Conversation, gap: Gap) -> str:
    return f"{gap.until}:{conversation.id}:{conversation.thread_ts}"


def note_adopted(ledger: Transaction, message: Message) -> None:
    """Remember that a text is known by its mark alone, so that the provider's record can tell its id."""
    ledger.note_event(_ADOPTED, message.key)


def was_adopted(ledger: Transaction, message: Message) -> bool:
    """Tell whether a text is known by its mark alone."""
    return ledger.has_event(_ADOPTED, message.key)


def doubt_text(ledger: Transaction, message: Message) -> None:
    """Remember that a text may have left, whatever the books say."""
    ledger.note_event(_DOUBTED, message.key)


def may_have_left(ledger: Transaction, message: Message) -> bool:
    """Tell whether a text that is ready has to be looked up before it goes."""
    return ledger.has_event(_DOUBTED, message.key)


def ask_before_leaving(ledger: Transaction, message: Message) -> None:
    """Remember that a person has to say whether a reply goes: it may have been taken back since."""
    ledger.note_event(_ASKED, message.key)


def must_ask(ledger: Transaction, message: Message) -> bool:
    """Tell whether a person has to say whether a reply goes, and has not said so yet."""
    return message.approved_by is None and ledger.has_event(_ASKED, message.key)


def ask_whether(ledger: Transaction, message: Message) -> None:
    """Make a draft of a reply that has not left, and look it up once more before it does."""
    message = replace(
        message, status=DeliveryStatus.DRAFT, body="", asks=(ApprovalReason.RESTORED,), changed_late=False
    )
    ledger.save_message(message)
    put_question(ledger, message)
    refresh_receipts(ledger, message)


def put_question(ledger: Transaction, message: Message) -> None:
    """Let people say whether a draft is texted, and look it up before it is."""
    doubt_text(ledger, message)
    enqueue_reaction(ledger, message)
    enqueue_notice(ledger, message, NoticeKind.ASK)


def put_in_doubt(ledger: Transaction, effect: OutboxEntry) -> None:
    """Have a call looked up before it is made, and show its text as in doubt."""
    look_up_first(ledger, effect)
    if effect.kind is not EntryKind.SEND or effect.message_id is None:
        return
    message = ledger.message(effect.message_id)
    if message.status is DeliveryStatus.QUEUED:
        message = replace(message, status=DeliveryStatus.SENDING)
        ledger.save_message(message)
    apply_report(ledger, message, DeliveryStatus.UNKNOWN)


def doubt_sending(ledger: Transaction, message: Message) -> None:
    """Have a text looked up before it is sent."""
    effect = ledger.effect_by_key(PostKey(message.key))
    assert effect is not None
    put_in_doubt(ledger, effect)


def _must_be_looked_up(ledger: Transaction, effect: OutboxEntry) -> bool:
    if effect.kind is EntryKind.LINE:  # posted once, edited from then on
        shown = ledger.shown(effect.conversation_id, effect.subject)
        return effect.subject != HEADER and (shown is None or shown.ts is None)
    return effect.kind is EntryKind.SEND or effect.kind in POSTS
