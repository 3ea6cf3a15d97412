"""Waiting: since when a contact waits for an answer, and what follows when that begins and ends.

A contact waits while the conversation is open and nobody has muted it. Called wherever a conversation is saved.
"""

from dataclasses import replace

from bot.bridge.conversations.places import team_channel_of
from bot.bridge.enqueue import enqueue_line, is_standing
from bot.domain.alarms import Alarm, AlarmKind
from bot.domain.conversation import Conversation, Stage
from bot.domain.goals import OF_CHANNEL, Goal, Waiting
from bot.domain.ids import ConversationId
from bot.domain.subjects import MissedGoals
from bot.domain.timestamps import Micros
from bot.ports.storage import Transaction

GOAL, SNOOZE, FOLLOW_UP = AlarmKind("goal"), AlarmKind("snooze"), AlarmKind("follow up")
"""Alarms of a conversation: about its goal, when its snooze is over, and when somebody wants to be reminded."""

TOGETHER_S = 2.0
"""Delay of a notice that names fewer people than before: several may be answered at once."""


def follow_waiting(tx: Transaction, before: Conversation, after: Conversation) -> bool:
    """Do what follows from a changed conversation; True where its header shows something that has changed by that."""
    was, waits = _waits(before), _waits(after)
    has_written = before.last_inbound_at != after.last_inbound_at
    is_shown = False
    if (after.stage is Stage.CLOSED and before.stage is not Stage.CLOSED) or has_written:
        is_shown = end_follow_up(tx, after.id)
    if waits and not was:
        since = after.last_inbound_at if has_written else tx.waiting.first_unanswered(after.id)
        tx.waiting.start(after.id, since or tx.now, after.assignee)
        watch_goal(tx, after)
    elif was and not waits:
        is_shown = _stop(tx, after.id) or is_shown
    elif waits:
        is_shown = _go_on(tx, before, after, has_written=has_written) or is_shown
    return is_shown


def _waits(conversation: Conversation) -> bool:
    return conversation.stage is Stage.OPEN and conversation.muted_by is None


def _stop(tx: Transaction, conversation_id: ConversationId) -> bool:
    waiting = tx.waiting.get(conversation_id)
    if waiting is None:
        return False
    tx.waiting.stop(conversation_id)
    tx.alarms.clear(GOAL, str(conversation_id))
    tx.alarms.clear(SNOOZE, str(conversation_id))
    refresh_notice(tx, waiting)
    return waiting.snoozed_until is not None


def _go_on(tx: Transaction, before: Conversation, after: Conversation, *, has_written: bool) -> bool:
    """Note a new assignee, and end a snooze where the contact has written again."""
    is_snoozed = False
    if before.assignee != after.assignee and (waiting := tx.waiting.get(after.id)) is not None:
        tx.waiting.save(replace(waiting, assignee=after.assignee))
        refresh_notice(tx, waiting)
    if has_written:
        is_snoozed = end_snooze(tx, after)
    return is_snoozed


def end_snooze(tx: Transaction, conversation: Conversation) -> bool:
    """End a snooze before its time; False where there is none."""
    waiting = tx.waiting.get(conversation.id)
    if waiting is None or waiting.snoozed_until is None:
        return False
    tx.waiting.save(replace(waiting, snoozed_until=None, snoozed_by=None))
    tx.alarms.clear(SNOOZE, str(conversation.id))
    refresh_notice(tx, waiting)
    watch_goal(tx, conversation)
    return True


def end_follow_up(tx: Transaction, conversation_id: ConversationId) -> bool:
    """Forget that somebody wants to be reminded; False where nobody does."""
    if not tx.waiting.drop_follow_up(conversation_id):
        return False
    tx.alarms.clear(FOLLOW_UP, str(conversation_id))
    return True


# --- the goal of a contact who waits


def goal_of(tx: Transaction, conversation: Conversation) -> Goal | None:
    """Return the goal that counts for a conversation, in its own hours, or else in those of its number."""
    goal = _set_for(tx, conversation)
    if goal is None or goal.hours is not None:
        return goal
    office = tx.hours.office(conversation.account)
    return goal if office is None else replace(goal, hours=office.hours)


def _set_for(tx: Transaction, conversation: Conversation) -> Goal | None:
    """Find the goal of the channel, else of the one from which a conversation came to its own, else of the number."""
    goal = tx.hours.goal_for(conversation.channel, conversation.account)
    if goal is not None and goal.kind == OF_CHANNEL:
        return goal
    team_channel = team_channel_of(tx, conversation)
    return goal if team_channel == conversation.channel else tx.hours.goal_for(team_channel, conversation.account)


def watch_goal(tx: Transaction, conversation: Conversation) -> None:
    """Set the alarm for what is next about the goal of a contact; none where nothing is."""
    goal = goal_of(tx, conversation)
    waiting = None if goal is None else tx.waiting.get(conversation.id)
    due_at = None if waiting is None or goal is None else _next(tx, waiting, goal)
    if due_at is None:
        tx.alarms.clear(GOAL, str(conversation.id))
    else:
        tx.alarms.set(Alarm(GOAL, str(conversation.id), due_at, conversation.id))


def _next(tx: Transaction, waiting: Waiting, goal: Goal) -> Micros | None:
    if waiting.missed_at is not None or waiting.snoozed_until is not None:
        return None
    soon_at = goal.soon_at(waiting.since, tx.limits.days_off)
    if waiting.told_at is None and soon_at is not None and soon_at > tx.now:
        return soon_at
    return goal.missed_at(waiting.since, tx.limits.days_off)


def refresh_notice(tx: Transaction, waiting: Waiting) -> None:
    """Let the notice that names a contact say how things are now."""
    if waiting.notice_channel is None or waiting.notice_at is None:
        return
    notice = tx.waiting.notice(waiting.notice_channel)
    if notice is None or notice.at != waiting.notice_at:
        return
    subject = MissedGoals(notice.channel, notice.at)
    if is_standing(tx, notice.conversation_id, subject):
        enqueue_line(tx, notice.conversation_id, subject, delay_s=TOGETHER_S)
