"""What the bridge asks of the world: a Workspace to post in, a Provider to send by, a Store to remember with.

Each method says whether it may be repeated safely and which errors it raises; anything else that escapes an adapter
is a bug there. Implemented in bot/slack, bot/providers and bot/store; stood in for only at the network, by bot/sandbox.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from bot.domain.board import DeskState, Health, Hit, Line, Team
from bot.domain.conversation import AuditLine, Conversation, Mode, Route
from bot.domain.delivery import DeliveryStatus
from bot.domain.directory import ContactCard, InboxRow, ListCard, Page, Registered, Rule, TextRecord, WaveCard
from bot.domain.effect import Effect, Kind, Owed, PaceHold, State
from bot.domain.ids import ChannelId, ConversationId, MessageKey, MessageTs, PostKey, UserId
from bot.domain.media import Media, Picture
from bot.domain.message import Failure, Message, Piece, SlackEvent, SlackFile
from bot.domain.moment import Micros
from bot.domain.news import News
from bot.domain.phone import E164
from bot.domain.plans import PendingAsk, PostedWave, ScheduledText
from bot.domain.post import Content, Place
from bot.domain.template import Template

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
    """The last text of a conversation, as the provider lists it. `at` is None where its time cannot be read."""

    contact: E164
    text: str
    at: datetime | None


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
        self, place: Place, content: Content, *, keys: Sequence[PostKey], is_seen: bool = False
    ) -> MessageTs:
        """Post once, carrying the keys in the metadata; `is_seen`: a post in a thread stands in the channel too.

        NOT safe to repeat after OutcomeUnknown.

        Raises Refused, NotNow or OutcomeUnknown.
        """

    async def edit(self, channel: ChannelId, ts: MessageTs, content: Content) -> None:
        """Replace what a post of ours says. Safe to repeat. Raises CallFailed."""

    async def mark(
        self, channel: ChannelId, ts: MessageTs, *, show: DeliveryStatus, instead_of: frozenset[DeliveryStatus]
    ) -> None:
        """Show a delivery status on a message as a reaction, and take those away that it replaces. Safe to repeat.

        Raises CallFailed.
        """

    async def find_posts(
        self, place: Place, keys: Collection[PostKey], *, since: datetime
    ) -> Mapping[PostKey, MessageTs]:
        """Look which posts with these keys are there now. Raises CallFailed."""

    async def upload(self, place: Place, media: Media, *, key: PostKey) -> None:
        """Show a picture or file in a thread; its name carries the key. NOT safe to repeat after OutcomeUnknown.

        Raises Refused, NotNow or OutcomeUnknown.
        """

    async def threads(self, channel: ChannelId) -> Mapping[MessageTs, MessageTs]:
        """List the newest threads of a channel, each with its latest answer's ts. Raises CallFailed."""

    async def events_since(self, place: Place, *, since: datetime) -> Sequence[SlackEvent]:
        """Read what people wrote in a thread since then; not what bears a mark of ours. Raises CallFailed."""

    async def phone_text(self, pieces: Sequence[Piece]) -> str:
        """Fill in the names of a message, as a phone should show them; "" for nothing to show. Safe to repeat.

        Raises CallFailed only where asking again soon can help.
        """

    async def checked_files(self, files: Sequence[SlackFile]) -> tuple[SlackFile, ...]:
        """Look whether these files can be texted, all of them, and complete what is known of them. Safe to repeat.

        Raises Refused with words for the agent, or another CallFailed.
        """


@dataclass(frozen=True)
class Shown:
    """What a thread shows about a subject: our post (for a line) and the status it shows (for a mark)."""

    ts: MessageTs | None
    status: DeliveryStatus | None


