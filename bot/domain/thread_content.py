"""What the bot has to say in a thread, before anybody chose the words.

Facts only: bot/slack/render/renderer.py turns them into what people read. So a rule of the bridge can be tested without
reading English, and the English can be improved without touching a rule.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from bot.domain.approval import ApprovalReason
from bot.domain.conversation import Mode, Stage
from bot.domain.ids import ChannelId, ConversationId, MessageKey, MessageTs, UserId
from bot.domain.message import Failure
from bot.domain.phone import E164
from bot.domain.pieces import Piece
from bot.domain.waves import WavePlan


@dataclass(frozen=True)
class ThreadRef:
    """Where something is said; without a thread it opens one."""

    channel: ChannelId
    thread_ts: MessageTs | None = None


@dataclass(frozen=True)
class LastText:
    """What a contact wrote last: the words (maybe none) and the addresses of pictures."""

    text: str
    media: tuple[str, ...] = ()


@dataclass(frozen=True)
class Header:
    """The message that a thread hangs under. `name` is empty for a contact nobody has named.

    `last` is what the contact wrote last, None where they wrote nothing yet. `has_lines`: contacts know us by several
    numbers. `is_first`: it heads the first thread of all, which says how replies are written.
    `former` is the thread before this one. `goes_on` is the thread that came after it: then nothing is done here.
    """

    account: E164
    contact: E164
    name: str = ""
    conversation_id: ConversationId | None = None
    stage: Stage = Stage.OPEN
    assignee: UserId | None = None
    mode: Mode = Mode.AUTO
    is_opted_out: bool = False
    is_blocked: bool = False
    last: LastText | None = None
    has_lines: bool = False
    is_first: bool = False
    former: ThreadRef | None = None
    goes_on: ThreadRef | None = None


@dataclass(frozen=True)
class InboundText:
    """One text of the contact: the words (maybe none) and the addresses of pictures.

    `late_at` is when it was written, where that is worth saying because it reached us long after. `to_follow` are the
    addresses of pictures that are shown in posts of their own behind this one.
    """

    text: str
    media: tuple[str, ...] = ()
    late_at: datetime | None = None
    to_follow: tuple[str, ...] = ()


@dataclass(frozen=True)
class Speaker:
    """The contact, where a post is theirs and not ours. `name` is empty for one whom nobody has named."""

    contact: E164
    name: str = ""


@dataclass(frozen=True)
class InboundTexts:
    """Texts of the contact in the carrier's order, shown in one post. `is_doubtful`: they may be here twice."""

    texts: tuple[InboundText, ...]
    may_be_duplicate: bool = False
    speaker: Speaker | None = None


@dataclass(frozen=True)
class OutboundText:
    """A text to the contact that was not written in the thread: by command, or (no author) outside Slack.

    `files` are the names of what went along. `is_waiting`: a person is being asked first; `is_cancelled`: it is not
    sent. `unnamed` is what the text is made of, where names in it are still to be looked up.
    """

    text: str
    author: UserId | None
    media: tuple[str, ...] = ()
    may_be_duplicate: bool = False
    files: tuple[str, ...] = ()
    is_waiting: bool = False
    is_cancelled: bool = False
    unnamed: tuple[Piece, ...] = ()


@dataclass(frozen=True)
class ReceiptSummary:
    """How far the replies since the contact last wrote are. `last_at` is the carrier's newest report, if there is one.

    `waiting` have not left; `undo_key` is the newest of them that can be taken back, `held` says what keeps them from
    leaving, in whole sentences, or "". `drafts` wait for a person's word, of `unknown` nobody knows yet. All 0:
    everything was taken back.
    """

    delivered: int
    sent: int
    failed: int
    last_at: datetime | None
    waiting: int = 0
    drafts: int = 0
    unknown: int = 0
    held: str = ""
    undo_key: MessageKey | None = None


class NoticeKind(Enum):
    """What a line of its own in a thread is about."""

    FAILED = "failed"
    CHECKING = "checking"
    FOUND_SENT = "found_sent"
    FOUND_NOT_SENT = "found_not_sent"
    UNDECIDED = "undecided"
    EDITED_LATE = "edited_late"
    DELETED_LATE = "deleted_late"
    NOTHING_TO_SEND = "nothing_to_send"
    KEPT_INSIDE = "kept_inside"
    OUTSIDE = "outside"  # written by somebody of another company
    OPTED_OUT = "opted_out"
    OPTED_IN = "opted_in"
    MAY_OPT_OUT = "may_opt_out"  # words that may ask for no more texts
    ASK = "ask"
    READ_ONLY = "read_only"
    NO_NUMBER = "no_number"
    TAKEN_BACK = "taken_back"
    TOO_LATE = "too_late"
    IN_TIME = "in_time"  # what was taken for too late
    NOT_PLACED = "not_placed"  # under a header that leads to nobody we know
    FILES_REFUSED = "files_refused"
    NOT_SHOWN = "not_shown"
    PICTURE_NOT_SHOWN = "picture_not_shown"


@dataclass(frozen=True)
class MissingAttachment:
    """A picture or file of the contact that is not shown: why, in one word, and a public address or ""."""

    why: str
    link: str = ""


@dataclass(frozen=True)
class Notice:
    """A line of its own about one text.

    `text` is what the phone shows or would have shown. `settled_by` is who pressed a button, once somebody has, and
    `is_sent_again` says which one it was. `at` is when the text's status was last reported. `has_correction`: newer
    words are there to be sent. `asks` is why a person should look at it first, `is_waiting` whether it still waits for
    that, `approved_by` who let it go; `is_cancelled`: it is not sent. `version` stands for the words that a person
    decides about. `is_unwanted`: its author wants it no more. `is_stopped`: the contact asked for no more texts.
    `files` are the names of what goes along with it. `missing` is what is not shown. `unnamed` is what the
    text is made of, where names in it are still to be looked up. `name` is the contact's, empty for one whom nobody has
    named.
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


@dataclass(frozen=True)
class AuditNote:
    """What a colleague did about the conversation: the action of the audit trail, and what it was done to."""

    actor: UserId
    action: str
    detail: str


@dataclass(frozen=True)
class GoesOn:
    """A conversation was moved: `place` is where it goes on, `actor` who did it, where that is known."""

    place: ThreadRef
    actor: UserId | None = None


@dataclass(frozen=True)
class ScheduledLine:
    """A text that goes out later: who asked for it, and when it is due."""

    text: str
    author: UserId
    at: datetime


@dataclass(frozen=True)
class WavePost:
    """A wave as the team sees it. `total` and what follows is the provider's count, None until it told any.

    `looked_at` is when the provider was asked last. Without `is_certain` nobody knows whether the provider has it.
    """

    wave_id: str
    plan: WavePlan
    author: UserId | None
    total: int | None = None
    delivered: int = 0
    failed: int = 0
    looked_at: datetime | None = None
    is_certain: bool = True


Content = AuditNote | GoesOn | ScheduledLine | WavePost | Header | InboundTexts | OutboundText | ReceiptSummary | Notice
