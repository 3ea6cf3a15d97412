"""Requests: what one call asks of Slack or of the provider, and the attempt that carries it.

Values only: outbox/claims.py builds them from entries, outbox/executor.py carries them out.
"""

from dataclasses import dataclass

from bot.domain.approved_templates import FilledTemplate
from bot.domain.conversation import Conversation
from bot.domain.delivery import DeliveryStatus
from bot.domain.ids import ChannelId, MessageKey, MessageTs, ThreadRef, UserId
from bot.domain.media import Media
from bot.domain.outbox import OutboxEntry
from bot.domain.own_channels import OwnChannel
from bot.domain.phone import E164
from bot.domain.pieces import Piece
from bot.domain.provider_messages import OutgoingText
from bot.domain.roles import Policy
from bot.domain.thread_content import ChannelTopic, Content, Header, Speaker
from bot.domain.thread_events import SlackFile
from bot.ports.observer import CallInfo


@dataclass(frozen=True)
class OpenThread:
    """Post the header; `asks_name`: look up the contact's name first."""

    conversation: Conversation
    header: Header
    asks_name: bool = False


@dataclass(frozen=True)
class PostContent:
    """Post under the header; `broadcast`: in the channel too. `about` are stamps, which nobody sees."""

    place: ThreadRef
    content: Content
    broadcast: bool = False
    about: tuple[str, ...] = ()


@dataclass(frozen=True)
class EditContent:
    """Edit a post of ours. `unnamed` is the conversation whose name to look up first, where it is a nameless header."""

    channel: ChannelId
    ts: MessageTs
    content: Content
    unnamed: Conversation | None = None


@dataclass(frozen=True)
class ShowReaction:
    """Change the reaction on a reply; `show` is None for a reply that was never to be sent."""

    channel: ChannelId
    ts: MessageTs
    show: DeliveryStatus | None
    instead_of: frozenset[DeliveryStatus]


@dataclass(frozen=True)
class ShowTapbacks:
    """Change the contact's reactions on a message: emoji to show, and those to remove."""

    channel: ChannelId
    ts: MessageTs
    show: frozenset[str]
    remove: frozenset[str]


@dataclass(frozen=True)
class Prepare:
    """Prepare a reply as phone text, and check its files. `signature` is what is put under it, or "".

    `policy` says whether its author may text; None where somebody who may has approved it. A `template` leaves in the
    very words that it has. `asks_window`: it is not known for sure that free text is taken.
    """

    key: MessageKey
    pieces: tuple[Piece, ...]
    account: E164
    contact: E164
    author: UserId | None
    signature: str
    files: tuple[SlackFile, ...] = ()
    has_files: bool = False
    policy: Policy | None = None
    template: FilledTemplate | None = None
    asks_window: bool = False


@dataclass(frozen=True)
class SendText:
    """Send one text through the provider, with those of its files along that have these numbers, from 1."""

    outgoing: OutgoingText
    files: tuple[int, ...] = ()


@dataclass(frozen=True)
class FetchAttachments:
    """Fetch the attachments of a text: each a number and an address."""

    message_id: int
    wanted: tuple[tuple[int, str], ...]


@dataclass(frozen=True)
class UploadAttachment:
    """Show one attachment."""

    place: ThreadRef
    media: Media
    speaker: Speaker


@dataclass(frozen=True)
class EraseThread:
    """Remove what a thread shows about a contact who was erased.

    `as_name`: it heads a channel of its own, which shows them as well, and is called so from now on; or "".
    """

    place: ThreadRef
    as_name: str = ""


@dataclass(frozen=True)
class MakeChannel:
    """Make a channel of a conversation's own, private `like` another is. `may_exist`: it may have been made before."""

    own: OwnChannel
    like: ChannelId
    may_exist: bool


@dataclass(frozen=True)
class FurnishChannel:
    """Say in such a channel who it is about, and let people in."""

    channel: ChannelId
    topic: ChannelTopic
    members: tuple[UserId, ...]


@dataclass(frozen=True)
class UnarchiveChannel:
    """Unarchive such a channel, where it is, and be in it."""

    channel: ChannelId


Call = (
    EraseThread
    | OpenThread
    | PostContent
    | EditContent
    | ShowReaction
    | ShowTapbacks
    | Prepare
    | SendText
    | FetchAttachments
    | UploadAttachment
    | MakeChannel
    | FurnishChannel
    | UnarchiveChannel
)


def channel_of(call: Call) -> ChannelId | None:
    """Return the channel in which a call shows something; None for a reaction, or a call that shows nothing."""
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
    """One attempt: a call that leaves now, and its entries, several where texts are merged into a post.

    `texts` are the keys of the texts it is about, for the log. `channel` is where it is seen in Slack. `held_queue` is
    the queue of a channel in trouble which it probes, if it does. `leave_by` is the steady moment after which its
    requests must not leave any more. `seat` is the one of the bot that has claimed it, where there are several.
    """

    entries: tuple[OutboxEntry, ...]
    call: Call
    texts: tuple[MessageKey, ...] = ()
    channel: ChannelId | None = None
    held_queue: str = ""
    leave_by: float | None = None
    seat: int | None = None

    @property
    def limit_key(self) -> str:
        """The rate limit that the attempt counts against."""
        return self.entries[0].limit_key

    @property
    def info(self) -> CallInfo:
        """What the log says of the attempt."""
        first = self.entries[0]
        return CallInfo(first.kind, self.texts, first.conversation_id, self.channel, is_trial=bool(self.held_queue))
