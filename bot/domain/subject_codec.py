"""Subjects as text, as they are stored, and as a line carries them in the metadata of its post. Pure.

The text of a subject never changes: posts in Slack carry it for good.
"""

from collections.abc import Callable, Mapping
from functools import partial

from bot.domain.ids import ChannelId, MessageKey, MessageTs
from bot.domain.subjects import (
    HEADER,
    Archived,
    Attachment,
    Audit,
    ClosingSoon,
    Command,
    Elsewhere,
    ErasedThread,
    Flood,
    FollowUpDue,
    GoalSoon,
    Header,
    Here,
    Leaving,
    Left,
    Made,
    MissedGoals,
    Move,
    Notice,
    Reaction,
    Receipts,
    Scheduled,
    SnoozeOver,
    Subject,
    Unarchived,
)
from bot.domain.thread_notes import NoticeKind

_WORDS: Mapping[type, str] = {
    Header: "header",
    Receipts: "receipts",
    Audit: "desk",
    Command: "said",
    Scheduled: "scheduled",
    Flood: "flood",
    ClosingSoon: "closing",
    GoalSoon: "goal",
    MissedGoals: "missed",
    SnoozeOver: "woken",
    FollowUpDue: "follow",
    Here: "here",
    Left: "left",
    Leaving: "leaving",
    Elsewhere: "elsewhere",
    Reaction: "mark",
    ErasedThread: "erased",
    Move: "move",
    Made: "own",
    Archived: "archived",
    Unarchived: "unarchived",
}
"""The word that the text of a subject begins with. A notice begins with its kind, an attachment is a number alone."""


def encode(subject: Subject | None) -> str:
    """Write a subject as text; "" for none."""
    match subject:
        case None:
            return ""
        case Attachment(number):
            return str(number)
        case Notice(kind, key):
            return f"{kind.value}:{key}"
        case Move(channel, None):
            return f"{_WORDS[Move]}:{channel}:"
    return ":".join([_WORDS[type(subject)], *map(str, vars(subject).values())])


def decode(text: str) -> Subject | None:
    """Read what `encode` wrote; None for any other text."""
    word, _, rest = text.partition(":")
    try:
        subject = _DECODERS.get(word, partial(_wordless, word))(rest)
    except ValueError:
        return None
    return subject if encode(subject) == text else None


def _wordless(word: str, rest: str) -> Subject:
    return Attachment(int(word)) if not rest else Notice(NoticeKind(word), MessageKey(rest))


def _left(rest: str) -> Left:
    channel, ts = rest.split(":")
    return Left(ChannelId(channel), MessageTs(ts))


def _missed(rest: str) -> MissedGoals:
    channel, at = rest.split(":")
    return MissedGoals(ChannelId(channel), int(at))


def _leaving(rest: str) -> Leaving:
    channel, ts, audit_id = rest.split(":")
    return Leaving(ChannelId(channel), MessageTs(ts), int(audit_id))


def _elsewhere(rest: str) -> Elsewhere:
    channel, thread_ts, ts = rest.split(":")
    return Elsewhere(ChannelId(channel), MessageTs(thread_ts), MessageTs(ts))


def _reaction(rest: str) -> Reaction:
    channel, ts = rest.split(":")
    return Reaction(ChannelId(channel), MessageTs(ts))


def _erased(rest: str) -> Subject:
    channel, ts = rest.split(":")
    return ErasedThread(ChannelId(channel), MessageTs(ts))


def _move(rest: str) -> Move:
    channel, audit_id = rest.split(":")
    return Move(ChannelId(channel), int(audit_id) if audit_id else None)


def _unarchived(rest: str) -> Unarchived:
    channel, audit_id = rest.split(":")
    return Unarchived(ChannelId(channel), int(audit_id))


_DECODERS: Mapping[str, Callable[[str], Subject]] = {
    _WORDS[Header]: lambda _: HEADER,
    _WORDS[Receipts]: lambda rest: Receipts(int(rest)),
    _WORDS[Audit]: lambda rest: Audit(int(rest)),
    _WORDS[Command]: lambda rest: Command(MessageKey(rest)),
    _WORDS[Scheduled]: Scheduled,
    _WORDS[Flood]: lambda rest: Flood(int(rest)),
    _WORDS[ClosingSoon]: lambda rest: ClosingSoon(int(rest)),
    _WORDS[GoalSoon]: lambda rest: GoalSoon(int(rest)),
    _WORDS[MissedGoals]: _missed,
    _WORDS[SnoozeOver]: lambda rest: SnoozeOver(int(rest)),
    _WORDS[FollowUpDue]: lambda rest: FollowUpDue(int(rest)),
    _WORDS[Here]: lambda rest: Here(int(rest)),
    _WORDS[Left]: _left,
    _WORDS[Leaving]: _leaving,
    _WORDS[Elsewhere]: _elsewhere,
    _WORDS[Reaction]: _reaction,
    _WORDS[ErasedThread]: _erased,
    _WORDS[Move]: _move,
    _WORDS[Made]: lambda rest: Made(int(rest)),
    _WORDS[Archived]: lambda rest: Archived(ChannelId(rest)),
    _WORDS[Unarchived]: _unarchived,
}
"""How what stands behind each word is read."""
