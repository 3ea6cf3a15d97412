"""What the bridge asks of the world: a Workspace to post in, a Provider to send by, a Store to remember with.

Each method says whether it may be repeated safely and which errors it raises; anything else that escapes an adapter
is a bug there. Implemented in bot/slack, bot/providers and bot/store; stood in for only at the network, by bot/sandbox.
"""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from bot.domain.board import DeskState, Health, Hit, Line, Team
from bot.domain.conversation import Conversation
from bot.domain.delivery import DeliveryStatus
from bot.domain.directory import ContactCard, InboxRow, ListCard, Page, Registered, Rule, TextRecord, WaveCard
from bot.domain.effect import Kind
from bot.domain.errors import CallFailed
from bot.domain.ids import ChannelId, ConversationId, MessageKey, MessageTs, PostKey, UserId
from bot.domain.media import Media
from bot.domain.message import Failure, Piece, Reply, SlackEvent, SlackFile
from bot.domain.news import News
from bot.domain.phone import E164
from bot.domain.post import Content, Place, Speaker
from bot.ledger import Ledger

T = TypeVar("T")


@dataclass(frozen=True)
class Outgoing:
    """One text to send: at most `Provider.longest_text` characters, and public addresses of pictures."""

    key: MessageKey
    account: E164
    contact: E164
    body: str
    media: tuple[str, ...] = ()


@dataclass(frozen=True)
class Accepted:
    """The provider's answer to a send: its ids and its first word on the status."""

    provider_id: str
    legacy_id: str
    status: DeliveryStatus


@dataclass(frozen=True)
class Listed:
    """A text in the provider's own record. `at` is None where its time cannot be read, `is_outbound` its direction."""

    provider_id: str
    legacy_id: str
    status: DeliveryStatus
    body: str
    at: datetime | None
    is_outbound: bool | None = True
    media: tuple[str, ...] = ()
    failure: Failure | None = None


@dataclass(frozen=True)
class InboxLine:
    """The last text of a conversation, as the provider lists it. What cannot be read, whose it is or when, is None."""

    contact: E164 | None
    text: str
    at: datetime | None


@dataclass(frozen=True)
class HistoryPage(Generic[T]):
    """What one page of a thread or channel holds; `more` is the cursor of the next one, "" where there is none."""

    found: T
    more: str


@dataclass(frozen=True)
class SeenPost:
    """A message as it stands in Slack. `keys` and `about` are what a post of ours carries, empty for any other.

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


class Provider(Protocol):
    """The carrier's side."""

    longest_text: int

    async def send(self, outgoing: Outgoing) -> Accepted:
        """Send one text: one HTTP request, no repeats. NOT safe to repeat after OutcomeUnknown.

        Raises Refused, NotNow or OutcomeUnknown.
        """

    async def contact_name(self, account: E164, contact: E164) -> str:
        """Look up the name the contact is saved under, or "". Safe to repeat. Raises CallFailed."""

    async def list_texts(self, account: E164, contact: E164) -> Sequence[Listed]:
        """List the newest texts between the account number and the contact. Safe to repeat. Raises CallFailed."""

    async def inbox(self, account: E164) -> Sequence[InboxLine]:
        """List the conversations with the newest texts. Safe to repeat. Raises CallFailed."""

    async def find_text(self, provider_id: str, legacy_id: str, contact: E164) -> Listed | None:
        """Look one text up by its id. Safe to repeat. Raises CallFailed."""


