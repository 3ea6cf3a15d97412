"""A conversation: one account number with one contact, the thread that shows it, and who looks after it."""

from dataclasses import dataclass
from enum import Enum

from bot.domain.ids import ChannelId, ConversationId, MessageTs, UserId
from bot.domain.phone import E164
from bot.domain.timestamps import Micros


class Stage(Enum):
    """Whose turn it is."""

    OPEN = "open"  # the contact wrote last: somebody should answer
    WAITING = "waiting"  # we wrote last
    CLOSED = "closed"  # nothing is to be done until the contact writes again


class Mode(Enum):
    """What becomes of a reply in a thread."""

    AUTO = "auto"  # it is texted
    CONFIRM = "confirm"  # it is texted once somebody has pressed a button under it
    EXPLICIT = "explicit"  # only what begins with ! is texted; all else stays inside
    ALERTS = "alerts"  # nothing is texted: the thread is for reading


@dataclass(frozen=True)
class Conversation:
    """One account number with one contact.

    `thread_ts` is None until the header is posted, and again after somebody deleted it. Replies of one `round` share a
    line of receipts; a round ends when that line is posted, or when the contact writes. `answers_from` is the first
    round whose replies answer what the contact wrote last. `mode` is this thread's own, or None where it is its
    channel's. `heard_at` and `answered_at` are when the contact and we last wrote. `former_channel` and `former_ts` are
    the thread before this one, where the conversation was moved from another channel. `name_asked_at`
    is when the provider was asked last for a name that we lack.
    """

    id: ConversationId
    account: E164
    contact: E164
    name: str
    channel: ChannelId
    thread_ts: MessageTs | None
    turn: int
    stage: Stage = Stage.OPEN
    assignee: UserId | None = None
    mode: Mode | None = None
    is_opted_out: bool = False
    is_blocked: bool = False
    last_inbound_at: Micros | None = None
    last_outbound_at: Micros | None = None
    former_channel: ChannelId | None = None
    former_ts: MessageTs | None = None
    answers_from: int = 0
    name_asked_at: Micros | None = None
