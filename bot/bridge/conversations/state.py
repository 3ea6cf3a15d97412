"""State of a conversation: its assignee, whether it is open or closed, and its mode.

One unit of work for each request of a person. Each is noted in the audit trail, shown in the header of the thread, and
said in the thread where colleagues should know.
"""

from collections.abc import Callable
from dataclasses import replace

from bot.bridge.conversations.counting import count_closing, count_inbound, count_outbound
from bot.bridge.conversations.waiting import follow_waiting
from bot.bridge.enqueue import enqueue_line
from bot.bridge.workspaces.roles import policy_for
from bot.domain.changes import changed
from bot.domain.conversation import Conversation, Mode, Stage
from bot.domain.ids import ChannelId, ConversationId, UserId
from bot.domain.message import Message
from bot.domain.outbox import Lane, lane_of
from bot.domain.roles import is_looser
from bot.domain.subjects import HEADER, Audit
from bot.domain.timestamps import Micros
from bot.ports.storage import Transaction

FIRST_THREAD = "first thread"
"""Stored value: the first conversation that can be answered, whose header says how."""

NOT_ON_REPLY = "assign on reply"
"""Stored value: a team wants nobody to be assigned because they answer."""

ON_REPLY, HANDED_OVER = "assigned on reply", "assigned with a note"
"""Actions of the audit trail."""

LAST_TEXT_S = 5.0
"""Delay of a header that would show nothing new but the last text, which stands in the thread already."""

SETTLING_S = 1.0
"""Delay of a header, for more to change: a text and its answer come close together, and Slack allows few edits."""

LATELY_S = 12 * 3_600
"""Silence after which a thread is not watched any more: its next text is shown in the channel too."""

LATELY_IF_CLOSED_S = 600
"""The same for a closed conversation, which nobody watches once the person who closed it has gone."""


def refresh_header(tx: Transaction, conversation_id: ConversationId, *, delay_s: float = 0) -> None:
    """Enqueue an edit of the header."""
    enqueue_line(tx, conversation_id, HEADER, delay_s=delay_s)


def save_and_refresh(tx: Transaction, after: Conversation, *, delay_s: float = 0) -> None:
    """Save a conversation, and refresh its header where that shows the change."""
    before = tx.conversations.get(after.id)
    tx.conversations.save(after)
    is_taken_up = follow_waiting(tx, before, after)
    if is_taken_up or _shown_facts(before) != _shown_facts(after):
        refresh_standing_header(tx, after, delay_s=delay_s)
    elif _shown_in_time(before) != _shown_in_time(after):
        refresh_standing_header(tx, after, delay_s=LAST_TEXT_S)


def refresh_standing_header(tx: Transaction, conversation: Conversation, *, delay_s: float = 0) -> None:
    """Refresh a header that stands or is in flight; a pending one will show the newest state by itself."""
    if conversation.thread_ts is not None or tx.outbox.is_busy(lane_of(conversation.id, Lane.IN)):
        refresh_header(tx, conversation.id, delay_s=delay_s)


def _shown_facts(conversation: Conversation) -> tuple[object, ...]:
    return (
        conversation.name,
        conversation.stage,
        conversation.assignee,
        conversation.mode,
        conversation.is_opted_out,
        conversation.is_blocked,
        conversation.muted_by,
    )


def _shown_in_time(conversation: Conversation) -> tuple[object, ...]:
    """List what a header shows a little later."""
    return conversation.last_inbound_at, conversation.unshown, conversation.free_text_until


def note_inbound(tx: Transaction, conversation: Conversation) -> None:
    """Record that the contact wrote: somebody should answer, unless it is muted."""
    count_inbound(tx, conversation)
    stage = Stage.OPEN if conversation.muted_by is None else conversation.stage
    save_and_refresh(tx, changed(conversation, stage=stage, last_inbound_at=tx.now), delay_s=SETTLING_S)


def note_outbound(tx: Transaction, message: Message) -> None:
    """Record that a text of ours left: it is the contact's turn, unless they wrote after it was written.

    An automatic answer is none: somebody still has to answer.
    """
    conversation = tx.conversations.get(message.conversation_id)
    by_workflow = tx.steps.key_of(message.id) is not None
    count_outbound(tx, conversation, message, is_by_workflow=by_workflow)
    if message.author is None and tx.hours.closed_period(message.id) is not None:
        return
    stage = Stage.WAITING if message.turn >= conversation.answers_from else conversation.stage
    assignee = conversation.assignee
    if assignee is None and (assignee := _answering(tx, message, by_workflow=by_workflow)) is not None:
        tx.audit.add(assignee, ON_REPLY, conversation.id)
    after = replace(conversation, stage=stage, assignee=assignee, last_outbound_at=tx.now)
    save_and_refresh(tx, after, delay_s=SETTLING_S)


def _answering(tx: Transaction, message: Message, *, by_workflow: bool) -> UserId | None:
    """Name who gets a conversation that nobody has, because they had this text sent; their role was asked about."""
    if not message.pieces or tx.settings.value(NOT_ON_REPLY) is not None:
        return None  # texts without pieces were not written here, or long ago
    if message.approved_by is not None or by_workflow:
        return message.approved_by
    return message.author if policy_for(tx, message) is not None else None