class Ledger(Protocol):
    """The books, open for one unit of work: plain synchronous calls, all kept or none.

    `now` is one moment for the whole unit. Lookups return None where there is nothing; `conversation` and `message`
    are asked only for ids that exist.
    """

    now: Micros

    def apart(self) -> AbstractContextManager[None]:
        """A part of the unit that is undone alone where it raises; the error goes on."""

    def tell(self, news: News) -> None:
        """Tell whoever runs the bot, once the unit is on the disk."""

    def note_event(self, source: str, event_id: str) -> bool:
        """Remember an event; False where it was seen before."""

    def has_event(self, source: str, event_id: str) -> bool: ...

    def find_conversation(self, account: E164, contact: E164) -> Conversation | None: ...
    def add_conversation(self, account: E164, contact: E164, channel: ChannelId) -> Conversation: ...
    def conversation(self, conversation_id: ConversationId) -> Conversation: ...
    def conversation_at(self, channel: ChannelId, thread_ts: MessageTs) -> Conversation | None: ...
    def set_thread(self, conversation_id: ConversationId, ts: MessageTs | None) -> None: ...
    def add_thread(self, conversation_id: ConversationId, ts: MessageTs) -> None:
        """Let one more thread in its channel lead to a conversation."""

    def accounts(self) -> list[E164]:
        """Our numbers that somebody has texted with."""

    def conversations_with(self, contact: E164) -> list[Conversation]:
        """The conversations of all our numbers with one contact."""

    def save_conversation(self, conversation: Conversation) -> None:
        """Store what changed about a conversation, but for its thread."""

    def threads_of_channel(self, channel: ChannelId, limit: int) -> list[Conversation]:
        """Conversations with a thread in a channel, newest first."""

    def add_message(self, message: Message) -> Message:
        """Store a new text; its id is given here."""

    def save_message(self, message: Message) -> None:
        """Store what changed about a text."""

    def message(self, message_id: int) -> Message: ...
    def message_by_key(self, key: MessageKey) -> Message | None: ...
    def message_by_provider(self, provider_id: str, legacy_id: str) -> Message | None: ...
    def messages_at(self, channel: ChannelId, ts: MessageTs) -> list[Message]: ...
    def has_replies(self, conversation_id: ConversationId, round_: int) -> bool: ...
    def replies_of_round(self, conversation_id: ConversationId, round_: int) -> list[Message]: ...

    def found_texts(self, conversation_id: ConversationId) -> list[Message]:
        """Texts of the contact that were found in the provider's record, newest first, at most fifty."""

    def unconfirmed(self, since: Micros, until: Micros, limit: int) -> list[Message]:
        """Texts that the provider took between these moments and the carrier has not confirmed, oldest first."""

    def recent_conversations(self, since: Micros, limit: int) -> list[Conversation]:
        """Conversations with a text taken in since then, the busiest end first."""

    def fact(self, name: str) -> str | None: ...
    def set_fact(self, name: str, value: str) -> None: ...

    def text_before(self, message: Message) -> Message | None:
        """The last text before another one of its conversation, in either direction; none that was not sent."""

    def has_draft_before(self, message: Message) -> bool:
        """Whether an earlier text of the conversation waits for a person's word."""

    def unshown(self, conversation_id: ConversationId) -> list[Message]:
        """Texts to the contact that went out and stand in no thread, oldest first, at most three."""

    def newest_text(self, conversation_id: ConversationId) -> Message | None: ...

    def recent_texts(self, conversation_id: ConversationId) -> list[Message]:
        """The newest texts of a conversation in both directions, at most a thousand."""

    def shown(self, conversation_id: ConversationId, subject: str) -> Shown | None: ...
    def set_shown(self, conversation_id: ConversationId, subject: str, shown: Shown) -> None: ...

    def owe(self, effect: Owed) -> PostKey:
        """Put a call on the books."""

    def effect_by_key(self, key: PostKey) -> Effect | None: ...
    def effects_of(self, message_id: int) -> list[Effect]: ...
    def waiting(self, lane: str, kind: Kind, subject: str) -> Effect | None:
        """An effect of this kind and subject that is still owed."""

    def open_in(self, lane: str) -> list[Effect]:
        """Everything in a lane that is owed, under way or unknown, in order."""

    def header_coming(self, lane: str) -> bool:
        """Whether a header is owed, under way or unknown in a lane."""

    def drop(self, effect: Effect) -> None: ...

    def doubt(self, effect: Effect) -> None:
        """Note that this call may have been made before."""

    def uncount(self, effect: Effect) -> None:
        """Take the last try off the count: it says nothing about this call."""

    def start(self, effect: Effect) -> None:
        """Note that the call leaves now."""

    def settle(self, effect: Effect, state: State, *, error: str = "", due_at: Micros | None = None) -> None:
        """Note how a call ended; with OWED and a moment it is tried again then."""

    def paces(self) -> list[PaceHold]: ...
    def hold_pace(self, hold: PaceHold) -> None: ...
    def due_lanes(self, pace: str, limit: int) -> list[str]: ...
    def next_due(self, pace: str) -> Micros | None: ...
    def line_up(self) -> None:
        """Let `due_lanes` and `next_due` see what this unit has owed so far."""

    def heads(self, lane: str, limit: int) -> list[Effect]:
        """The first owed effects of a lane in order; none while a call of that lane is under way or unknown."""

    def unknown_effects(self, *, sends: bool, limit: int) -> list[Effect]:
        """Effects whose outcome is unknown and due for a look, oldest look first: sends, or all others."""

    def opening(self, channel: ChannelId) -> bool:
        """Whether a header is being posted in this channel and we have not learned its ts."""

    def move_moments(self, by: Micros) -> None:
        """Move everything that waits for a moment along with a clock that was set."""

    def known_events(self, source: str, event_ids: Sequence[str]) -> set[str]:
        """Those of the events that were seen before."""

    def keep_arrivals(self, bodies: Sequence[str]) -> None:
        """Keep events of the provider until they are taken in."""

    def arrivals(self, limit: int) -> list["Arrival"]:
        """The oldest events that are due to be taken in."""

    def next_arrival(self) -> Micros | None:
        """When the next event that was put off is due, or one that has just come."""

    def drop_arrivals(self, first_id: int, last_id: int) -> None:
        """Take the due events between these two, both included, off the books: they have been taken in."""

    def put_off_arrival(self, arrival_id: int, due_at: Micros) -> None:
        """Note that an event could not be taken in, and when to try again."""

    def keep_picture(self, message_id: int, number: int, media: Media) -> None:
        """Keep a picture until it is shown."""

    def fail_picture(self, message_id: int, number: int, failure: str) -> None:
        """Note why a picture will not be shown."""

    def picture(self, message_id: int, number: int) -> Picture | None: ...
    def pictures(self, message_id: int) -> list[Picture]:
        """What is known of the pictures of a text, without the pictures themselves."""

    def drop_picture(self, message_id: int, number: int) -> None:
        """Forget a picture: it is shown."""

    def channel_mode(self, channel: ChannelId) -> Mode | None: ...
    def set_channel_mode(self, channel: ChannelId, mode: Mode, author: UserId) -> None: ...
    def routes(self) -> list[Route]: ...
    def set_route(self, route: Route, author: UserId) -> None: ...
    def drop_route(self, route: Route) -> bool: ...

    def note_audit(self, actor: UserId, action: str, conversation_id: ConversationId | None, detail: str = "") -> int:
        """Remember who did what, and return its id; `detail` holds neither numbers nor words of a text."""

    def amend_audit(self, audit_id: int, detail: str) -> None:
        """Say what came of a deed that was noted before it was done."""

    def audit_line(self, audit_id: int) -> AuditLine: ...

    def audit_of(self, conversation_id: ConversationId, limit: int) -> list[AuditLine]:
        """What was done about a conversation, newest first."""

    def keep_ask(self, ask: PendingAsk) -> None:
        """Keep what waits for a button, anew where it has no outcome yet; very old ones go."""

    def ask(self, ask_id: str) -> PendingAsk | None: ...
    def end_ask(self, ask_id: str, outcome: str) -> None:
        """Note what became of it."""

    def reopen_ask(self, ask_id: str) -> None:
        """Let its button count once more: certainly nothing came of it."""

    def add_scheduled(self, text: ScheduledText) -> None: ...
    def scheduled(self, scheduled_id: str) -> ScheduledText | None: ...
    def scheduled_near(self, conversation_id: ConversationId, since: Micros, until: Micros) -> list[ScheduledText]:
        """Texts due between these moments that no text of the carrier's was matched with yet."""

    def take_scheduled(self, scheduled_id: str, message_id: int) -> None: ...
    def confirm_scheduled(self, scheduled_id: str) -> None: ...
    def drop_scheduled(self, scheduled_id: str) -> None:
        """Forget what the provider certainly did not take."""

    def add_wave(self, wave: PostedWave) -> None: ...
    def confirm_wave(self, own_id: str, wave_id: str) -> None:
        """Note that the provider took a wave, and its number there."""

    def drop_wave(self, own_id: str) -> None:
        """Forget a wave that the provider certainly did not take."""

    def wave(self, wave_id: str) -> PostedWave | None: ...
    def set_wave_card(self, wave_id: str, channel: ChannelId, ts: MessageTs) -> None: ...
    def end_wave(self, wave_id: str) -> None:
        """Look no more how far a wave is."""

    def waves_without_card(self, since: Micros, until: Micros) -> list[PostedWave]:
        """Waves made between these moments whose card is not known to be there."""

    def waves_due(self, since: Micros, until: Micros) -> list[PostedWave]:
        """Waves whose time lies between these moments, the latest first; no drafts."""

    def waves_under_way(self, since: Micros) -> list[PostedWave]:
        """Waves that became due since then and were not seen to end."""

    def templates(self) -> list[Template]:
        """All templates by name."""

    def template(self, template_id: int) -> Template | None: ...
    def add_template(self, name: str, body: str, author: UserId) -> bool:
        """Keep a new template; False where the name is taken."""

    def save_template(self, changed: Template, author: UserId) -> bool:
        """Change a template; False where it is gone, or its new name is taken."""

    def drop_template(self, template_id: int) -> bool: ...

    def keep_stray(self, kind: str, subject: str, body: str) -> None:
        """Keep something that came before what it belongs to."""

    def strays(self, kind: str, subject: str) -> list[str]: ...
    def stray_subjects(self, kind: str) -> list[str]: ...
    def take_strays(self, kind: str, subject: str) -> list[str]: ...


@dataclass(frozen=True)
class Arrival:
    """An event as it was kept, how often it could not be taken in, and when it came."""

    id: int
    body: str
    failures: int
    at: Micros


class Store(Protocol):
    """Durable memory."""

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
