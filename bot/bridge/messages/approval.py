"""Approval: whether a reply that is ready for the phone leaves by itself, or is held until a person agrees.

Decided once, when its words are final and before anything leaves. An approval counts for these words only: an edit
needs another one.
"""

from dataclasses import replace

from bot.bridge.conversations.window import is_window_shut
from bot.bridge.enqueue import enqueue_notice, enqueue_reaction, refresh_command, refresh_receipts
from bot.bridge.messages.allowance import is_over
from bot.domain.approval import ApprovalReason, ContactFacts, approval_reasons
from bot.domain.delivery import DeliveryStatus
from bot.domain.message import Direction, Message
from bot.domain.provider_profile import ProviderProfile
from bot.domain.thread_notes import NoticeKind
from bot.ports.storage import Transaction

REPEATED_S = 600.0
"""Time within which the same words once more are more often a slip than meant."""

OF_REPLY_POLICY = frozenset({ApprovalReason.CONFIRM, ApprovalReason.MENTION})
"""Reasons that were found when the reply was recorded (reply_policy.py)."""

GRAVE = frozenset({ApprovalReason.OPTED_OUT, ApprovalReason.BLOCKED, ApprovalReason.ALLOWANCE})
"""Reasons that an earlier approval does not cover, if they have come since."""

OF_FREE_WORDS = frozenset({ApprovalReason.SHORT_LINK, ApprovalReason.STRUCK, ApprovalReason.LONG})
"""Reasons that lie in the words; those of a template were approved by the provider."""

FEW_WORDS = 3
"""Length up to which words may repeat: "Ok" and "thank you" are said twice on purpose."""


def hold_for_approval(
    tx: Transaction,
    message: Message,
    parts: tuple[str, ...],
    text: str,
    known: ContactFacts,
    profile: ProviderProfile,
) -> bool:
    """Hold a reply that has approval reasons; False where it may leave. `known` are the facts that need no database.

    From then on its words are those that people decide about, whatever a name in them becomes.
    """
    reasons = (
        *(reason for reason in message.approval_reasons if reason in OF_REPLY_POLICY),
        *approval_reasons(parts, _facts(tx, message, parts, known), profile),
    )
    if message.template is not None:
        reasons = tuple(reason for reason in reasons if reason not in OF_FREE_WORDS)
    if message.approved_by is not None:
        reasons = tuple(reason for reason in reasons if _is_new(reason, message))
    if not reasons:
        return False
    message = replace(message, status=DeliveryStatus.DRAFT, approval_reasons=reasons, approved_by=None)
    message = replace(message, pieces=(text,) if text else ())
    tx.messages.save(message)
    enqueue_reaction(tx, message)
    enqueue_notice(tx, message, NoticeKind.ASK)
    refresh_command(tx, message)
    refresh_receipts(tx, message)
    return True


def _facts(tx: Transaction, message: Message, parts: tuple[str, ...], known: ContactFacts) -> ContactFacts:
    """Find the facts about a reply and its contact that the database knows."""
    conversation, is_shut = tx.conversations.get(message.conversation_id), is_window_shut(tx, message)
    is_drafted = is_shut or message.template is not None or ApprovalReason.CONFIRM in message.approval_reasons
    return replace(
        known,
        is_opted_out=conversation.is_opted_out,
        is_blocked=conversation.is_blocked,
        is_repeated=_is_repeated(tx, message, parts),
        overtakes=not is_drafted and tx.messages.has_draft_before(message),
        is_over_allowance=is_over(tx, message.author, len(parts)),
        is_window_shut=is_shut,
    )


def _is_new(reason: ApprovalReason, message: Message) -> bool:
    """Tell whether a reason holds a reply that a person has approved; where free text is not taken, nobody can."""
    return reason is ApprovalReason.WINDOW or (reason in GRAVE and reason not in message.approval_reasons)


def _is_repeated(tx: Transaction, message: Message, parts: tuple[str, ...]) -> bool:
    """Tell whether the last text was ours, recent, in the same words and without a picture."""
    if len(parts) != 1 or len(parts[0].split()) < FEW_WORDS:
        return False
    last = tx.messages.before(message)
    if last is None or last.direction is not Direction.OUTBOUND or message.files or last.files:
        return False
    return last.body == parts[0] and tx.now - last.created_at < REPEATED_S * 1_000_000