class Directory(Protocol):
    """What the carrier has on record: contacts, lists, waves, whole conversations. All methods raise CallFailed."""

    async def contact(self, account: E164, number: E164) -> ContactCard | None:
        """Read a contact; None for a number that is not known. Safe to repeat."""

    async def save_contact(self, account: E164, card: ContactCard) -> ContactCard:
        """Write a contact whole, over what is there: read it first. Safe to repeat."""

    async def history(self, account: E164, contact: E164, before: str | None = None) -> Page[Listed]:
        """Read a page of a conversation, the newest page first. Safe to repeat."""

    async def inbox_page(self, account: E164, before: str | None = None) -> Page[InboxRow]:
        """Read a page of the inbox, the newest page first. Safe to repeat."""

    async def text_record(self, text_id: str) -> TextRecord | None:
        """Look a text up by the provider's id, or by the carrier's. Safe to repeat."""

    async def contact_list(self, account: E164, name: str) -> ListCard | None:
        """Read a list by its name. Safe to repeat."""

    async def save_list(
        self, account: E164, name: str, *, source: str = "", search_term: str = "", rules: Sequence[Rule] = ()
    ) -> ListCard:
        """Make a list, or replace its query. Safe to repeat."""

    async def add_to_list(self, account: E164, name: str, numbers: Sequence[E164]) -> ListCard:
        """Put contacts on a list. Safe to repeat."""

    async def schedule_text(
        self, account: E164, numbers: Sequence[E164], body: str, at: datetime, media: Sequence[str] = ()
    ) -> WaveCard | None:
        """Have a text sent to several numbers at an aware moment. NOT safe to repeat after OutcomeUnknown.

        None where it was taken and nothing is told about it.
        """

    async def schedule_wave(
        self,
        account: E164,
        name: str,
        body: str,
        at: datetime,
        lists: Sequence[str],
        *,
        is_draft: bool,
        media: Sequence[str] = (),
    ) -> WaveCard | None:
        """Have a text sent to lists at an aware moment, or keep a draft. NOT safe to repeat after OutcomeUnknown.

        None where it was taken and nothing is told about it.
        """

    async def wave(self, wave_id: str) -> WaveCard | None:
        """Read a wave and how far it got. Safe to repeat."""

    async def webhooks(self) -> Sequence[Registered]:
        """List the registered webhooks. Safe to repeat."""

    async def register_webhook(self, url: str) -> Registered:
        """Register an address for all events. Repeating it may register it twice: look at `webhooks` first."""

    async def delete_webhook(self, webhook_id: str) -> bool:
        """Remove a registration; False where there was none. Safe to repeat."""


class Fetcher(Protocol):
    """Where the pictures of texts from phones lie."""

    async def fetch(self, url: str) -> Media:
        """Get one picture or file: checked, and only from the public internet. Safe to repeat.

        Raises Refused with a word of ours that says why it cannot be shown, or NotNow.
        """


class Workspace(Protocol):
    """Slack's side."""

    async def post(
        self,
        place: Place,
        content: Content,
        *,
        keys: Sequence[PostKey],
        is_seen: bool = False,
        about: Sequence[str] = (),
    ) -> MessageTs:
        """Post once, carrying the keys and what it is about in the metadata.

        `is_seen`: a post in a thread stands in the channel too. NOT safe to repeat after OutcomeUnknown.

        Raises Refused, NotNow or OutcomeUnknown.
        """

    async def edit(self, channel: ChannelId, ts: MessageTs, content: Content) -> None:
        """Replace what a post of ours says. Safe to repeat. Raises CallFailed."""

    async def mark(
        self, channel: ChannelId, ts: MessageTs, *, show: DeliveryStatus | None, instead_of: frozenset[DeliveryStatus]
    ) -> None:
        """Show a delivery status on a message as a reaction, or none, in place of others. Safe to repeat.

        Raises CallFailed.
        """

    async def find_posts(
        self, place: Place, keys: Collection[PostKey], *, since: datetime, cursor: str = ""
    ) -> HistoryPage[Mapping[PostKey, MessageTs]]:
        """Look which posts with these keys stand on a page of what was said since then. Raises CallFailed."""

    async def header_keys(self, place: Place) -> Sequence[PostKey]:
        """Read our keys in the message that heads a thread; none where it is not ours, or gone. Safe to repeat.

        Raises CallFailed.
        """

    async def own_channels(self) -> Sequence[ChannelId]:
        """List the channels that the bot is in. Raises CallFailed."""

    async def read_posts(self, place: Place, *, since: datetime, cursor: str = "") -> HistoryPage[Sequence[SeenPost]]:
        """Read a page of a thread or a channel. Raises CallFailed."""

    async def upload(self, place: Place, media: Media, speaker: Speaker, *, key: PostKey) -> None:
        """Show somebody's picture or file in a thread; its name carries the key. NOT safe to repeat after a doubt.

        Raises Refused, NotNow or OutcomeUnknown.
        """

    async def threads(
        self, channel: ChannelId, *, since: datetime, cursor: str = ""
    ) -> HistoryPage[Mapping[MessageTs, MessageTs]]:
        """List a page of the threads begun in a channel since then, each with its latest answer's ts.

        The newest come first. Raises CallFailed.
        """

    async def events_since(
        self, place: Place, *, since: datetime, cursor: str = ""
    ) -> HistoryPage[Sequence[SlackEvent]]:
        """Read a page of what people wrote in a thread since then; not what bears a mark of ours. Raises CallFailed."""

    async def phone_text(self, pieces: Sequence[Piece]) -> str:
        """Fill in the names of a message, as a phone should show them; "" for nothing to show. Safe to repeat.

        Raises CallFailed only where asking again soon can help.
        """

    async def checked_files(self, files: Sequence[SlackFile]) -> tuple[SlackFile, ...]:
        """Look whether these files can be texted, all of them, and complete what is known of them. Safe to repeat.

        Raises Refused with words for the agent, or another CallFailed.
        """


