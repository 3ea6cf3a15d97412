"""Conversation: one account number with one contact, its thread, its stage, assignee and mode. Pure."""

from dataclasses import dataclass
from enum import Enum

from bot.domain.ids import ChannelId, ConversationId, MessageTs, UserId
from bot.domain.phone import E164
from bot.domain.timestamps import Micros, add_seconds

ERASED = "erased  "
"""What stands in place of the number of a contact who was erased, in front of the conversation's id.

Two spaces: no sender is named so, whatever they call themselves (sender.py).
"""


CALM_S = 600.0
"""Time after which a contact who wrote a lot does so no more."""


WANTS_PERSON = "wants a person: "
"""Beginning of a stored value's name, before a conversation's id: when an automatic flow has left it to people."""


class Stage(Enum):
    """Stage of a conversation: whose turn it is."""

    OPEN = "open"  # the contact wrote last: somebody should answer
    WAITING = "waiting"  # we wrote last
    CLOSED = "closed"  # nothing is to be done until the contact writes again


class Mode(Enum):
    """Mode of a thread: what happens to a reply in it."""

    AUTO = "auto"  # it is texted
    CONFIRM = "confirm"  # it is held until somebody approves it
    EXPLICIT = "explicit"  # only what begins with ! is texted; all else stays internal
    ALERTS = "alerts"  # nothing is texted: the thread is for reading


@dataclass(frozen=True)
class Conversation:
    """Conversation: one account number with one contact.

    `thread_ts` is None until the header is posted, and again after somebody deleted it. Replies of one `turn` share a
    line of receipts; a turn ends when that line is posted, or when the contact writes. `answers_from` is the first turn
    whose replies answer the contact's last text. `mode` is this thread's own, or None where its channel's counts.
    `former_channel` and `former_ts` are the thread before this one, where the conversation was moved. `name_asked_at`
    is when the provider was asked last for a name that we lack.

    `flood_at` is when the contact began to write a lot, and until `gathered_until` their texts are shown together.
    While it is `muted_by` somebody, texts with an id above `muted_after` are stored and not shown: so many are
    `unshown`. `free_text_until` is the window of its provider (window.py).
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
    flood_at: Micros | None = None
    gathered_until: Micros | None = None
    muted_by: UserId | None = None
    muted_after: int = 0
    unshown: int = 0
    free_text_until: Micros | None = None

    @property
    def is_erased(self) -> bool:
        """Whether its contact was erased; a later text of theirs begins another conversation."""
        return self.contact.startswith(ERASED)

    def is_flooded(self, now: Micros) -> bool:
        """Tell whether the contact writes a lot; a moment that a wrong clock has noted does not count."""
        return self.gathered_until is not None and now < self.gathered_until <= add_seconds(now, CALM_S)
