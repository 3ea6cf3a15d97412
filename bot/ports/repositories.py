"""The books as the bridge sees them, open for one unit of work: what a Store (bot.ports.messaging) hands to a unit.

Plain synchronous calls, all kept or none. Implemented in bot/store.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from bot.domain.conversation import AuditLine, Conversation, Mode, Route
from bot.domain.ids import ChannelId, ConversationId, MessageKey, MessageTs, PostKey, UserId
from bot.domain.media import Attachment, Media
from bot.domain.message import Message
from bot.domain.message_events import MessageEvent
from bot.domain.outbox import EntryKind, EntryState, LaneOrder, LaneQueue, NewEntry, OutboxEntry, RateLimitHold
from bot.domain.phone import E164
from bot.domain.scheduled import PendingConfirmation, ScheduledText, Wave
from bot.domain.shown import ReplyCount, Shown
from bot.domain.stored_events import InboxEvent
from bot.domain.template import Template
from bot.domain.timestamps import Micros


class Transaction(Protocol):
    """The books, open for one unit of work: plain synchronous calls, all kept or none.

    `now` is one moment for the whole unit, `undo_s` how long a new reply can be undone. Lookups return None where there
    is nothing; `conversation` and `message` are asked only for ids that exist.
    """

    now: Micros
    undo_window_s: float

    def apart(self) -> AbstractContextManager[None]:
        """A part of the unit that is undone alone where it raises; the error goes on."""

    def tell(self, news: MessageEvent) -> None:
        """Tell whoever runs the bot, once the unit is on the disk."""

    def note_event(self, source: str, event_id: str) -> bool:
        """Remember an event; False where it was seen before."""

    def has_event(self, source: str, event_id: str) -> bool: ...

    def find_conversation(self, account: E164, contact: E164) -> Conversation | None: ...
    def add_conversation(self, account: E164, contact: E164, channel: ChannelId) -> Conversation: ...
    def conversation(self, conversation_id: ConversationId) -> Conversation: ...
    def conversation_at(self, channel: ChannelId, thread_ts: MessageTs) -> Conversation | None: ...
    def has_thread(self, ts: MessageTs) -> bool:
        """Whether a thread of ours began at this very moment, in any channel."""

    def set_thread(self, conversation_id: ConversationId, ts: MessageTs | None) -> None: ...
    def add_thread(self, conversation_id: ConversationId, ts: MessageTs, channel: ChannelId | None = None) -> None:
        """Let one more thread lead to a conversation, in its channel or in one that it has left."""

    def move_conversation(self, conversation_id: ConversationId, channel: ChannelId) -> None:
        """Let a conversation go on in another channel, without a thread yet, and what it owes with it.

        Its thread becomes its former one, which keeps leading to it.
        """

    def rename_channel(self, old: ChannelId, new: ChannelId) -> None:
        """Know a channel by another id from now on, wherever it is noted."""

    def accounts(self) -> list[E164]:
        """Our numbers that somebody has texted with."""

    def has_lines(self) -> bool:
        """Whether people have texted with several numbers of ours."""

    def conversations_with(self, contact: E164) -> list[Conversation]:
        """The conversations of all our numbers with one contact."""

    def save_conversation(self, conversation: Conversation) -> None:
        """Store what changed about a conversation, but for its thread."""

    def channels(self) -> list[ChannelId]:
        """Channels that hold threads of ours."""

    def oldest_thread(self, channel: ChannelId) -> MessageTs | None:
        """The first thread in a channel that ever led to a conversation."""

    def threads_of_channel(self, channel: ChannelId, limit: int) -> list[Conversation]:
        """Conversations with a thread in a channel, newest first."""

    def add_message(self, message: Message) -> Message:
        """Store a new text; its id is given here."""

    def save_message(self, message: Message) -> None:
        """Store what changed about a text."""

    def place_message(self, message: Message, channel: ChannelId, ts: MessageTs) -> Message:
        """Note where in Slack a text stands, and return it so."""

    def message(self, message_id: int) -> Message: ...
    def message_by_key(self, key: MessageKey) -> Message | None: ...
    def message_by_provider(self, provider_id: str, legacy_id: str) -> Message | None: ...
    def messages_at(self, channel: ChannelId, ts: MessageTs) -> list[Message]: ...
    def shown_at(self, channel: ChannelId, ts: MessageTs) -> list[Message]:
        """All texts that one Slack message shows, from both sides, whatever became of them."""

    def kept_inside_at(self, channel: ChannelId, ts: MessageTs) -> Message | None:
        """The reply of a Slack message that its author edited into one for colleagues."""

    def has_replies(self, conversation_id: ConversationId, round_: int) -> bool: ...
    def reply_count(self, conversation_id: ConversationId, round_: int) -> ReplyCount:
        """How far the replies of one round are: those that stand, not those that were taken back or sent again."""

    def held_text(self, conversation_id: ConversationId) -> Message | None:
        """The first text of a conversation that was kept from leaving, and has not left; others wait behind it."""

    def waiting_rounds(self, conversation_id: ConversationId) -> list[int]:
        """The rounds in which replies wait to leave."""

    def undoable(self, conversation_id: ConversationId, round_: int) -> MessageKey | None:
        """The newest reply of a round that waits out its undo window."""

    def undecided_texts(self) -> list[Message]:
        """Texts of ours that have not certainly left, and those that nobody knows about."""

    def found_texts(self, conversation_id: ConversationId) -> list[Message]:
        """Texts of the contact that were found in the provider's record, newest first, at most fifty."""

    def unconfirmed(self, since: Micros, until: Micros, limit: int) -> list[Message]:
        """Texts that the provider took between these moments and the carrier has not confirmed, oldest first."""

    def recent_conversations(self, since: Micros, limit: int) -> list[Conversation]:
        """Conversations with a text taken in since then, the busiest end first."""

    def fact(self, name: str) -> str | None: ...
    def set_fact(self, name: str, value: str) -> None: ...

    def first_text(self, conversation_id: ConversationId) -> Message | None:
        """The text that a conversation began with, in either direction."""

    def open_questions(self, conversation_id: ConversationId) -> list[Message]:
        """Texts that wait for a person's word, oldest first."""

    def text_before(self, message: Message) -> Message | None:
        """The last text before another one of its conversation, in either direction; none that was not sent."""

    def has_draft_before(self, message: Message) -> bool:
        """Whether an earlier text of the conversation waits for a person's word."""

    def unshown(self, conversation_id: ConversationId) -> list[Message]:
        """Texts to the contact that went out and stand in no thread, oldest first, at most three."""

    def newest_text(self, conversation_id: ConversationId) -> Message | None: ...
    def last_heard(self, conversation_id: ConversationId) -> Message | None:
        """What the contact wrote last, by the carrier's time."""

    def recent_texts(self, conversation_id: ConversationId) -> list[Message]:
        """The newest texts of a conversation in both directions, at most a thousand."""

    def shown(self, conversation_id: ConversationId, subject: str) -> Shown | None: ...
    def set_shown(self, conversation_id: ConversationId, subject: str, shown: Shown) -> None: ...

    def owe(self, entry: NewEntry) -> PostKey:
        """Put a call on the books."""

    def effect_by_key(self, key: PostKey) -> OutboxEntry | None: ...
    def effects_of(self, message_id: int) -> list[OutboxEntry]: ...
    def open_effects(self) -> list[OutboxEntry]:
        """Everything that is owed, under way or unknown, in any lane."""

    def known_until(self) -> Micros:
        """The last moment that the books know of."""

    def waiting(self, lane: str, kind: EntryKind, subject: str) -> OutboxEntry | None:
        """An effect of this kind and subject that is still owed."""

    def open_in(self, lane: str) -> list[OutboxEntry]:
        """Everything in a lane that is owed, under way or unknown, in order."""

    def header_coming(self, lane: str) -> bool:
        """Whether a header is owed, under way or unknown in a lane."""

    def is_busy(self, lane: str) -> bool:
        """Whether a call of a lane is under way or unknown."""

    def moves_waiting(self, lane: str) -> list[OutboxEntry]:
        """Moves to another channel that are still to be made."""

    def drop(self, entry: OutboxEntry) -> None: ...

    def doubt(self, entry: OutboxEntry) -> None:
        """Note that this call may have been made before."""

    def uncount(self, entry: OutboxEntry) -> None:
        """Take the last try off the count: it says nothing about this call."""

    def start(self, entry: OutboxEntry) -> None:
        """Note that the call leaves now."""

    def settle(self, entry: OutboxEntry, state: EntryState, *, error: str = "", due_at: Micros | None = None) -> None:
        """Note how a call ended; with OWED and a moment it is tried again then."""

    def paces(self) -> list[RateLimitHold]: ...
    def hold_pace(self, hold: RateLimitHold) -> None: ...
    def repace(self, entry: OutboxEntry, pace: str) -> None:
        """Let a call that is owed keep another pace."""

    def release_places(self) -> None:
        """Try every channel now that was left alone until somebody does something; not where Slack asked us to wait."""

    def queues(self) -> tuple[list[LaneQueue], Micros | None]:
        """The queues in which a lane may go now, and when the first of all others may."""

    def due_lanes(self, queue: str, limit: int, order: LaneOrder = LaneOrder.OLDEST) -> list[str]:
        """The lanes of a queue that may go now."""

    def lane_to_try(self, aside: str) -> tuple[str, str] | None:
        """A lane of a channel in trouble that may try it now, and its pace."""

    def hold_channel(self, channel: ChannelId, until: Micros, *, pace: str = "") -> None:
        """Keep the calls to a channel waiting, all of them or those of one pace, and no others."""

    def release_channel(self, aside: str) -> None:
        """Let the calls that wait in such a queue go on by their own paces."""

    def line_up(self) -> None:
        """Let `queues` and `due_lanes` see what this unit has owed so far."""

    def heads(self, lane: str, limit: int) -> list[OutboxEntry]:
        """The first owed effects of a lane in order; none while a call of that lane is under way or unknown."""

    def unknown_effects(self, *, sends: bool, limit: int) -> list[OutboxEntry]:
        """Effects whose outcome is unknown and due for a look, oldest look first: sends, or all others."""

    def opening(self, channel: ChannelId) -> bool:
        """Whether a header is being posted in this channel and we have not learned its ts."""

    def move_moments(self, by: Micros) -> None:
        """Move everything that waits for a moment along with a clock that was set."""

    def clock_set_at(self) -> Micros:
        """When the clock was last set, in the time since; 0 for never."""

    def known_events(self, source: str, event_ids: Sequence[str]) -> set[str]:
        """Those of the events that were seen before."""

    def keep_arrivals(self, bodies: Sequence[str]) -> None:
        """Keep events of the provider until they are taken in."""

    def arrivals(self, limit: int) -> list[InboxEvent]:
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

    def picture(self, message_id: int, number: int) -> Attachment | None: ...
    def pictures(self, message_id: int) -> list[Attachment]:
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

    def keep_ask(self, ask: PendingConfirmation) -> None:
        """Keep what waits for a button, anew where it has no outcome yet; very old ones go."""

    def ask(self, ask_id: str) -> PendingConfirmation | None: ...
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

    def add_wave(self, wave: Wave) -> None: ...
    def confirm_wave(self, own_id: str, wave_id: str) -> None:
        """Note that the provider took a wave, and its number there."""

    def drop_wave(self, own_id: str) -> None:
        """Forget a wave that the provider certainly did not take."""

    def wave(self, wave_id: str) -> Wave | None: ...
    def is_card(self, channel: ChannelId, ts: MessageTs) -> bool:
        """Whether a message is the card of a wave."""

    def set_wave_card(self, wave_id: str, channel: ChannelId, ts: MessageTs) -> None: ...
    def end_wave(self, wave_id: str) -> None:
        """Look no more how far a wave is."""

    def waves_without_card(self, since: Micros, until: Micros) -> list[Wave]:
        """Waves made between these moments whose card is not known to be there."""

    def waves_due(self, since: Micros, until: Micros) -> list[Wave]:
        """Waves whose time lies between these moments, the latest first; no drafts."""

    def waves_under_way(self, since: Micros) -> list[Wave]:
        """Waves that became due since then and were not seen to end."""

    def note_list(self, name: str) -> None:
        """Know the name of a contact list that the provider has shown."""

    def forget_list(self, name: str) -> None:
        """Forget a contact list that the provider does not have any more."""

    def list_names(self) -> list[str]:
        """The contact lists that are known, the one met last first."""

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
    def has_strays(self, kind: str, start: str) -> bool:
        """Whether anything is kept for a subject that begins so."""

    def old_strays(self, kind: str, before: Micros, limit: int) -> list[str]:
        """What something was kept for before that moment."""

    def drop_strays(self, kind: str, before: Micros) -> None: ...
    def take_strays(self, kind: str, subject: str) -> list[str]: ...
