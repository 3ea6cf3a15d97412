"""Goals: within what time a contact should have an answer, and what has become of that. Pure."""

from dataclasses import dataclass

from bot.domain.hours import DaysOff, WeeklyHours, after_counted
from bot.domain.ids import ChannelId, ConversationId, UserId
from bot.domain.phone import E164
from bot.domain.timestamps import Micros

SOON = (2, 3)
"""The part of its time after which whoever has a conversation is told that the goal is about to be missed."""

MINUTE = 60_000_000

OF_CHANNEL, OF_ACCOUNT = "channel", "account"
"""What a goal is for. That of a channel counts before that of a number of ours."""


@dataclass(frozen=True)
class Goal:
    """Goal: an answer within so many minutes, counted in its hours only; without hours every minute counts."""

    kind: str
    subject: str
    minutes: int
    hours: WeeklyHours | None = None

    def soon_at(self, since: Micros, days_off: DaysOff) -> Micros | None:
        """Tell when it is about to be missed; None where that is beyond a year."""
        part, whole = SOON
        return self._after(since, self.minutes * MINUTE * part // whole, days_off)

    def missed_at(self, since: Micros, days_off: DaysOff) -> Micros | None:
        """Tell when it is missed."""
        return self._after(since, self.minutes * MINUTE, days_off)

    def _after(self, since: Micros, span: int, days_off: DaysOff) -> Micros | None:
        if self.hours is None:
            return Micros(since + span)
        return after_counted(self.hours, since, span, days_off)


@dataclass(frozen=True)
class Waiting:
    """A contact who waits: `since` their first unanswered text.

    `told_at` is when the assignee was told that the goal is about to be missed, `missed_at` when it was.
    `snoozed_until` hides it from the worklist until then, for everybody; `woken_at` is when that was over.
    `notice_channel` and `notice_at` are those of the notice that names it.
    """

    conversation_id: ConversationId
    since: Micros
    assignee: UserId | None = None
    told_at: Micros | None = None
    missed_at: Micros | None = None
    snoozed_until: Micros | None = None
    snoozed_by: UserId | None = None
    woken_at: Micros | None = None
    notice_channel: ChannelId | None = None
    notice_at: Micros | None = None


@dataclass(frozen=True)
class MissedGoal:
    """A goal that was missed, kept for good: whose it was, and when."""

    conversation_id: ConversationId
    account: E164
    channel: ChannelId
    assignee: UserId | None
    since: Micros
    at: Micros
    minutes: int


@dataclass(frozen=True)
class GoalNotice:
    """The newest notice of a channel about missed goals; it was begun `at` a moment, by a conversation's outbox."""

    channel: ChannelId
    conversation_id: ConversationId
    at: Micros


@dataclass(frozen=True)
class FollowUp:
    """A wish to be reminded `until` when, should the contact not have written by then."""

    conversation_id: ConversationId
    until: Micros
    author: UserId
    told_at: Micros | None = None


@dataclass(frozen=True)
class OfficeHours:
    """Office hours of one of our numbers."""

    account: E164
    hours: WeeklyHours
