"""Messages: texts in both directions, and how far they are."""

from bot.domain.changes import changed
from bot.domain.ids import ChannelId, ConversationId, MessageKey, MessageTs, UserId
from bot.domain.message import Message
from bot.domain.shown import NO_REPLIES, ReplyCount
from bot.domain.timestamps import Micros
from bot.store.sql import rows
from bot.store.sql.session import Repository


class Messages(Repository):
    """Messages: texts in both directions, and how far they are."""

    def add(self, message: Message) -> Message:
        """Store a new text and give it an id."""
        row = self._existing("add_message", **rows.from_message(message))
        added = self._session.known_messages[row["id"]] = rows.with_id(message, row["id"])
        return added

    def save(self, message: Message) -> None:
        """Store what changed about a text."""
        self._change("save_message", **rows.from_message(message))
        self._session.known_messages[message.id] = message

    def place(self, message: Message, channel: ChannelId, ts: MessageTs) -> Message:
        """Note where in Slack a text stands, and return it so."""
        self._change("place_message", id=message.id, channel=channel, ts=ts)
        placed = self._session.known_messages[message.id] = changed(message, channel=channel, ts=ts)
        return placed

    def get(self, message_id: int) -> Message:
        """Read a text that exists."""
        known = self._session.known_messages.get(message_id)
        if known is None:
            known = self._session.known_messages[message_id] = rows.message(self._existing("message", id=message_id))
        return known

    def by_key(self, key: MessageKey) -> Message | None:
        """Find a text by our own key."""
        return rows.message_or_none(self._one("message_by_key", key=key))

    def by_provider_id(self, provider_id: str, legacy_id: str) -> Message | None:
        """Find an outbound text by the provider's ids; an empty id matches nothing."""
        found = self._one("message_by_provider_id", id=provider_id) if provider_id else None
        if found is None and legacy_id:
            found = self._one("message_by_legacy_id", id=legacy_id)
        return rows.message_or_none(found)

    def at(self, channel: ChannelId, ts: MessageTs) -> list[Message]:
        """List the outbound texts that one Slack message shows: the parts of a reply."""
        return [rows.message(row) for row in self._all("messages_at", channel=channel, ts=ts)]

    def shown_at(self, channel: ChannelId, ts: MessageTs) -> list[Message]:
        """List all texts that one Slack message shows."""
        return [rows.message(row) for row in self._all("messages_shown_at", channel=channel, ts=ts)]

    def kept_internal_at(self, channel: ChannelId, ts: MessageTs) -> Message | None:
        """Read the reply of a Slack message that its author edited into one for colleagues."""
        return rows.message_or_none(self._one("kept_internal_at", channel=channel, ts=ts))

    def has_replies(self, conversation_id: ConversationId, turn: int) -> bool:
        """Tell whether a turn has any outbound text."""
        return self._one("has_replies", id=conversation_id, turn=turn) is not None

    def has_withdrawn(self, conversation_id: ConversationId, turn: int) -> bool:
        """Tell whether a turn has an outbound text that was withdrawn."""
        return self._one("has_withdrawn", id=conversation_id, turn=turn) is not None

    def reply_count(self, conversation_id: ConversationId, turn: int) -> ReplyCount:
        """Count the replies of one turn by how far they are; costs the same however many there are."""
        row = self._one("reply_count", id=conversation_id, turn=turn)
        return (
            NO_REPLIES
            if row is None
            else ReplyCount(
                failed=row["failed"],
                unknown=row["unknown"],
                drafts=row["draft"],
                queued=row["queued"],
                sending=row["sending"],
                sent=row["sent"],
                delivered=row["delivered"],
                read=row["read"],
                last_at=row["last_at"],
            )
        )

    def held(self, conversation_id: ConversationId) -> Message | None:
        """Read the first held text of a conversation: it waits because its call cannot be made."""
        return rows.message_or_none(self._one("held_message", id=conversation_id))

    def waiting_turns(self, conversation_id: ConversationId) -> list[int]:
        """List the turns in which replies wait to leave."""
        return [row["turn"] for row in self._all("waiting_turns", id=conversation_id)]

    def undoable(self, conversation_id: ConversationId, turn: int) -> MessageKey | None:
        """Find the newest reply of one turn that can be undone."""
        row = self._one("undoable_reply", id=conversation_id, turn=turn)
        return None if row is None else row["key"]

    def undecided(self) -> list[Message]:
        """List outbound texts that have not certainly left, and those of unknown outcome."""
        return [rows.message(row) for row in self._all("undecided_messages")]

    def found_in_record(self, conversation_id: ConversationId) -> list[Message]:
        """List the contact's texts that were found in the provider's record."""
        return [rows.message(row) for row in self._all("found_messages", id=conversation_id)]

    def unconfirmed(self, since: Micros, until: Micros, limit: int) -> list[Message]:
        """List texts that were sent and not confirmed."""
        return [rows.message(row) for row in self._all("unconfirmed_messages", since=since, until=until, limit=limit)]

    def first(self, conversation_id: ConversationId) -> Message | None:
        """Read the text that a conversation began with."""
        return rows.message_or_none(self._one("first_message", id=conversation_id))

    def awaiting_decision(self, conversation_id: ConversationId) -> list[Message]:
        """List the texts that wait for a person's word."""
        return [rows.message(row) for row in self._all("messages_awaiting_decision", id=conversation_id)]

    def before(self, message: Message) -> Message | None:
        """Read the last text before another one of its conversation; none that was not sent."""
        found = self._one("message_before", conversation_id=message.conversation_id, id=message.id)
        return rows.message_or_none(found)

    def has_draft_before(self, message: Message) -> bool:
        """Tell whether an earlier text of the conversation waits for a person's word."""
        return self._one("has_draft_before", conversation_id=message.conversation_id, id=message.id) is not None

    def unshown(self, conversation_id: ConversationId) -> list[Message]:
        """List the newest texts that went out and stand in no thread."""
        return [rows.message(row) for row in self._all("unshown_messages", id=conversation_id)][::-1]

    def newest(self, conversation_id: ConversationId) -> Message | None:
        """Read the text that was taken in last."""
        return rows.message_or_none(self._one("newest_message", id=conversation_id))

    def last_inbound(self, conversation_id: ConversationId) -> Message | None:
        """Read what the contact wrote last, by the carrier's time."""
        return rows.message_or_none(self._one("last_inbound", id=conversation_id))

    def last_inbound_id(self, conversation_id: ConversationId) -> int:
        """Read the id of the contact's text that was stored last; 0 where there is none."""
        return int(self._existing("last_inbound_id", id=conversation_id)["id"])

    def inbound_before(self, conversation_id: ConversationId, others: int) -> int | None:
        """Tell when the contact wrote the text that so many others came after."""
        row = self._one("inbound_before", id=conversation_id, others=others)
        return None if row is None else int(row["sort_key"])

    def inbound_after(self, conversation_id: ConversationId, after: int, limit: int) -> list[Message]:
        """List the contact's texts above an id, in the order in which they came."""
        found = self._all("inbound_after", id=conversation_id, after=after, limit=limit)
        return [rows.message(row) for row in found]

    def departures(self, author: UserId, since: Micros) -> int:
        """Count the texts that somebody let leave since then."""
        return int(self._existing("departures", author=author, since=since)["texts"])

    def note_departure(self, author: UserId, texts: int, since: Micros) -> None:
        """Count texts that leave now, and forget what was counted until then."""
        self._do("drop_old_departures", author=author, since=since)
        self._do("add_departure", author=author, texts=texts)

    def drop_departure(self, author: UserId, texts: int) -> None:
        """Count texts no more that were counted last."""
        self._do("drop_departure", author=author, texts=texts)

    def recent(self, conversation_id: ConversationId) -> list[Message]:
        """List the newest texts of a conversation, newest first."""
        return [rows.message(row) for row in self._all("recent_messages", id=conversation_id)]
