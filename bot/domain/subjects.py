"""Subjects: what an outbox entry is about, beside its conversation and its text. Pure.

A subject tells one line of a thread from another, so that a newer one replaces one that is still pending. It is stored
as text (subject_codec.py).
"""

from dataclasses import dataclass

from bot.domain.ids import ChannelId, MessageKey, MessageTs, ThreadRef
from bot.domain.thread_notes import NoticeKind


@dataclass(frozen=True)
class Header:
    """The header of the thread, which this line only edits."""


@dataclass(frozen=True)
class Receipts:
    """The line of receipts of one turn."""

    turn: int


@dataclass(frozen=True)
class Audit:
    """A line that says what a colleague did, by its line of the audit trail."""

    audit_id: int


@dataclass(frozen=True)
class Command:
    """The post that shows a text sent by command; it has to say whether the text is sent."""

    key: MessageKey


@dataclass(frozen=True)
class Scheduled:
    """The line about a scheduled text."""

    text_id: str


@dataclass(frozen=True)
class Notice:
    """A line of its own about one text."""

    kind: NoticeKind
    key: MessageKey


@dataclass(frozen=True)
class Flood:
    """The line that says that the contact writes a lot, by the moment when that began."""

    at: int


@dataclass(frozen=True)
class ClosingSoon:
    """The line that says that free text is over soon, by the moment when it is."""

    at: int


@dataclass(frozen=True)
class GoalSoon:
    """The line that tells the assignee that a goal is about to be missed, by when the contact began to wait."""

    since: int


@dataclass(frozen=True)
class MissedGoals:
    """The notice in a channel of those who wait for longer than its goal, by the moment when it was begun."""

    channel: ChannelId
    at: int


@dataclass(frozen=True)
class SnoozeOver:
    """The line that says that a snooze is over, by the moment when it was."""

    at: int


@dataclass(frozen=True)
class FollowUpDue:
    """The line that reminds somebody of a contact who has not answered, by the moment that they chose."""

    at: int


@dataclass(frozen=True)
class Here:
    """The line in a new thread that says who moved the conversation there."""

    audit_id: int


@dataclass(frozen=True)
class Left:
    """The header of a thread that the conversation has left."""

    channel: ChannelId
    ts: MessageTs


@dataclass(frozen=True)
class Leaving:
    """The line under such a header that says who moved the conversation."""

    channel: ChannelId
    ts: MessageTs
    audit_id: int


@dataclass(frozen=True)
class Elsewhere:
    """The line under a reply that is not texted, because its conversation goes on elsewhere; `ts` is the reply's."""

    channel: ChannelId
    thread_ts: MessageTs
    ts: MessageTs


@dataclass(frozen=True)
class Reaction:
    """The reaction on a message in Slack that shows the status of a text."""

    channel: ChannelId
    ts: MessageTs


@dataclass(frozen=True)
class Attachment:
    """One picture or file of a text, counted from 1."""

    number: int


@dataclass(frozen=True)
class ErasedThread:
    """A thread whose contact was erased."""

    channel: ChannelId
    ts: MessageTs


@dataclass(frozen=True)
class Move:
    """Where a conversation moves to, and the line of the audit trail where somebody asked for that."""

    channel: ChannelId
    audit_id: int | None = None


@dataclass(frozen=True)
class Made:
    """A channel of a conversation's own that is to be made, by its number."""

    own_id: int


@dataclass(frozen=True)
class Archived:
    """A channel of a conversation's own that is to be unarchived."""

    channel: ChannelId


@dataclass(frozen=True)
class Unarchived:
    """One that somebody has unarchived, by the line of the audit trail, and that the app is to go into again."""

    channel: ChannelId
    audit_id: int


Line = (
    Header
    | Receipts
    | Audit
    | Command
    | Scheduled
    | Notice
    | Flood
    | ClosingSoon
    | GoalSoon
    | MissedGoals
    | SnoozeOver
    | FollowUpDue
    | Here
    | Left
    | Leaving
    | Elsewhere
)
"""What a line in a thread is about."""

Subject = Line | Reaction | Attachment | ErasedThread | Move | Made | Archived | Unarchived

HEADER = Header()


def former_thread(subject: Subject | None) -> ThreadRef | None:
    """Return where a line stands elsewhere: in a thread that the conversation has left, or in a channel of many."""
    if isinstance(subject, MissedGoals):
        return ThreadRef(subject.channel)
    if isinstance(subject, Elsewhere):
        return ThreadRef(subject.channel, subject.thread_ts)
    return ThreadRef(subject.channel, subject.ts) if isinstance(subject, Left | Leaving) else None


def is_about_move(subject: Subject | None) -> bool:
    """Tell whether a line says that the conversation was moved."""
    return isinstance(subject, Here | Left | Leaving | Elsewhere)
