"""Repositories: the parts of the tables as the use cases see them within one transaction.

Plain synchronous calls, all kept or none. Lookups return None where there is nothing; `get` is asked only for ids that
exist, unless it says so. Implemented in bot/store.
"""

from collections.abc import Iterable, Mapping
from typing import Protocol

from bot.domain.conversation import Conversation
from bot.domain.ids import ChannelId, ConversationId, MessageKey, MessageTs, UserId
from bot.domain.media import Attachment, Media
from bot.domain.message import Message
from bot.domain.phone import E164
from bot.domain.scheduled import ScheduledText
from bot.domain.shared_files import SharedFile
from bot.domain.shown import ReplyCount, Shown
from bot.domain.subjects import Subject
from bot.domain.tapbacks import Tapback
from bot.domain.timestamps import Micros
from bot.domain.waves import Wave


class Conversations(Protocol):
    """Conversations: who talks with whom, and the threads that show it."""

    def find(self, account: E164, contact: E164) -> Conversation | None: ...

    def add(self, account: E164, contact: E164, channel: ChannelId) -> Conversation: ...

    def get(self, conversation_id: ConversationId) -> Conversation: ...

    def at(self, channel: ChannelId, thread_ts: MessageTs) -> Conversation | None: ...

    def has_thread(self, ts: MessageTs) -> bool:
        """Whether a thread of ours began with this ts, in any channel."""

    def set_thread(self, conversation_id: ConversationId, ts: MessageTs | None) -> None: ...

    def add_thread(self, conversation_id: ConversationId, ts: MessageTs, channel: ChannelId | None = None) -> None:
        """Let one more thread lead to a conversation, in its channel or in one that it has left."""

    def move(self, conversation_id: ConversationId, channel: ChannelId) -> None:
        """Move a conversation to another channel, without a thread yet, and its pending entries with it.

        Its thread becomes its former one, which keeps leading to it.
        """

    def rename_channel(self, old: ChannelId, new: ChannelId) -> None:
        """Replace the id of a channel wherever it is stored."""

    def accounts(self) -> list[E164]:
        """Our numbers that somebody has texted with."""

    def has_several_accounts(self) -> bool:
        """Whether people have texted with several numbers of ours."""

    def with_contact(self, contact: E164) -> list[Conversation]:
        """The conversations of all our numbers with one contact."""

    def save(self, conversation: Conversation) -> None:
        """Store what changed about a conversation, but for its thread."""

    def channels(self) -> list[ChannelId]:
        """Channels that hold threads of ours."""

    def oldest_thread(self, channel: ChannelId) -> MessageTs | None:
        """The first thread in a channel that ever led to a conversation."""

    def in_channel(self, channel: ChannelId, limit: int) -> list[Conversation]:
        """Conversations with a thread in a channel, newest first."""

    def recent(self, since: Micros, limit: int) -> list[Conversation]:
        """Conversations with a text recorded since then, the latest first."""


class Messages(Protocol):
    """Messages: texts in both directions, and how far they are."""

    def add(self, message: Message) -> Message:
        """Store a new text; its id is given here."""

    def save(self, message: Message) -> None:
        """Store what changed about a text."""

    def place(self, message: Message, channel: ChannelId, ts: MessageTs) -> Message:
        """Note where in Slack a text stands, and return it so."""

    def get(self, message_id: int) -> Message: ...

    def by_key(self, key: MessageKey) -> Message | None: ...

    def by_provider_id(self, provider_id: str, legacy_id: str) -> Message | None: ...

    def at(self, channel: ChannelId, ts: MessageTs) -> list[Message]: ...

    def shown_at(self, channel: ChannelId, ts: MessageTs) -> list[Message]:
        """All texts that one Slack message shows, in both directions and any status."""

    def kept_internal_at(self, channel: ChannelId, ts: MessageTs) -> Message | None:
        """The reply of a Slack message that its author edited into one for colleagues."""

    def has_replies(self, conversation_id: ConversationId, turn: int) -> bool: ...

    def has_withdrawn(self, conversation_id: ConversationId, turn: int) -> bool: ...

    def reply_count(self, conversation_id: ConversationId, turn: int) -> ReplyCount:
        """Delivery status of the replies of one turn, counted; none that was withdrawn or sent again."""

    def held(self, conversation_id: ConversationId) -> Message | None:
        """The first text of a conversation that is held and has not left; others wait behind it."""

    def waiting_turns(self, conversation_id: ConversationId) -> list[int]:
        """The turns in which replies wait to leave."""

    def undoable(self, conversation_id: ConversationId, turn: int) -> MessageKey | None:
        """The newest reply of a turn that is in its undo window."""

    def departures(self, author: UserId, since: Micros) -> int:
        """How many texts somebody let leave since then."""

    def note_departure(self, author: UserId, texts: int, since: Micros) -> None:
        """Count texts that leave now, and forget what was counted until `since`."""

    def drop_departure(self, author: UserId, texts: int) -> None:
        """Count texts no more that were counted last."""

    def undecided(self) -> list[Message]:
        """Outbound texts that have not certainly left, and those of unknown outcome."""

    def found_in_record(self, conversation_id: ConversationId) -> list[Message]:
        """Texts of the contact that were found in the provider's record, newest first, at most fifty."""

    def unconfirmed(self, since: Micros, until: Micros, limit: int) -> list[Message]:
        """Texts that the provider accepted between these moments and the carrier has not confirmed, oldest first."""

    def first(self, conversation_id: ConversationId) -> Message | None:
        """The text that a conversation began with, in either direction."""

    def awaiting_decision(self, conversation_id: ConversationId) -> list[Message]:
        """Texts that wait for a decision by a person, oldest first."""

    def before(self, message: Message) -> Message | None:
        """The last text before another one of its conversation, in either direction; none that was not sent."""

    def has_draft_before(self, message: Message) -> bool:
        """Whether an earlier text of the conversation waits for a decision by a person."""

    def unshown(self, conversation_id: ConversationId) -> list[Message]:
        """Outbound texts that were sent and are shown in no thread, oldest first, at most three."""

    def newest(self, conversation_id: ConversationId) -> Message | None: ...

    def last_inbound(self, conversation_id: ConversationId) -> Message | None:
        """The last text of the contact, by the carrier's time."""

    def last_inbound_id(self, conversation_id: ConversationId) -> int:
        """The id of the contact's text that was stored last, or 0."""

    def inbound_before(self, conversation_id: ConversationId, others: int) -> int | None:
        """The sort key of the contact's text that so many others were stored after; None if there are fewer."""

    def inbound_after(self, conversation_id: ConversationId, after: int, limit: int) -> list[Message]:
        """Texts of the contact above an id, in the order in which they were stored."""

    def recent(self, conversation_id: ConversationId) -> list[Message]:
        """The newest texts of a conversation in both directions, at most a thousand."""


