"""Thread content: the facts that are shown in a thread, before anybody chose the words. Pure.

bot/slack/render/renderer.py turns them into what people read. So a rule of the bridge can be tested without reading
English, and the English can be improved without touching a rule.
"""

from dataclasses import dataclass
from datetime import date, datetime

from bot.domain.conversation import Mode, Stage
from bot.domain.figures import Totals
from bot.domain.ids import ConversationId, MessageKey, ThreadRef, UserId
from bot.domain.imports import ImportCounts, ImportJob, ImportRow
from bot.domain.phone import E164
from bot.domain.pieces import Piece
from bot.domain.thread_notes import (
    AuditNote,
    FloodNote,
    FollowUpNote,
    GoalNote,
    MissedNote,
    Notice,
    SnoozeNote,
    WindowNote,
)
from bot.domain.waves import WavePlan


@dataclass(frozen=True)
class LastText:
    """Last text of the contact: the words (maybe none) and the addresses of pictures."""

    text: str
    media: tuple[str, ...] = ()


@dataclass(frozen=True)
class WindowFacts:
    """Window of a contact: `until` when free text is taken; None while it is not."""

    until: datetime | None


@dataclass(frozen=True)
class Header:
    """Header: the message that a thread hangs under. `name` is empty for a nameless contact.

    `last` is the contact's last text, None where there is none. `has_lines`: contacts know us by several numbers.
    `is_first`: it heads the first thread of all, which says how replies are written. `former` is the thread before this
    one. `goes_on` is the thread that came after it: then nothing is done here. `unshown` counts what the contact wrote
    since it is `muted_by` somebody. `window` says whether free text is taken, where there is such a rule.
    `wants_person`: a flow handed the contact over, and nobody has answered since. `is_own`: it stands in a channel of
    the conversation's own. `is_over`: what is written in a thread that was left is not texted. `snoozed_until` is when
    it comes back to who put it off, `follow_up_at` when somebody is reminded should the contact not have answered.
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
    muted_by: UserId | None = None
    unshown: int = 0
    window: WindowFacts | None = None
    wants_person: bool = False
    snoozed_until: datetime | None = None
    follow_up_at: datetime | None = None
    is_own: bool = False
    is_over: bool = False
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class InboundText:
    """Text of the contact: the words (maybe none) and the addresses of pictures.

    `late_at` is when it was written, where that is worth saying because it reached us long after. `to_follow` are the
    addresses of pictures that are shown in posts of their own behind this one.
    """

    text: str
    media: tuple[str, ...] = ()
    late_at: datetime | None = None
    to_follow: tuple[str, ...] = ()


@dataclass(frozen=True)
class Speaker:
    """Contact as the author of a post that is theirs and not ours. `name` is empty for a nameless one."""

    contact: E164
    name: str = ""


@dataclass(frozen=True)
class InboundTexts:
    """Texts of the contact in the carrier's order, shown in one post. `may_be_duplicate`: they may be here twice."""

    texts: tuple[InboundText, ...]
    may_be_duplicate: bool = False
    speaker: Speaker | None = None


@dataclass(frozen=True)
class OutboundText:
    """Text to the contact that was not written in the thread: by command, or (no author) outside Slack.

    `files` are the names of its attachments. `is_waiting`: it is held for approval; `is_cancelled`: it is not sent.
    `unnamed` are its pieces, where names in it are still to be looked up. `is_template`: it is one that the provider
    has approved. `is_by_workflow`: a workflow sent it in the name of the author, who did not write it.
    """

    text: str
    author: UserId | None
    media: tuple[str, ...] = ()
    may_be_duplicate: bool = False
    files: tuple[str, ...] = ()
    is_waiting: bool = False
    is_cancelled: bool = False
    unnamed: tuple[Piece, ...] = ()
    is_template: bool = False
    is_automatic: bool = False
    is_by_workflow: bool = False


@dataclass(frozen=True)
class ReceiptSummary:
    """Line of receipts: how far the replies of a turn are. `last_at` is the carrier's newest report, if any.

    `read` are those that were read as well, and are not among the `delivered`.

    `waiting` have not left; `undo_key` is the newest of them that can be undone, `held` says what keeps them from
    leaving, in whole sentences, or "". `drafts` are held for approval, `unknown` have an unknown outcome. All 0:
    everything was withdrawn, by its author or, if not `is_taken_back`, because its author may not text; or, if
    `is_below`, a person had it sent later, and another line speaks of it.
    """

    delivered: int
    sent: int
    failed: int
    last_at: datetime | None
    read: int = 0
    waiting: int = 0
    drafts: int = 0
    unknown: int = 0
    held: str = ""
    undo_key: MessageKey | None = None
    is_taken_back: bool = True
    is_below: bool = False


@dataclass(frozen=True)
class ChannelTopic:
    """What the topic of a channel of a conversation's own says. `name` is empty for a nameless contact."""

    account: E164
    contact: E164
    name: str = ""


@dataclass(frozen=True)
class GoesOn:
    """Note that a conversation was moved: `place` is where it goes on, `actor` who moved it, where that is known.

    `is_over`: what is written here is not texted. `is_refused`: that was tried.
    """

    place: ThreadRef
    actor: UserId | None = None
    is_over: bool = False
    is_refused: bool = False


@dataclass(frozen=True)
class ScheduledLine:
    """Line of a scheduled text: who asked for it, and when it is due."""

    text: str
    author: UserId
    at: datetime


@dataclass(frozen=True)
class WavePost:
    """Card of a wave. `total` and what follows is the provider's count, None until it told any.

    `looked_at` is when the provider was asked last. Without `is_certain` nobody knows whether the provider has it.
    `read` is None where the provider does not say who has read it.
    """

    wave_id: str
    plan: WavePlan
    author: UserId | None
    total: int | None = None
    delivered: int = 0
    failed: int = 0
    looked_at: datetime | None = None
    is_certain: bool = True
    read: int | None = None


@dataclass(frozen=True)
class ImportPost:
    """Card of an import: how many rows are how far, and the first of those that are good, and of those refused."""

    job: ImportJob
    counts: ImportCounts
    good: tuple[ImportRow, ...] = ()
    bad: tuple[ImportRow, ...] = ()


@dataclass(frozen=True)
class WeekFigures:
    """Weekly summary: the figures of the week before a day, and of the one before that; its days are of `zone`."""

    day: date
    zone: str
    week: Totals
    before: Totals


@dataclass(frozen=True)
class ErasedContact:
    """What the header of a thread says once its contact was erased; None while it is not known what is left there.

    `by_people` is how many messages people wrote there, `not_removed` how many posts of ours Slack let nobody change.
    """

    by_people: int | None = None
    not_removed: int = 0


Content = (
    ErasedContact
    | AuditNote
    | FloodNote
    | WindowNote
    | GoalNote
    | MissedNote
    | SnoozeNote
    | FollowUpNote
    | GoesOn
    | ScheduledLine
    | WavePost
    | ImportPost
    | WeekFigures
    | Header
    | InboundTexts
    | OutboundText
    | ReceiptSummary
    | Notice
)
