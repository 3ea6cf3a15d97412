"""Thread events: what people do in Slack that concerns a text, and Slack's echo of our own posts. Pure."""

from dataclasses import dataclass

from bot.domain.ids import ChannelId, MessageTs, UserId
from bot.domain.pieces import Piece
from bot.domain.timestamps import Micros


@dataclass(frozen=True)
class SlackFile:
    """A file that came with a reply. `type` is its media type as Slack says; `size` in bytes; `url` wants the token.

    `by_link`: no phone shows it in a text, so a link in the text leads to it.
    """

    id: str
    name: str
    type: str
    size: int
    url: str
    by_link: bool = False


@dataclass(frozen=True)
class Reply:
    """A reply: what a person wrote under the header of a thread, or in a channel of a conversation's own.

    `thread_ts` is None for what stands in the channel itself.
    `has_files` is true where pictures or files came along, `files` are those that Slack named. `is_note`: it is not
    texted. `is_under_ours`: Slack says that we wrote the header, `is_under_others`: that somebody else did.
    `outside_team` is the team of an author of another company, in a channel that is shared with it; "" for everybody
    else.
    """

    event_id: str
    channel: ChannelId
    thread_ts: MessageTs | None
    ts: MessageTs
    author: UserId
    pieces: tuple[Piece, ...]
    client_msg_id: str = ""
    has_files: bool = False
    is_note: bool = False
    files: tuple[SlackFile, ...] = ()
    is_under_ours: bool = False
    is_under_others: bool = False
    outside_team: str = ""


@dataclass(frozen=True)
class Edit:
    """An edit: a person changed a message that may already have been texted.

    `is_note`: it is not to be texted now. `is_under_ours`: Slack says that we wrote the header above it,
    `is_under_others`: that somebody else did.
    `outside_team` is that of an author of another company.
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
    is_under_others: bool = False
    outside_team: str = ""


@dataclass(frozen=True)
class Deletion:
    """A deletion: a person deleted a message, or Slack left a tombstone where a header was."""

    event_id: str
    channel: ChannelId
    ts: MessageTs


@dataclass(frozen=True)
class Echo:
    """An echo: Slack's event of a post of ours, which proves that it arrived, with the keys from its metadata."""

    channel: ChannelId
    ts: MessageTs
    keys: tuple[str, ...]


@dataclass(frozen=True)
class UndoReaction:
    """A reaction by which a person asks for a message back. `at` tells one such reaction from the next."""

    event_id: str
    channel: ChannelId
    ts: MessageTs
    author: UserId
    at: str


@dataclass(frozen=True)
class AgentReaction:
    """A reaction that phones know, by a person on a message in Slack. `at` tells one such reaction from the next."""

    channel: ChannelId
    ts: MessageTs
    author: UserId
    at: str
    emoji: str


@dataclass(frozen=True)
class Renaming:
    """A renaming: a channel has a new id, for example after it was shared with another company."""

    event_id: str
    old: ChannelId
    new: ChannelId


@dataclass(frozen=True)
class Archiving:
    """An archiving: a person has archived a channel, or unarchived it (`is_undone`).

    `at` is Slack's time of that, None where it does not say. `author` is "" where Slack does not say who it was.
    """

    event_id: str
    channel: ChannelId
    author: UserId
    at: Micros | None = None
    is_undone: bool = False


SlackEvent = Reply | Edit | Deletion | Echo | UndoReaction | Renaming | Archiving
