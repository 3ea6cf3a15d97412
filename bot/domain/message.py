"""What crosses the bridge: texts in both directions, and what carriers report about them.

Frozen values, made by the wire modules. Nothing here is a dict: shapes of the outside stop at the doors.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from hashlib import sha256

from bot.domain.delivery import DeliveryStatus
from bot.domain.ids import ChannelId, ConversationId, MessageKey, MessageTs, UserId
from bot.domain.phone import E164


@dataclass(frozen=True)
class Inbound:
    """One text from a phone.

    `event_id` is the envelope's own id; `content_id` stands for the text itself, so that a redelivery under a new
    envelope id is known again, while two equal texts are not mistaken for one. `at` is the carrier's time, aware UTC.
    `provider_id` is known only of a text that was read in the provider's record.
    """

    event_id: str
    content_id: str
    account: E164
    contact: E164
    text: str
    media: tuple[str, ...]
    at: datetime
    legacy_id: str = ""
    provider_id: str = ""


@dataclass(frozen=True)
class Failure:
    """Why a text did not arrive, in words an agent understands.

    `code` is the provider's ("702"), or empty. `may_send_again` says whether trying later can help; `is_opt_out` that
    the contact wants no texts.
    """

    code: str
    user_message: str
    allows_manual_retry: bool
    is_opt_out: bool = False


@dataclass(frozen=True)
class Receipt:
    """One report of the carrier about one outbound text.

    `key` is our own message key where the provider carried it back, else None. `text` serves only to show a text that
    somebody sent from the provider's own page; it never identifies a message.
    """

    event_id: str
    status: DeliveryStatus
    account: E164
    contact: E164
    at: datetime
    key: MessageKey | None = None
    provider_id: str = ""
    legacy_id: str = ""
    text: str = ""
    media: tuple[str, ...] = ()
    failure: Failure | None = None


class Direction(Enum):
    """Phone to Slack, or Slack to phone."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"


@dataclass(frozen=True)
class SlackFile:
    """A file that came with a reply. `type` is its media type as Slack says; `size` in bytes; `url` wants the token."""

    id: str
    name: str
    type: str
    size: int
    url: str


class ApprovalReason(Enum):
    """Why a reply waits for a person's word before it is texted."""

    CONFIRM = "confirm"  # its thread is in mode confirm
    MENTION = "mention"  # a line of it begins with a mention, so it may be for a colleague
    OPTED_OUT = "opted_out"
    BLOCKED = "blocked"
    SHORT_LINK = "short_link"
    STRUCK = "struck"  # some of its words were struck out
    LONG = "long"
    NIGHT = "night"
    REPEATED = "repeated"
    OVERTAKES = "overtakes"  # an earlier one still waits for a person's word
    RESTORED = "restored"  # it was written while the books that were put back knew nothing of it


def asks_now(asks: Iterable[ApprovalReason], *, is_stopped: bool) -> tuple[ApprovalReason, ...]:
    """Say why a text waits; whether the contact wants texts at all may have changed since it was asked about."""
    others = tuple(ask for ask in asks if ask is not ApprovalReason.OPTED_OUT)
    return (ApprovalReason.OPTED_OUT, *others) if is_stopped else others


@dataclass(frozen=True)
class Message:
    """One stored text.

    `channel` and `ts` are the message in Slack that shows it, once there is one; several parts of a long reply share
    it. `status` is None for an inbound text. `again_key` is the text that was sent in place of this one. `round` is the
    conversation's when the text was taken in. `asks` is why it waits for a person, `approved_by` who said to send it.
    `wakes` is true of the first text after a long silence. `edited_at` is Slack's time of the newest edit taken in.
    `changed_late`: its author changed or deleted it when it could not be taken back any more; `pieces` are then the
    words meant now, or none. Moments are microseconds.
    """

    id: int
    key: MessageKey
    conversation_id: ConversationId
    direction: Direction
    turn: int
    body: str
    media: tuple[str, ...]
    sort_key: int
    status: DeliveryStatus | None = None
    pieces: "tuple[Piece, ...]" = ()
    channel: ChannelId | None = None
    ts: MessageTs | None = None
    part: int = 1
    author: UserId | None = None
    provider_id: str = ""
    legacy_id: str = ""
    failure: Failure | None = None
    replaced_by: MessageKey | None = None
    decided_by: UserId | None = None
    has_files: bool = False
    created_at: int = 0
    last_attempt_at: int | None = None
    status_at: int | None = None
    files: tuple[SlackFile, ...] = ()
    approval_reasons: tuple[ApprovalReason, ...] = ()
    approved_by: UserId | None = None
    broadcast: bool = False
    edited_at: int | None = None
    changed_late: bool = False

    @property
    def version(self) -> str:
        """A short digest of the words and files: a person's word for a reply counts for one version of it."""
        told = repr((self.pieces, tuple(file.id for file in self.files)))
        return sha256(told.encode()).hexdigest()[:12]

    @property
    def is_unwanted(self) -> bool:
        """Whether its author wants it no more: they deleted it, or made it a note, too late to take it back."""
        return self.changed_late and not self.pieces


