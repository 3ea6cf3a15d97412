"""Outbox entries: calls to be made, and the lanes that keep them in order. Pure.

An entry is stored together with what caused it. Its states are pending → in flight → done | dead | unknown; "in flight"
is committed before the call leaves, so that after a crash nobody takes "perhaps" for "no". A lane holds the entries of
one conversation in one direction: strictly in order, at most one call in flight.
"""

from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from bot.domain.ids import ConversationId, EntryId, PostKey
from bot.domain.subjects import Line, Subject
from bot.domain.timestamps import Micros


class EntryKind(Enum):
    """Kind of an outbox entry: the call to be made."""

    OPEN_THREAD = "open_thread"  # post the header
    POST_TEXT = "post_text"  # show a text of the contact
    POST_SENT = "post_sent"  # show a text to the contact that was not written in the thread
    PREPARE = "prepare"  # turn a reply into phone text: names looked up, split into parts
    SEND = "send"  # send one text through the provider
    REACTION = "mark"  # show the status of a reply as a reaction
    TAPBACK = "tapback"  # show a reaction of the contact on the text that it quotes
    LINE = "line"  # a line of our own in the thread: posted once, edited from then on
    FETCH = "fetch"  # fetch the attachments of a text of the contact
    UPLOAD = "upload"  # show one attachment of the contact
    ERASE = "erase"  # remove what a thread shows about a contact who is erased
    WINDOW = "window"  # look at the window of a conversation that is about to shut; no call is made for it
    MAKE_CHANNEL = "make_channel"  # make a channel of a conversation's own, and let people in
    UNARCHIVE = "unarchive"  # unarchive such a channel, as there is something to show
    MOVE = "move"  # move a conversation to another channel; no call is made for it


class Lane(Enum):
    """Lane of a conversation, the ordering key of its entries."""

    IN = "in"
    OUT = "out"
    HEADER = "header"  # edits of the header, which must not hold up a line that asks or warns
    ABOUT = "about"  # lines of our own, behind the texts themselves
    REACTION = "mark"  # reactions, which must not hold up a line that says more
    FETCH = "fetch"  # attachments from elsewhere, whatever Slack does meanwhile
    CHANNEL = "channel"  # the channel of its own that is being made, while all else goes on in the thread
    WINDOW = "window"  # looks at its window, which wait for hours and hold up nothing


class EntryState(Enum):
    """State of an outbox entry."""

    PENDING = "pending"
    IN_FLIGHT = "in_flight"
    DONE = "done"
    DEAD = "dead"
    UNKNOWN = "unknown"


REPEATABLE = frozenset(
    {
        EntryKind.PREPARE,
        EntryKind.REACTION,
        EntryKind.TAPBACK,
        EntryKind.FETCH,
        EntryKind.ERASE,
        EntryKind.MAKE_CHANNEL,  # its name tells whether it was made before
        EntryKind.UNARCHIVE,
    }
)
"""Kinds that may be done twice without anybody noticing, so an unknown outcome is simply retried."""


@dataclass(frozen=True)
class OutboxEntry:
    """Outbox entry: one call to be made.

    `subject` is what a LINE or a REACTION is about, which attachment an UPLOAD shows, and where a MOVE leads.
    `is_unmergeable`: it was refused together with others, and must not share a post again. `may_be_duplicate`: the post
    may stand in its thread already. `absent_since`: from when on every look for it found that it is not there.
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
    absent_since: Micros | None = None

    @property
    def line(self) -> Line:
        """The subject of a LINE."""
        assert isinstance(self.subject, Line)
        return self.subject

    @property
    def begun_at(self) -> Micros:
        """The moment before which the call was certainly not made, however the clock was set since."""
        return min(self.created_at, self.last_attempt_at or self.created_at)


def lane_of(conversation_id: ConversationId, lane: Lane) -> str:
    """Name a lane."""
    return f"{lane.value}:{conversation_id}"


def post_limit(channel: str) -> str:
    """Name the rate limit of posts into a channel."""
    return f"post:{channel}"


def send_limit(provider: str, connection: int) -> str:
    """Name the rate limit of texts by one connection: a provider counts those of all its numbers together."""
    return f"{SEND_LIMIT}:{provider}:{connection}"


def provider_of_limit(limit_key: str) -> str:
    """Return the code of the provider of a rate limit of texts; "" where that is not known."""
    return limit_key.partition(":")[2].partition(":")[0]


def is_send_limit(limit_key: str) -> bool:
    """Tell whether a rate limit is one of texts to phones."""
    return limit_key == SEND_LIMIT or limit_key.startswith(f"{SEND_LIMIT}:")


def held_queue_of(channel: str, limit_key: str = "") -> str:
    """Name the queue of a held channel: of all its entries, or of those of one rate limit."""
    return f"{HELD}{channel}:{limit_key}" if limit_key else f"{HELD}{channel}"


FIRST = 0
"""Order of a header: before everything else of its lane."""

HELD = "@"
"""Prefix of the name of such a queue."""

EDIT_LIMIT = "edit"
REACTION_LIMIT = "react"
SEND_LIMIT = "send"
"""Limit of texts to phones from numbers that are connected no more; behind it stands the connection of the others."""

PREPARE_LIMIT = "prepare"
FETCH_LIMIT = "fetch"
UPLOAD_LIMIT = "upload"
MOVE_LIMIT = "move"
CHANNEL_LIMIT = "channel"
WINDOW_LIMIT = "window"
ERASE_LIMIT = "erase"


@dataclass(frozen=True)
class NewEntry:
    """New outbox entry. No `sort_key` or `due_at` means now; `key` is given where it is the message's own."""

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
    """Order in which lanes of a queue take turns."""

    OLDEST = "oldest"  # due for longest
    NEWEST = "newest"  # something was enqueued in it last
    AWAITED = "awaited"  # a person waits for it


class Tokens(NamedTuple):
    """Tokens of a rate limit: how many were left, and when that was."""

    left: float
    at: Micros


class LaneQueue(NamedTuple):
    """Queue of lanes of one rate limit or held channel: since when the first is due, until when no bursts.

    `tokens` is None where none was ever taken.
    """

    key: str
    due_at: Micros
    no_burst_until: Micros
    tokens: Tokens | None


@dataclass(frozen=True)
class RateLimitHold:
    """Hold of a rate limit: no call before one moment, and no bursts until another."""

    key: str
    not_before: Micros
    no_burst_until: Micros


@dataclass(frozen=True)
class QueueDepth:
    """Depth of the queue of open entries of one kind in one state, and since when the oldest is open."""

    kind: str
    state: str
    count: int
    oldest_at: Micros


@dataclass(frozen=True)
class QueueDepths:
    """Depths of all queues. `lanes` is how many lanes wait to go on, `channels_held` how many channels are held."""

    entries: tuple[QueueDepth, ...]
    lanes: int
    channels_held: int = 0
