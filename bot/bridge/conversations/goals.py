"""Goals: what is done when one is about to be missed, and when it is. One unit of work for each alarm.

The assignee is told once before; after it the channel has one notice, which names all who wait too long and is edited.
A goal that is missed an hour after that was begun begins another one: an edit high up in a channel is seen by nobody.
"""

from dataclasses import replace

from bot.bridge.conversations.on_duty import is_gone, pass_on_if_gone
from bot.bridge.conversations.places import team_channel_of
from bot.bridge.conversations.waiting import goal_of, watch_goal
from bot.bridge.enqueue import enqueue_line
from bot.domain.alarms import Alarm, AlarmKind
from bot.domain.conversation import Conversation
from bot.domain.figures import NOBODY, Figure
from bot.domain.goals import Goal, GoalNotice, MissedGoal, Waiting
from bot.domain.ids import ConversationId, ThreadRef, UserId
from bot.domain.subjects import GoalSoon, MissedGoals
from bot.domain.thread_notes import GoalNote, MissedNote, MissedRow
from bot.domain.timestamps import Micros, add_seconds, from_micros
from bot.ports.storage import Transaction

GOALS_CHANGED = AlarmKind("goals changed")
"""Alarm after goals or hours were changed: those who wait are gone through; its subject is the last one seen."""

ONE_NOTICE_S = 3_600.0
"""Time within which missed goals of a channel are gathered in one notice."""

GATHER_S = 5.0
"""Delay of a new notice: goals are often missed together."""

SHOWN_ROWS = 20
"""Contacts that a notice names; the others are counted."""

AT_ONCE = 200
"""Contacts whose alarms one unit of work sets anew."""


def look_at_goal(tx: Transaction, alarm: Alarm) -> None:
    """Do what is due about the goal of a contact: tell the assignee, or note that it was missed."""
    conversation_id = ConversationId(int(alarm.subject))
    waiting = tx.waiting.get(conversation_id)
    if waiting is None or waiting.missed_at is not None or waiting.snoozed_until is not None:
        return
    conversation = pass_on_if_gone(tx, tx.conversations.get(conversation_id))
    waiting = replace(waiting, assignee=conversation.assignee)
    goal = goal_of(tx, conversation)
    missed_at = None if goal is None else goal.missed_at(waiting.since, tx.limits.days_off)
    if goal is None or missed_at is None:
        return
    if missed_at <= tx.now:
        _note_missed(tx, conversation, waiting, goal, missed_at)
        return
    soon_at = goal.soon_at(waiting.since, tx.limits.days_off)
    if waiting.told_at is None and waiting.assignee is not None and soon_at is not None and soon_at <= tx.now:
        tx.waiting.save(replace(waiting, told_at=tx.now))
        enqueue_line(tx, conversation_id, GoalSoon(waiting.since))
    watch_goal(tx, conversation)


def _note_missed(tx: Transaction, conversation: Conversation, waiting: Waiting, goal: Goal, at: Micros) -> None:
    notice = _notice(tx, conversation)
    tx.waiting.save(replace(waiting, missed_at=at, notice_channel=notice.channel, notice_at=notice.at))
    missed = MissedGoal(
        conversation.id,
        conversation.account,
        conversation.channel,
        waiting.assignee,
        waiting.since,
        at,
        goal.minutes,
    )
    if tx.waiting.add_missed(missed):  # else it was closed unanswered, and opened again
        tx.figures.count(Figure.MISSED, conversation.account, waiting.assignee or NOBODY)
    enqueue_line(tx, notice.conversation_id, MissedGoals(notice.channel, notice.at), delay_s=GATHER_S)


def _notice(tx: Transaction, conversation: Conversation) -> GoalNotice:
    """Return the notice that is to name a contact; begin one where the last is old.

    It stands where the team reads, not in a channel of the contact's own.
    """
    channel = team_channel_of(tx, conversation)
    last = tx.waiting.notice(channel)
    if last is not None and tx.now < add_seconds(last.at, ONE_NOTICE_S):
        return last
    begun = GoalNotice(channel, conversation.id, tx.now)
    tx.waiting.set_notice(begun)
    if last is not None:
        enqueue_line(tx, last.conversation_id, MissedGoals(last.channel, last.at), delay_s=GATHER_S)
    return begun


# --- what is said


def goal_note(tx: Transaction, conversation: Conversation, since: int, *, is_shown: bool) -> GoalNote | None:
    """Return the line that tells the assignee; None where that has changed before it was said."""
    waiting, goal = tx.waiting.get(conversation.id), goal_of(tx, conversation)
    if waiting is None or goal is None or waiting.assignee is None or waiting.since != since:
        return None
    until = goal.missed_at(waiting.since, tx.limits.days_off)
    is_current = waiting.missed_at is None and waiting.snoozed_until is None and not is_gone(tx, waiting.assignee)
    if until is None or not (is_shown or is_current):
        return None
    return GoalNote(waiting.assignee, from_micros(waiting.since), from_micros(until), conversation.name)


def missed_note(tx: Transaction, line: MissedGoals, *, is_shown: bool) -> MissedNote | None:
    """Return what a notice says now; None where everybody was answered before it was posted."""
    newest = tx.waiting.notice(line.channel)
    is_followed = newest is not None and newest.at != line.at
    found = tx.waiting.in_notice(line.channel, Micros(line.at), SHOWN_ROWS)
    if not found and not is_shown:
        return None
    count = tx.waiting.count_in_notice(line.channel, Micros(line.at))
    return MissedNote(tuple(_row(tx, one) for one in found), count, is_followed=is_followed)


def _row(tx: Transaction, waiting: Waiting) -> MissedRow:
    conversation = tx.conversations.get(waiting.conversation_id)
    place = ThreadRef(conversation.channel, conversation.thread_ts)
    return MissedRow(place, from_micros(waiting.since), waiting.assignee is not None)


# --- goals that people set


def set_goal(tx: Transaction, goal: Goal, user: UserId) -> None:
    """Set a goal, in place of what there was for its channel or number."""
    tx.hours.set_goal(goal, user)
    tx.audit.add(user, "goal", None, f"{goal.kind} {goal.minutes}")
    goals_changed(tx)


def drop_goal(tx: Transaction, kind: str, subject: str, user: UserId) -> bool:
    """Drop a goal; False where there is none."""
    is_dropped = tx.hours.drop_goal(kind, subject)
    if is_dropped:
        tx.audit.add(user, "goal off", None, kind)
        goals_changed(tx)
    return is_dropped


def goals_changed(tx: Transaction) -> None:
    """Have the alarms of all who wait set anew, a few at a time."""
    tx.alarms.set(Alarm(GOALS_CHANGED, "", tx.now))


def set_alarms_anew(tx: Transaction, alarm: Alarm) -> None:
    """Set the alarms of some who wait anew, and go on with the next."""
    found = tx.waiting.after(int(alarm.subject or 0), AT_ONCE)
    for waiting in found:
        watch_goal(tx, tx.conversations.get(waiting.conversation_id))
    if len(found) == AT_ONCE:
        tx.alarms.set(Alarm(GOALS_CHANGED, str(found[-1].conversation_id), tx.now))


def all_goals(tx: Transaction) -> list[Goal]:
    """List all goals."""
    return tx.hours.goals()