class RefKind(Enum):
    """What a name in a Slack message refers to."""

    USER = "user"
    CHANNEL = "channel"
    GROUP = "group"
    TEAM = "team"


BROADCASTS = frozenset({"here", "channel", "everyone", "group"})
"""Whom a message in Slack can call by one word, written "@here"."""


@dataclass(frozen=True)
class Ref:
    """A mention whose name has to be asked for: `id` is Slack's. `label` is what Slack already told us, or ""."""

    kind: RefKind
    id: str
    label: str = ""


Piece = str | Ref
"""Plain text, or a name still to be filled in. A message is a tuple of pieces."""


_SIGNS = {RefKind.USER: "@", RefKind.CHANNEL: "#", RefKind.GROUP: "@", RefKind.TEAM: ""}
_NAMELESS = {RefKind.USER: "someone", RefKind.CHANNEL: "channel", RefKind.GROUP: "group", RefKind.TEAM: "the team"}


def written_out(pieces: Iterable[Piece], names: Mapping[Ref, str]) -> str:
    """Fill in the names ("@Name", "#name"); an unknown name becomes a word, never an id."""
    return "".join(piece if isinstance(piece, str) else _named(piece, names) for piece in pieces)


def _named(ref: Ref, names: Mapping[Ref, str]) -> str:
    known = (name.strip().lstrip("@#").strip() for name in (names.get(ref, ""), ref.label))
    return _SIGNS[ref.kind] + next(filter(None, known), _NAMELESS[ref.kind])


def written_pieces(pieces: tuple[Piece, ...]) -> list[str | list[str]]:
    """Write pieces as plain values that JSON can hold: a text as it is, a name as [kind, id, label]."""
    return [piece if isinstance(piece, str) else [piece.kind.value, piece.id, piece.label] for piece in pieces]


def read_pieces(written: Iterable[str | list[str]]) -> tuple[Piece, ...]:
    """Read what written_pieces wrote."""
    return tuple(piece if isinstance(piece, str) else Ref(RefKind(piece[0]), piece[1], piece[2]) for piece in written)


@dataclass(frozen=True)
class Reply:
    """What a person wrote under a thread's header.

    `pieces` is phone text but for the names. `has_files` is true where pictures or files came along, `files` are those
    that Slack named. `is_note`: it stays among colleagues. `is_under_ours`: Slack says that we wrote the header.
    `is_outside`: its author is of another company, in a channel that is shared with it.
    """

    event_id: str
    channel: ChannelId
    thread_ts: MessageTs
    ts: MessageTs
    author: UserId
    pieces: tuple[Piece, ...]
    client_msg_id: str = ""
    has_files: bool = False
    is_note: bool = False
    files: tuple[SlackFile, ...] = ()
    is_under_ours: bool = False
    is_outside: bool = False


@dataclass(frozen=True)
class Edit:
    """A person changed a message that may already have been texted.

    `is_note`: it stays among colleagues now. `is_under_ours`: Slack says that we wrote the header above it.
    `is_outside`: its author is of another company.
    """

    event_id: str
    channel: ChannelId
    ts: MessageTs
    edited_ts: MessageTs
    pieces: tuple[Piece, ...]
    author: UserId
    thread_ts: MessageTs | None = None
    is_note: bool = False
    files: tuple[SlackFile, ...] = ()
    is_under_ours: bool = False
    is_outside: bool = False


@dataclass(frozen=True)
class Deletion:
    """A person deleted a message, or Slack left a tombstone where a header was."""

    event_id: str
    channel: ChannelId
    ts: MessageTs


@dataclass(frozen=True)
class Echo:
    """Slack's echo of a post of ours: proof that it arrived, with the keys from its metadata."""

    channel: ChannelId
    ts: MessageTs
    keys: tuple[str, ...]


@dataclass(frozen=True)
class UndoReaction:
    """A person asked for a message back by a reaction on it. `at` tells one reaction of theirs from the next."""

    event_id: str
    channel: ChannelId
    ts: MessageTs
    author: UserId
    at: str


@dataclass(frozen=True)
class Renaming:
    """Slack knows a channel by a new id, as after it was shared with another company."""

    event_id: str
    old: ChannelId
    new: ChannelId


SlackEvent = Reply | Edit | Deletion | Echo | UndoReaction | Renaming
