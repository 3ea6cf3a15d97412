"""The half of the ledger that remembers: events seen, conversations, texts, what threads show, strays and facts."""

import json
import sqlite3
from collections.abc import Sequence

from bot.domain.changes import changed
from bot.domain.conversation import Conversation
from bot.domain.ids import ChannelId, ConversationId, MessageKey, MessageTs
from bot.domain.message import Message
from bot.domain.phone import E164
from bot.domain.shown import NO_REPLIES, ReplyCount, Shown
from bot.domain.timestamps import Micros
from bot.store.sqlite import rows
from bot.store.sqlite.statements import Repository

HEARD = frozenset({"round", "stage", "opted_out", "heard_at", "answers_from"})
"""Columns of a conversation that the statement `hear` writes: all that a text from a phone changes."""

_UNKNOWN = object()


class Texts(Repository):
    """What was said, by whom, and where it shows; see bot.ports.repositories.Ledger."""

    # --- events

    def note_event(self, source: str, event_id: str) -> bool:
        """Remember an event; False where it was seen before."""
        return self._do("note_event", source=source, id=event_id).rowcount == 1

    def has_event(self, source: str, event_id: str) -> bool:
        """Tell whether an event was seen."""
        return self._one("has_event", source=source, id=event_id) is not None

    def known_events(self, source: str, event_ids: Sequence[str]) -> set[str]:
        """Tell which events were seen, all in one statement."""
        return {row["id"] for row in self._all("known_events", source=source, ids=json.dumps(event_ids))}

    # --- conversations

    def find_conversation(self, account: E164, contact: E164) -> Conversation | None:
        """Find the conversation of an account number and a contact."""
        return self._known(self._one("find_conversation", account=account, contact=contact))

    def _known(self, row: sqlite3.Row | None) -> Conversation | None:
        if row is None:
            return None
        found = self._conversations[row["id"]] = rows.conversation(row)
        return found

    def add_conversation(self, account: E164, contact: E164, channel: ChannelId) -> Conversation:
        """Begin a conversation that shows in a channel."""
        return rows.conversation(self._existing("add_conversation", account=account, contact=contact, channel=channel))

    def conversation(self, conversation_id: ConversationId) -> Conversation:
        """Read a conversation that exists."""
        known = self._conversations.get(conversation_id)
        if known is None:
            known = rows.conversation(self._existing("conversation", id=conversation_id))
            self._conversations[conversation_id] = known
        return known

    def conversation_at(self, channel: ChannelId, thread_ts: MessageTs) -> Conversation | None:
        """Find the conversation that a thread shows, now or formerly."""
        return rows.conversation_or_none(self._one("conversation_at", channel=channel, ts=thread_ts))

    def set_thread(self, conversation_id: ConversationId, ts: MessageTs | None) -> None:
        """Note the header's ts, or that it is gone; a former thread keeps leading to its conversation."""
        self._conversations.pop(conversation_id, None)
        self._existing("set_thread", id=conversation_id, ts=ts)
        if ts is not None:
            self.add_thread(conversation_id, ts)

    def add_thread(self, conversation_id: ConversationId, ts: MessageTs, channel: ChannelId | None = None) -> None:
        """Let one more thread lead to a conversation."""
        channel = channel or self.conversation(conversation_id).channel
        self._do("add_thread", channel=channel, ts=ts, id=conversation_id)

    def accounts(self) -> list[E164]:
        """List our numbers that have conversations."""
        return [row["account"] for row in self._all("accounts")]

    def has_lines(self) -> bool:
        """Tell whether people have texted with several numbers of ours."""
        return self._one("has_lines") is not None

    def conversations_with(self, contact: E164) -> list[Conversation]:
        """List the conversations of all our numbers with one contact."""
        return [rows.conversation(row) for row in self._all("conversations_with", contact=contact)]

    def save_conversation(self, conversation: Conversation) -> None:
        """Store what changed about a conversation; its thread has calls of its own."""
        after, known = rows.from_conversation(conversation), self._conversations.get(conversation.id)
        before = {} if known is None else rows.from_conversation(known)
        changes = {column for column, value in after.items() if before.get(column, _UNKNOWN) != value}
        self._do("hear" if changes <= HEARD else "save_conversation", **after)
        self._conversations[conversation.id] = conversation

    def channels(self) -> list[ChannelId]:
        """List the channels that hold threads of ours."""
        return [row["channel"] for row in self._all("channels")]

    def oldest_thread(self, channel: ChannelId) -> MessageTs | None:
        """Find the first thread of ours in a channel."""
        ts: MessageTs | None = self._existing("oldest_thread", channel=channel)[0]
        return ts

    def threads_of_channel(self, channel: ChannelId, limit: int) -> list[Conversation]:
        """List the newest conversations that show in a channel."""
        return [rows.conversation(row) for row in self._all("threads_of_channel", channel=channel, limit=limit)]

    # --- texts

    def add_message(self, message: Message) -> Message:
        """Store a new text and give it an id."""
        row = self._existing("add_message", **rows.from_message(message))
        added = self._messages[row["id"]] = rows.with_id(message, row["id"])
        return added

    def save_message(self, message: Message) -> None:
        """Store what changed about a text."""
        self._do("save_message", **rows.from_message(message))
        self._messages[message.id] = message

    def place_message(self, message: Message, channel: ChannelId, ts: MessageTs) -> Message:
        """Note where in Slack a text stands, and return it so."""
        self._do("place_message", id=message.id, channel=channel, ts=ts)
        placed = self._messages[message.id] = changed(message, channel=channel, ts=ts)
        return placed

    def message(self, message_id: int) -> Message:
        """Read a text that exists."""
        known = self._messages.get(message_id)
        if known is None:
            known = self._messages[message_id] = rows.message(self._existing("message", id=message_id))
        return known

    def message_by_key(self, key: MessageKey) -> Message | None:
        """Find a text by our own key."""
        return rows.message_or_none(self._one("message_by_key", key=key))

    def message_by_provider(self, provider_id: str, legacy_id: str) -> Message | None:
        """Find an outbound text by the provider's ids; an empty id matches nothing."""
        found = self._one("message_by_provider_id", id=provider_id) if provider_id else None
        if found is None and legacy_id:
            found = self._one("message_by_legacy_id", id=legacy_id)
        return rows.message_or_none(found)

    def messages_at(self, channel: ChannelId, ts: MessageTs) -> list[Message]:
        """List the outbound texts that one Slack message shows: the parts of a reply."""
        return [rows.message(row) for row in self._all("messages_at", channel=channel, ts=ts)]

    def shown_at(self, channel: ChannelId, ts: MessageTs) -> list[Message]:
        """List all texts that one Slack message shows."""
        return [rows.message(row) for row in self._all("shown_at", channel=channel, ts=ts)]

    def kept_inside_at(self, channel: ChannelId, ts: MessageTs) -> Message | None:
        """Read the reply of a Slack message that its author edited into one for colleagues."""
        return rows.message_or_none(self._one("kept_inside_at", channel=channel, ts=ts))

    def undecided_texts(self) -> list[Message]:
        """List the texts that have not certainly left, and those that nobody knows about."""
        return [rows.message(row) for row in self._all("undecided_texts")]

    def has_replies(self, conversation_id: ConversationId, round_: int) -> bool:
        """Tell whether a round has any outbound text."""
        return self._one("has_replies", id=conversation_id, round=round_) is not None

    def reply_count(self, conversation_id: ConversationId, round_: int) -> ReplyCount:
        """Count the replies of one round by how far they are; costs the same however many there are."""
        row = self._one("reply_count", id=conversation_id, round=round_)
        return NO_REPLIES if row is None else ReplyCount(*row)

    def held_text(self, conversation_id: ConversationId) -> Message | None:
        """Read the first text of a conversation that waits because it was kept from leaving."""
        return rows.message_or_none(self._one("held_text", id=conversation_id))

    def waiting_rounds(self, conversation_id: ConversationId) -> list[int]:
        """List the rounds in which replies wait to leave."""
        return [row["round"] for row in self._all("waiting_rounds", id=conversation_id)]

    def undoable(self, conversation_id: ConversationId, round_: int) -> MessageKey | None:
        """Find the newest reply of one round that can be taken back."""
        row = self._one("undoable", id=conversation_id, round=round_)
        return None if row is None else row["key"]

    def recent_texts(self, conversation_id: ConversationId) -> list[Message]:
        """List the newest texts of a conversation, newest first."""
        return [rows.message(row) for row in self._all("recent_texts", id=conversation_id)]

    def newest_text(self, conversation_id: ConversationId) -> Message | None:
        """Read the text that was taken in last."""
        return rows.message_or_none(self._one("newest_text", id=conversation_id))

    def last_heard(self, conversation_id: ConversationId) -> Message | None:
        """Read what the contact wrote last, by the carrier's time."""
        return rows.message_or_none(self._one("last_heard", id=conversation_id))

    def text_before(self, message: Message) -> Message | None:
        """Read the last text before another one of its conversation; none that was not sent."""
        found = self._one("text_before", conversation_id=message.conversation_id, id=message.id)
        return rows.message_or_none(found)

    def has_draft_before(self, message: Message) -> bool:
        """Tell whether an earlier text of the conversation waits for a person's word."""
        return self._one("draft_before", conversation_id=message.conversation_id, id=message.id) is not None

    def unshown(self, conversation_id: ConversationId) -> list[Message]:
        """List the newest texts that went out and stand in no thread."""
        return [rows.message(row) for row in self._all("unshown", id=conversation_id)][::-1]

    def found_texts(self, conversation_id: ConversationId) -> list[Message]:
        """List the contact's texts that were found in the provider's record."""
        return [rows.message(row) for row in self._all("found_texts", id=conversation_id)]

    def unconfirmed(self, since: Micros, until: Micros, limit: int) -> list[Message]:
        """List texts that were sent and not confirmed."""
        return [rows.message(row) for row in self._all("unconfirmed", since=since, until=until, limit=limit)]

    def recent_conversations(self, since: Micros, limit: int) -> list[Conversation]:
        """List the conversations with texts since then."""
        return [rows.conversation(row) for row in self._all("recent_conversations", since=since, limit=limit)]

    # --- what threads show

    def shown(self, conversation_id: ConversationId, subject: str) -> Shown | None:
        """Read what is shown about a subject."""
        row = self._one("shown", id=conversation_id, subject=subject)
        return None if row is None else Shown(row["ts"], rows.status(row["status"]), row["channel"])

    def set_shown(self, conversation_id: ConversationId, subject: str, shown: Shown) -> None:
        """Note what is shown about a subject."""
        status = shown.status.value if shown.status else None
        channel = shown.channel
        self._do("set_shown", id=conversation_id, subject=subject, ts=shown.ts, status=status, channel=channel)

    # --- strays and facts

    def keep_stray(self, kind: str, subject: str, body: str) -> None:
        """Keep something that came before what it belongs to."""
        self._do("keep_stray", kind=kind, subject=subject, body=body)

    def strays(self, kind: str, subject: str) -> list[str]:
        """Read what is kept, and leave it."""
        return [row["body"] for row in self._all("strays", kind=kind, subject=subject)]

    def stray_subjects(self, kind: str) -> list[str]:
        """List what something is kept for."""
        return [row["subject"] for row in self._all("stray_subjects", kind=kind)]

    def has_strays(self, kind: str, start: str) -> bool:
        """Tell whether anything is kept for a subject that begins so."""
        return self._one("has_strays", kind=kind, start=start, end=f"{start}\U0010ffff") is not None

    def old_strays(self, kind: str, before: Micros, limit: int) -> list[str]:
        """List what something has been kept for since before that moment."""
        return [row["subject"] for row in self._all("old_strays", kind=kind, before=before, limit=limit)]

    def drop_strays(self, kind: str, before: Micros) -> None:
        """Forget what was kept before that moment."""
        self._do("drop_strays", kind=kind, before=before)

    def take_strays(self, kind: str, subject: str) -> list[str]:
        """Take them back, oldest first."""
        return [
            row["body"] for row in sorted(self._all("take_strays", kind=kind, subject=subject), key=lambda r: r["id"])
        ]

    def fact(self, name: str) -> str | None:
        """Read a single remembered value."""
        row = self._one("fact", name=name)
        return None if row is None else str(row["value"])

    def set_fact(self, name: str, value: str) -> None:
        """Remember a single value."""
        self._do("set_fact", name=name, value=value)