class ShownLines(Protocol):
    """Shown lines: what a thread shows about a subject."""

    def get(self, conversation_id: ConversationId, subject: Subject) -> Shown | None: ...

    def set(self, conversation_id: ConversationId, subject: Subject, shown: Shown) -> None: ...


class Attachments(Protocol):
    """Attachments: files from phones, from their fetching until they are shown."""

    def add(self, message_id: int, number: int, media: Media) -> None:
        """Store an attachment until it is shown."""

    def fail(self, message_id: int, number: int, failure: str) -> None:
        """Note why an attachment will not be shown."""

    def get(self, message_id: int, number: int) -> Attachment | None: ...

    def of_message(self, message_id: int) -> list[Attachment]:
        """The attachments of a text, without their bytes."""

    def waiting_bytes(self) -> int:
        """How many bytes of attachments wait to be shown."""

    def remove(self, message_id: int, number: int) -> None:
        """Remove an attachment: it is shown."""


class Tapbacks(Protocol):
    """Tapbacks: texts of contacts that are reactions on other texts."""

    def add(self, message_id: int, quoted_id: int, tapback: Tapback) -> None:
        """Note that a text is a reaction on another."""

    def quoted_by(self, message_id: int) -> int | None:
        """The text that a reaction is on; None for a text that is none."""

    def on(self, quoted_id: int) -> list[Tapback]:
        """The reactions on a text, the oldest first, without what they quote."""

    def forget(self, message_id: int) -> None:
        """Let a text be no reaction any more."""


class Pictures(Protocol):
    """Pictures of texts that go out, as they were made to fit a phone. Each is known by its number, from 1."""

    def keep(self, message_id: int, pictures: Mapping[int, Media]) -> None:
        """Keep the pictures of a text in place of what was kept of it."""

    def get(self, message_id: int, number: int) -> Media | None: ...

    def copy(self, message_id: int, to: int) -> bool:
        """Keep the pictures of a text for another one as well; False where there are none."""

    def forget(self, message_id: int) -> None:
        """Remove the pictures of a text."""


class SharedFiles(Protocol):
    """Files of texts that links lead to. Each is known by its number, from 1."""

    def keep(self, message_id: int, files: Iterable[SharedFile]) -> None:
        """Keep the files of a text in place of what was kept of it; no link leads to them yet."""

    def of(self, message_id: int) -> list[SharedFile]: ...

    def open_until(self, message_id: int, until: Micros) -> None:
        """Let the links of a text lead to its files until then, but for those that were ended."""

    def end(self, message_id: int, by: UserId) -> bool:
        """End the links of a text for good; False where there was none to end."""


class Scheduled(Protocol):
    """Scheduled texts: what the provider sends later."""

    def add(self, text: ScheduledText) -> None: ...

    def get(self, scheduled_id: str) -> ScheduledText | None: ...

    def due_between(self, conversation_id: ConversationId, since: Micros, until: Micros) -> list[ScheduledText]:
        """Texts due between these moments that were not matched with a text of the provider yet."""

    def match(self, scheduled_id: str, message_id: int) -> None: ...

    def confirm(self, scheduled_id: str) -> None: ...

    def remove(self, scheduled_id: str) -> None:
        """Remove a text that the provider certainly did not accept."""


class Waves(Protocol):
    """Waves: one text to many, and the cards that show them."""

    def add(self, wave: Wave) -> None: ...

    def confirm(self, own_id: str, wave_id: str) -> None:
        """Note that the provider accepted a wave, and its id there."""

    def remove(self, own_id: str) -> None:
        """Remove a wave that the provider certainly did not accept."""

    def get(self, wave_id: str) -> Wave | None: ...

    def is_card(self, channel: ChannelId, ts: MessageTs) -> bool:
        """Whether a message is the card of a wave."""

    def set_card(self, wave_id: str, channel: ChannelId, ts: MessageTs) -> None: ...

    def end(self, wave_id: str) -> None:
        """Note that a wave has ended: its progress is not looked up any more."""

    def without_card(self, since: Micros, until: Micros) -> list[Wave]:
        """Waves made between these moments whose card is not known to be posted."""

    def due_between(self, since: Micros, until: Micros) -> list[Wave]:
        """Waves whose time lies between these moments, the latest first; no drafts."""

    def under_way(self, since: Micros) -> list[Wave]:
        """Waves that became due since then and have not ended."""
