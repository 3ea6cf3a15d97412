"""Thread notes: the facts of lines of their own in a thread, about one text or to one person. Pure.

The words are chosen in bot/slack/render; what else a thread shows stands in thread_content.py.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from bot.domain.approval import ApprovalReason
from bot.domain.ids import ConversationId, MessageKey, ThreadRef, UserId
from bot.domain.message import Failure
from bot.domain.pieces import Piece
from bot.domain.provider_profile import UNKNOWN_PROVIDER, ProviderProfile
from bot.domain.roles import Policy
from bot.domain.text_limits import NumberRefusal


class NoticeKind(Enum):
    """Kind of a line of its own in a thread."""

    FAILED = "failed"
    CHECKING = "checking"
    FOUND_SENT = "found_sent"
    FOUND_NOT_SENT = "found_not_sent"
    UNDECIDED = "undecided"
    EDITED_LATE = "edited_late"
    DELETED_LATE = "deleted_late"
    NOTHING_TO_SEND = "nothing_to_send"
    KEPT_INSIDE = "kept_inside"
    OUTSIDE = "outside"  # written by somebody who may not text
    OPTED_OUT = "opted_out"
    OPTED_IN = "opted_in"
    MAY_OPT_OUT = "may_opt_out"  # words that may ask for no more texts
    ASK = "ask"
    READ_ONLY = "read_only"
    NO_NUMBER = "no_number"
    UNREACHABLE = "unreachable"  # a number that is not texted from here
    TAKEN_BACK = "taken_back"
    TOO_LATE = "too_late"
    IN_TIME = "in_time"  # what was taken for too late
    NOT_PLACED = "not_placed"  # under a header that leads to nobody we know
    FILES_REFUSED = "files_refused"
    FILES_LINKED = "files_linked"  # a link in the text leads to them
    NOT_SHOWN = "not_shown"
    PICTURE_NOT_SHOWN = "picture_not_shown"


@dataclass(frozen=True)
class MissingAttachment:
    """Attachment of the contact that is not shown: why, in one word, and a public address or ""."""

    why: str
    link: str = ""


@dataclass(frozen=True)
class Notice:
    """Line of its own about one text.

    `text` is what the phone shows or would have shown. `decided_by` is who pressed a button, once somebody has, and
    `is_sent_again` says which one it was. `at` is when the text's status was last reported. `has_correction`: newer
    words are there to be sent. `approval_reasons` is why it is or was held, `is_waiting` whether it still is,
    `approved_by` who approved it; `is_cancelled`: it is not sent. `version` stands for the words that a person decides
    about. `is_unwanted`: its author wants it no more. `is_stopped`: the contact asked for no more texts. `files` are
    the names of its attachments. `missing` is what is not shown. `unnamed` are its pieces, where names in it are still
    to be looked up. `name` is the contact's, empty for a nameless one.
    `policy` says who may allow what the author may not. `refusal` is why the number is not texted from here.
    `is_window_shut`: free text is not taken now. `provider` is that of our number.
    """

    topic: NoticeKind
    message_key: MessageKey | None = None
    text: str = ""
    failure: Failure | None = None
    author: UserId | None = None
    decided_by: UserId | None = None
    is_sent_again: bool = False
    at: datetime | None = None
    has_correction: bool = False
    approval_reasons: tuple[ApprovalReason, ...] = ()
    is_waiting: bool = False
    is_cancelled: bool = False
    approved_by: UserId | None = None
    files: tuple[str, ...] = ()
    missing: tuple[MissingAttachment, ...] = ()
    version: str = ""
    is_unwanted: bool = False
    is_stopped: bool = False
    unnamed: tuple[Piece, ...] = ()
    name: str = ""
    policy: Policy = field(default_factory=Policy)
    refusal: NumberRefusal | None = None
    is_window_shut: bool = False
    provider: ProviderProfile = field(default=UNKNOWN_PROVIDER, repr=False)


@dataclass(frozen=True)
class AuditNote:
    """Audit note: what a colleague did about the conversation; action and detail are those of the audit line.

    `note` is what they said to whom they handed it over; "" for nothing.
    """

    actor: UserId
    action: str
    detail: str
    note: str = ""


@dataclass(frozen=True)
class FloodNote:
    """Note that a contact writes a lot, so that their texts are shown together, or not at all: `muted_by` whom."""

    conversation_id: ConversationId
    name: str = ""
    muted_by: UserId | None = None


@dataclass(frozen=True)
class WindowNote:
    """Note to the assignee that free text to the contact is over soon. `name` is empty for a nameless one."""

    assignee: UserId
    until: datetime
    name: str = ""


@dataclass(frozen=True)
class GoalNote:
    """Note to the assignee that a contact should have an answer soon: `since` when they wait, `until` when that is."""

    assignee: UserId
    since: datetime
    until: datetime
    name: str = ""


@dataclass(frozen=True)
class MissedRow:
    """A contact who waits for longer than the goal: the thread, since when, and whether somebody has it."""

    place: ThreadRef
    since: datetime
    is_assigned: bool


@dataclass(frozen=True)
class MissedNote:
    """Note to a channel about those who wait for longer than its goal, the longest first; `count` is of all.

    `is_followed`: a newer one names them.
    """

    rows: tuple[MissedRow, ...] = ()
    count: int = 0
    is_followed: bool = False


@dataclass(frozen=True)
class SnoozeNote:
    """Note that a snooze is over, to who wanted it; the contact waits `since` when."""

    author: UserId
    since: datetime
    name: str = ""


@dataclass(frozen=True)
class FollowUpNote:
    """Note to who wanted to know that a contact has not answered until now."""

    author: UserId
    name: str = ""
