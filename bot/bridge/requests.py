"""Requests: what one call asks of Slack or of the provider, and the job that carries it.

Values only: jobs.py builds them from what is owed, calls.py carries them out.
"""

from dataclasses import dataclass

from bot.domain.conversation import Conversation
from bot.domain.delivery import DeliveryStatus
from bot.domain.ids import ChannelId, MessageKey, MessageTs, UserId
from bot.domain.media import Media
from bot.domain.outbox import OutboxEntry
from bot.domain.phone import E164
from bot.domain.pieces import Piece
from bot.domain.provider_messages import OutgoingText
from bot.domain.thread_content import Content, Header, Speaker, ThreadRef
from bot.domain.thread_events import SlackFile
from bot.ports.observer import CallInfo


@dataclass(frozen=True)
class OpenThread:
    """Post the header; `asks_name`: look up first who it is."""

    conversation: Conversation
    header: Header
    asks_name: bool = False


@dataclass(frozen=True)
class PostContent:
    """Post under the header; `is_seen`: in the channel too. `about` goes along unseen."""

    place: ThreadRef
    content: Content
    broadcast: bool = False
    about: tuple[str, ...] = ()


@dataclass(frozen=True)
class EditContent:
    """Change a post of ours. `unnamed` is whose name to look up first, where it is a header without one."""

    channel: ChannelId
    ts: MessageTs
    content: Content
    unnamed: Conversation | None = None


@dataclass(frozen=True)
class ShowReaction:
    """Change the reaction on a reply; `show` is None for one that never was to be sent."""

    channel: ChannelId
    ts: MessageTs
    show: DeliveryStatus | None
    instead_of: frozenset[DeliveryStatus]


@dataclass(frozen=True)
class Prepare:
    """Turn a reply into phone text, and look at its files. `signature` is what is put under it, or ""."""

    pieces: tuple[Piece, ...]
    contact: E164
    author: UserId | None
    signature: str
    files: tuple[SlackFile, ...] = ()
    has_files: bool = False


@dataclass(frozen=True)
class SendText:
    """Hand one text to the provider, with links to so many files."""

    outgoing: OutgoingText
    files: int = 0


@dataclass(frozen=True)
class FetchAttachments:
    """Get the pictures of a text: each a number and an address."""

    message_id: int
    wanted: tuple[tuple[int, str], ...]


@dataclass(frozen=True)
class UploadAttachment:
    """Show one picture."""

    place: ThreadRef
    media: Media
    speaker: Speaker


Call = OpenThread | PostContent | EditContent | ShowReaction | Prepare | SendText | FetchAttachments | UploadAttachment


def channel_of(call: Call) -> ChannelId | None:
    """Tell in which channel a call shows something; None for a call that shows nothing, or only a mark."""
    match call:
        case OpenThread():
            return call.conversation.channel
        case PostContent() | UploadAttachment():
            return call.place.channel
        case EditContent():
            return call.channel
    return None


@dataclass(frozen=True)
class Attempt:
    """One call that leaves now, and the effects it settles: one, or several texts merged into a post.

    `texts` are the keys of the texts it is about: what the log names them by. `channel` is where it is seen in Slack.
    `aside` is the queue of a channel in trouble which it tries, if it does.
    """

    entries: tuple[OutboxEntry, ...]
    call: Call
    texts: tuple[MessageKey, ...] = ()
    channel: ChannelId | None = None
    held_queue: str = ""

    @property
    def limit_key(self) -> str:
        """The pace it keeps."""
        return self.entries[0].limit_key

    @property
    def info(self) -> CallInfo:
        """What the log says of it."""
        first = self.entries[0]
        return CallInfo(first.kind, self.texts, first.conversation_id, self.channel, is_trial=bool(self.held_queue))