class Store(Protocol):
    """Durable memory. `pending` is set by each unit of work that leaves calls to be made, cleared by who makes them."""

    pending: asyncio.Event

    async def run(self, unit: Callable[[Ledger], T]) -> T:
        """Run one unit of work; returns after it is on the disk.

        Raises what the unit raises (nothing of it is kept) or StoreUnavailable (nothing of it was written).
        """


class Board(Protocol):
    """What people look up, read beside the writer: it keeps no text waiting. All methods raise StoreUnavailable.

    What a unit of work has stored is seen as soon as `Store.run` has returned.
    """

    async def search_contacts(self, words: str, limit: int) -> Sequence[Conversation]:
        """Find contacts by a part of their name or the digits of their number, who was last heard of first."""

    async def search_texts(self, words: str, limit: int) -> Sequence[Hit]:
        """Find texts that hold all the words, the last word perhaps unfinished; the newest first."""

    async def desk_of(self, user: UserId, limit: int) -> DeskState:
        """Read which open conversations are somebody's and which nobody's, at most `limit` rows of each."""

    async def last_texts(self, conversation_id: ConversationId, limit: int) -> Sequence[Line]:
        """Read the newest texts of a conversation, the newest first; none that was taken back."""

    async def team(self) -> Team: ...
    async def health(self) -> Health: ...


@dataclass(frozen=True)
class CallInfo:
    """A call, as the log names it: its kind and the texts it is about, or the conversation where it is about none.

    `channel` is where it is seen in Slack; `is_trial`: it tries a channel that is in trouble.
    """

    kind: Kind
    texts: tuple[MessageKey, ...]
    conversation_id: ConversationId
    channel: ChannelId | None = None
    is_trial: bool = False


@dataclass(frozen=True)
class CallFinished:
    """One ended call, for the log and the metrics. `failure` is None where it did what it should."""

    call: CallInfo
    failure: CallFailed | None
    seconds: float


class Observer(Protocol):
    """Whoever watches the bot run: log, counters, readiness. No method waits, and none raises."""

    def on_event(self, event: News) -> None:
        """Take note of what happened to a text, once that is on the disk."""

    def on_call_finished(self, finished: CallFinished) -> None:
        """Take note of one ended call."""

    def on_bug(self, error: Exception, call: CallInfo | None = None) -> None:
        """Take note of a bug, or of a store that took nothing, and of the call that it happened in."""

    def on_unread(self, place: str, error: CallFailed) -> None:
        """Take note that a record could not be read for what was missed; posting and sending may work all the same."""

    def on_failure(self, place: str, error: CallFailed) -> None:
        """Take note that a place does not work; a refusal of one call says nothing about the place."""

    def on_success(self, place: str) -> None:
        """Take note that a place works."""
