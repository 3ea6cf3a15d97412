"""Outbox entries: calls to make to the outside, and the lanes that keep them in order.

An entry is stored together with what caused it. It goes pending → in_flight → done | dead | unknown; `in_flight` is
committed before the call leaves, so that after a crash nobody takes "perhaps" for "no".
A lane holds the entries of one conversation in one direction: strictly in order of sort_key, at most one in flight.
"""

from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from bot.domain.ids import ConversationId, EntryId, PostKey
from bot.domain.subjects import Line, Subject
from bot.domain.timestamps import Micros


class EntryKind(Enum):
    """What is owed."""

    OPEN_THREAD = "open_thread"  # post the header
    POST_TEXT = "post_text"  # show a text of the contact
    POST_SENT = "post_sent"  # show a text to the contact that was not written in the thread
    PREPARE = "prepare"  # turn a reply into phone text: names looked up, split into parts
    SEND = "send"  # hand one text to the provider
    REACTION = "mark"  # show the status of a reply as a reaction
    LINE = "line"  # a line of our own in the thread: posted once, edited from then on
    FETCH = "fetch"  # get the pictures of a text of the contact from where they lie
    UPLOAD = "upload"  # show one picture of the contact
    MOVE = "move"  # let a conversation go on in another channel; nothing is called for it


class Lane(Enum):
    """Which lane of a conversation."""

    IN = "in"
    OUT = "out"
    HEADER = "header"  # the header kept current; it must not hold up a line that asks or warns
    ABOUT = "about"  # lines of our own: they yield to the texts themselves
    REACTION = "mark"  # reactions, which must not hold up a line that says more
    FETCH = "fetch"  # pictures from elsewhere: whatever Slack does meanwhile


class EntryState(Enum):
    """How far an effect is."""

    PENDING = "pending"
    IN_FLIGHT = "in_flight"
    DONE = "done"
    DEAD = "dead"
    UNKNOWN = "unknown"


REPEATABLE = frozenset({EntryKind.PREPARE, EntryKind.REACTION, EntryKind.FETCH})
"""Kinds that may be done twice without anybody noticing, so an unknown outcome is simply tried again."""


@dataclass(frozen=True)
class OutboxEntry:
    """One call owed.

    `subject` is what a LINE or a REACTION is about, which attachment an UPLOAD shows, and where a MOVE leads.
    `is_unmergeable`: it was refused together with others, and must not share a post again. `may_be_duplicate`: the post
    may stand in its thread already.
    """

    id: EntryId
    key: PostKey
    lane: str
    kind: EntryKind
    limit_key: str
    conversation_id: ConversationId
    message_id: int | None
    subject: Subject | None
    state: EntryState
    attempts: int
    last_attempt_at: Micros | None
    created_at: Micros
    sort_key: int = 0
    error: str = ""
    is_unmergeable: bool = False
    may_be_duplicate: bool = False

    @property
    def line(self) -> Line:
        """What a LINE is about."""
        assert isinstance(self.subject, Line)
        return self.subject

    @property
    def begun_at(self) -> Micros:
        """Before this moment it was certainly not made, however the clock was set since."""
        return min(self.created_at, self.last_attempt_at or self.created_at)


def lane_of(conversation_id: ConversationId, way: Lane) -> str:
    """Name a lane."""
    return f"{way.value}:{conversation_id}"


def post_limit(channel: str) -> str:
    """Name the pace that posts into a channel keep."""
    return f"post:{channel}"


def held_queue_of(channel: str, pace: str = "") -> str:
    """Name the queue in which calls to a channel in trouble wait: all of them, or those of one pace."""
    return f"{HELD}{channel}:{pace}" if pace else f"{HELD}{channel}"


FIRST = 0
"""Rank of a header: before everything else of its lane."""

HELD = "@"
"""What the name of such a queue begins with."""

EDIT_LIMIT = "edit"
REACTION_LIMIT = "react"
SEND_LIMIT = "send"
PREPARE_LIMIT = "prepare"
FETCH_LIMIT = "fetch"
UPLOAD_LIMIT = "upload"
MOVE_LIMIT = "move"


@dataclass(frozen=True)
class NewEntry:
    """A call to put on the books. No `rank` or `due_at` means now; `key` is given where it is the message's own."""

    conversation_id: ConversationId
    lane: Lane
    kind: EntryKind
    limit_key: str
    message_id: int | None = None
    subject: Subject | None = None
    sort_key: int | None = None
    due_at: Micros | None = None
    key: PostKey | None = None


class LaneOrder(Enum):
    """Whose turn it is among the lanes of a queue."""

    OLDEST = "oldest"  # due for longest
    NEWEST = "newest"  # something was owed in it last
    AWAITED = "awaited"  # a person waits for it


class LaneQueue(NamedTuple):
    """Lanes that keep one pace, or wait for one channel: since when the first may go, and until when without bursts."""

    key: str
    due_at: Micros
    calm_until: Micros


@dataclass(frozen=True)
class RateLimitHold:
    """A pace: not before this moment, and no bursts until that one."""

    key: str
    not_before: Micros
    calm_until: Micros


@dataclass(frozen=True)
class QueueDepth:
    """Open effects of one kind in one state, and since when the oldest has been owed."""

    kind: str
    state: str
    count: int
    oldest_at: Micros


@dataclass(frozen=True)
class QueueDepths:
    """Everything owed. `lanes` is how many conversations' directions wait to go on, `channels_held` those that fail."""

    entries: tuple[QueueDepth, ...]
    lanes: int
    channels_held: int = 0
