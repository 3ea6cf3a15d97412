"""Later: a conversation that somebody puts off until a moment, and a reminder should the contact not answer.

Each is told once, in the thread, to who wanted it. A new text of the contact ends both.
"""

from dataclasses import replace
from enum import Enum

from bot.bridge.conversations.state import refresh_header, say
from bot.bridge.conversations.waiting import FOLLOW_UP, SNOOZE, end_follow_up, end_snooze, refresh_notice, watch_goal
from bot.bridge.enqueue import enqueue_line
from bot.domain.alarms import Alarm
from bot.domain.conversation import Conversation, Stage
from bot.domain.ids import ConversationId, UserId
from bot.domain.subjects import FollowUpDue, SnoozeOver
from bot.domain.thread_notes import FollowUpNote, SnoozeNote
from bot.domain.timestamps import Micros, from_micros
from bot.ports.storage import Transaction


class PutOff(Enum):
    """What became of the wish to put a conversation off."""

    SNOOZED = "snoozed"
    FOLLOWED = "followed"  # somebody is reminded should the contact not answer
    OVER = "over"  # the moment has passed
    NOTHING = "nothing"  # the conversation is closed, or nobody wants its texts
    WRITTEN = "written"  # the contact has written since somebody wished this


def put_off(
    tx: Transaction, conversation_id: ConversationId, until: Micros, user: UserId, *, heard_at: Micros | None = None
) -> PutOff:
    """Put a conversation off where the contact waits, else have somebody reminded should the contact not answer.

    `heard_at` is when the contact had written last as the person saw it: what came since is not put off unread.
    """
    conversation = tx.conversations.get(conversation_id)
    if heard_at not in (None, conversation.last_inbound_at or 0):
        return PutOff.WRITTEN
    if until <= tx.now:
        return PutOff.OVER
    if conversation.stage is Stage.CLOSED or conversation.muted_by is not None or conversation.is_erased:
        return PutOff.NOTHING
    waiting = tx.waiting.get(conversation_id)
    if waiting is not None:
        if (waiting.snoozed_until, waiting.snoozed_by) == (until, user):
            return PutOff.SNOOZED
        tx.waiting.save(replace(waiting, snoozed_until=until, snoozed_by=user, woken_at=None))
        tx.alarms.set(Alarm(SNOOZE, str(conversation_id), until, conversation_id))
        watch_goal(tx, conversation)
        refresh_notice(tx, waiting)
        _tell(tx, conversation_id, user, "snoozed", until)
        return PutOff.SNOOZED
    follow_up = tx.waiting.follow_up(conversation_id)
    if follow_up is None or (follow_up.until, follow_up.author) != (until, user):
        tx.waiting.set_follow_up(conversation_id, until, user)
        tx.alarms.set(Alarm(FOLLOW_UP, str(conversation_id), until, conversation_id))
        _tell(tx, conversation_id, user, "follow up", until)
    return PutOff.FOLLOWED


def take_up(tx: Transaction, conversation_id: ConversationId, user: UserId) -> bool:
    """Take a conversation up again before its time, or forget its reminder; False where there is neither."""
    is_over = end_snooze(tx, tx.conversations.get(conversation_id))
    follow_up = tx.waiting.follow_up(conversation_id)
    if follow_up is not None and follow_up.told_at is None:
        is_over = end_follow_up(tx, conversation_id) or is_over
    if is_over:
        say(tx, conversation_id, user, "taken up")
        refresh_header(tx, conversation_id)
    return is_over


def _tell(tx: Transaction, conversation_id: ConversationId, user: UserId, action: str, until: Micros) -> None:
    say(tx, conversation_id, user, action, str(until))
    refresh_header(tx, conversation_id)


def wake(tx: Transaction, alarm: Alarm) -> None:
    """End a snooze whose time has come, and say so to who wanted it."""
    conversation_id = ConversationId(int(alarm.subject))
    waiting = tx.waiting.get(conversation_id)
    if waiting is None or waiting.snoozed_until is None:
        return
    tx.waiting.save(replace(waiting, snoozed_until=None, woken_at=waiting.snoozed_until))
    refresh_notice(tx, waiting)
    enqueue_line(tx, conversation_id, SnoozeOver(waiting.snoozed_until))
    refresh_header(tx, conversation_id)
    watch_goal(tx, tx.conversations.get(conversation_id))


def remind(tx: Transaction, alarm: Alarm) -> None:
    """Remind somebody of a contact who has not answered."""
    conversation_id = ConversationId(int(alarm.subject))
    follow_up = tx.waiting.follow_up(conversation_id)
    if follow_up is not None and tx.waiting.tell_follow_up(conversation_id):
        enqueue_line(tx, conversation_id, FollowUpDue(follow_up.until))
        refresh_header(tx, conversation_id)


# --- what is said


def snooze_note(tx: Transaction, conversation: Conversation, at: int) -> SnoozeNote | None:
    """Return the line that says that a snooze is over; None where the contact waits no more."""
    waiting = tx.waiting.get(conversation.id)
    if waiting is None or waiting.woken_at != at or waiting.snoozed_by is None:
        return None
    return SnoozeNote(waiting.snoozed_by, from_micros(waiting.since), conversation.name)


def follow_up_note(tx: Transaction, conversation: Conversation, at: int) -> FollowUpNote | None:
    """Return the reminder; None where the contact has written since."""
    follow_up = tx.waiting.follow_up(conversation.id)
    if follow_up is None or follow_up.until != at:
        return None
    return FollowUpNote(follow_up.author, conversation.name)
