"""Workspace port: posts, edits and reads messages in Slack. Implemented in bot/slack."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Generic, Protocol

from bot.domain.delivery import DeliveryStatus
from bot.domain.ids import ChannelId, MessageTs, PostKey, ThreadRef, UserId
from bot.domain.media import Media
from bot.domain.own_channels import OwnChannel
from bot.domain.pictures import CheckedFiles
from bot.domain.pieces import Piece
from bot.domain.provider_profile import FileLimits
from bot.domain.thread_content import ChannelTopic, Content, Speaker
from bot.domain.thread_events import Reply, SlackEvent, SlackFile
from bot.ports.messaging import T
from bot.ports.people import People


@dataclass(frozen=True)
class HistoryPage(Generic[T]):
    """Page of a thread or channel; `more` is the cursor of the next one, "" where there is none."""

    found: T
    more: str


@dataclass(frozen=True)
class SeenPost:
    """Post as it stands in Slack. `keys` and `about` are what a post of ours carries, empty for any other.

    `reply` is what a person wrote in a thread, `edited_ts` its last edit, `mark` the status that the bot shows on it;
    `asked_back_by` is whose reaction there asks for it back.
    """

    ts: MessageTs
    keys: tuple[PostKey, ...] = ()
    about: tuple[str, ...] = ()
    reply: Reply | None = None
    edited_ts: MessageTs | None = None
    mark: DeliveryStatus | None = None
    asked_back_by: UserId | None = None


class Workspace(People, Protocol):
    """Workspace in Slack, and the people in it."""

    async def post(
        self,
        place: ThreadRef,
        content: Content,
        *,
        keys: Sequence[PostKey],
        is_seen: bool = False,
        about: Sequence[str] = (),
    ) -> MessageTs:
        """Post once, carrying the keys and what it is about in the metadata.

        `is_seen`: a post in a thread is broadcast to the channel, too. NOT safe to repeat after OutcomeUnknown.

        Raises Rejected, Retryable or OutcomeUnknown.
        """

    async def edit(self, channel: ChannelId, ts: MessageTs, content: Content) -> None:
        """Replace what a post of ours says. Safe to repeat. Raises CallFailed."""

    async def mark(
        self, channel: ChannelId, ts: MessageTs, *, show: DeliveryStatus | None, instead_of: frozenset[DeliveryStatus]
    ) -> None:
        """Show a delivery status on a message as a reaction, or none, in place of others. Safe to repeat.

        Raises CallFailed.
        """

    async def react(self, channel: ChannelId, ts: MessageTs, *, show: frozenset[str], remove: frozenset[str]) -> None:
        """Show emoji on a message as reactions, and remove others. Safe to repeat.

        Raises Rejected for an emoji that Slack does not know or that says something else here, or another CallFailed.
        """

    async def find_posts(
        self, place: ThreadRef, keys: Collection[PostKey], *, since: datetime, cursor: str = ""
    ) -> HistoryPage[Mapping[PostKey, MessageTs]]:
        """Look which posts with these keys are on a page of what was posted since then. Raises CallFailed."""

    async def header_keys(self, place: ThreadRef) -> Sequence[PostKey]:
        """Read our keys in the message that heads a thread; none where it is not ours, or gone. Safe to repeat.

        Raises CallFailed.
        """

    async def own_channels(self) -> Sequence[ChannelId]:
        """List the channels that the bot is in. Raises CallFailed."""

    async def read_posts(
        self, place: ThreadRef, *, since: datetime, cursor: str = ""
    ) -> HistoryPage[Sequence[SeenPost]]:
        """Read a page of a thread or a channel. Raises CallFailed."""

    async def upload(self, place: ThreadRef, media: Media, speaker: Speaker, *, key: PostKey) -> None:
        """Upload an attachment to a thread; its name carries the key. NOT safe to repeat after OutcomeUnknown.

        Raises Rejected, Retryable or OutcomeUnknown.
        """

    async def upload_table(self, place: ThreadRef, file: BinaryIO, name: str, *, key: PostKey) -> None:
        """Upload a CSV file from the disk to a thread. NOT safe to repeat after OutcomeUnknown.

        Raises Rejected, Retryable or OutcomeUnknown.
        """

    async def fetch_table(self, file_id: str, into: BinaryIO, most: int) -> SlackFile:
        """Write at most so many bytes of a file to the disk, in small parts. Safe to repeat.

        Raises Rejected with words for the person who gave it, or another CallFailed.
        """

    async def erase_thread(self, place: ThreadRef, *, as_name: str = "") -> None:
        """Remove our posts from a thread, overwrite its header, and say there what is left. Safe to repeat.

        `as_name`: the header stands in a channel of the contact's own. Our posts are removed from all of that, and it
        is called so from now on. Raises CallFailed.
        """

    async def make_channel(self, own: OwnChannel, like: ChannelId, *, may_exist: bool) -> ChannelId | None:
        """Make a channel of a conversation's own, private where `like` is; None where others have its name.

        `may_exist`: it is looked for first. Safe to repeat: a channel that was made for this one is found again.
        Raises CallFailed.
        """

    async def furnish_channel(
        self, channel: ChannelId, topic: ChannelTopic, members: Sequence[UserId]
    ) -> tuple[tuple[UserId, str], ...]:
        """Let people into a channel, and say in its topic who it is about. Safe to repeat.

        Returns who could not be let in, with Slack's codes. Raises CallFailed.
        """

    async def unarchive_channel(self, channel: ChannelId) -> None:
        """Unarchive a channel and be in it. Safe to repeat. Raises CallFailed: Rejected where Slack does not let us."""

    async def threads(
        self, channel: ChannelId, *, since: datetime, cursor: str = ""
    ) -> HistoryPage[Mapping[MessageTs, MessageTs]]:
        """List a page of the threads begun in a channel since then, each with the ts of its latest reply.

        The newest come first. Raises CallFailed.
        """

    async def events_since(
        self, place: ThreadRef, *, since: datetime, cursor: str = ""
    ) -> HistoryPage[Sequence[SlackEvent]]:
        """Read a page of what people wrote in a thread since then, without what carries a reaction of ours.

        Raises CallFailed.
        """

    async def phone_text(self, pieces: Sequence[Piece]) -> str:
        """Fill in the names of a message, as a phone should show them; "" for nothing to show. Safe to repeat.

        Raises CallFailed only where asking again soon can help.
        """

    async def checked_files(self, files: Sequence[SlackFile], limits: FileLimits, *, may_link: bool) -> CheckedFiles:
        """Check whether these files can be texted, all of them, and complete what is known of them.

        Pictures are made to fit; what phones do not show goes `by_link`, if it may. Safe to repeat.

        Raises Rejected with words for the agent, or another CallFailed.
        """