def is_after_silence(conversation: Conversation, now: Micros) -> bool:
    """Tell whether a text now comes after a long silence, so that nobody may be watching."""
    last = max(conversation.last_inbound_at or 0, conversation.last_outbound_at or 0)
    if not last or conversation.thread_ts is None:
        return False
    lately_s = LATELY_IF_CLOSED_S if conversation.stage is Stage.CLOSED else LATELY_S
    return now - last > lately_s * 1_000_000


Change = Callable[[Transaction, ConversationId, UserId], bool]
"""A change of a conversation that a person wants; False where nothing changes."""


def assign(
    tx: Transaction,
    conversation_id: ConversationId,
    user: UserId,
    *,
    to: UserId | None = None,
    action: str = "assigned",
) -> bool:
    """Assign a conversation, by default to the person who asks; False where it is theirs already.

    `action` is what the audit trail and the thread call it.
    """
    conversation, to = tx.conversations.get(conversation_id), to or user
    if conversation.assignee == to:
        return False
    save_and_refresh(tx, replace(conversation, assignee=to))
    say(tx, conversation_id, user, action, to)
    return True


def hand_over(
    tx: Transaction, conversation_id: ConversationId, user: UserId, *, to: UserId, note: str, seen: UserId | None
) -> UserId | None:
    """Assign a conversation with a note, if its assignee is the one that was seen; returns the assignee now."""
    conversation = tx.conversations.get(conversation_id)
    if conversation.assignee != seen or conversation.assignee == to:
        return conversation.assignee
    if not note:
        assign(tx, conversation_id, user, to=to)
        return to
    save_and_refresh(tx, replace(conversation, assignee=to))
    audit_id = tx.audit.add(user, HANDED_OVER, conversation_id, to)
    tx.team.add_note(audit_id, conversation_id, note)
    enqueue_line(tx, conversation_id, Audit(audit_id))
    return to


def take(
    tx: Transaction, conversation_id: ConversationId, user: UserId, *, seen: UserId | None = None
) -> UserId | None:
    """Assign a conversation, if its assignee is the one that the person saw; returns the assignee before."""
    assignee = tx.conversations.get(conversation_id).assignee
    if assignee in (None, seen):
        assign(tx, conversation_id, user)
    return assignee


def unassign(
    tx: Transaction, conversation_id: ConversationId, user: UserId, *, seen: UserId | None = None
) -> UserId | None:
    """Take the assignee off a conversation, if it is still the one that was seen; returns the assignee before."""
    conversation = tx.conversations.get(conversation_id)
    if conversation.assignee is not None and seen in (None, conversation.assignee):
        save_and_refresh(tx, replace(conversation, assignee=None))
        say(tx, conversation_id, user, "unassigned", conversation.assignee)
    return conversation.assignee


def close(tx: Transaction, conversation_id: ConversationId, user: UserId) -> bool:
    """Close a conversation until the contact writes again; False where it is closed."""
    conversation = tx.conversations.get(conversation_id)
    if conversation.stage is Stage.CLOSED:
        return False
    count_closing(tx, conversation, user)
    save_and_refresh(tx, replace(conversation, stage=Stage.CLOSED))
    say(tx, conversation_id, user, "closed")
    return True


def reopen(tx: Transaction, conversation_id: ConversationId, user: UserId) -> bool:
    """Reopen a closed conversation; False where it is not closed."""
    conversation = tx.conversations.get(conversation_id)
    if conversation.stage is not Stage.CLOSED:
        return False
    save_and_refresh(tx, replace(conversation, stage=Stage.OPEN))
    say(tx, conversation_id, user, "reopened")
    return True


def mode_of(tx: Transaction, conversation: Conversation) -> Mode:
    """Return the mode of a conversation: its own, else its channel's."""
    return conversation.mode or tx.settings.channel_mode(conversation.channel) or Mode.AUTO


def set_mode(tx: Transaction, conversation_id: ConversationId, mode: Mode | None, user: UserId) -> bool:
    """Set the mode of one thread, None for its channel's; False where that changes nothing."""
    conversation = tx.conversations.get(conversation_id)
    if conversation.mode is mode:
        return False
    save_and_refresh(tx, replace(conversation, mode=mode))
    say(tx, conversation_id, user, "mode", mode.value if mode else "channel")
    return True


def is_loosened(tx: Transaction, conversation_id: ConversationId, mode: Mode | None) -> bool:
    """Tell whether a mode would let more be texted from a thread than its present one."""
    conversation = tx.conversations.get(conversation_id)
    return is_looser(mode_of(tx, replace(conversation, mode=mode)), mode_of(tx, conversation))


def is_looser_in(tx: Transaction, conversation_id: ConversationId, channel: ChannelId) -> bool:
    """Tell whether a move to a channel would let more be texted from a thread than its present one does."""
    conversation = tx.conversations.get(conversation_id)
    return is_looser(mode_of(tx, replace(conversation, channel=channel)), mode_of(tx, conversation))


def say(tx: Transaction, conversation_id: ConversationId, user: UserId, action: str, detail: str = "") -> None:
    """Add an audit line, and enqueue a line about it in the thread."""
    audit_id = tx.audit.add(user, action, conversation_id, detail)
    enqueue_line(tx, conversation_id, Audit(audit_id))
