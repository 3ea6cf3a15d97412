"""Conversations: who talks with whom, and the threads that show it."""

from typing import Any

from bot.domain.conversation import Conversation
from bot.domain.dedup import DedupScope
from bot.domain.ids import ChannelId, ConversationId, MessageTs
from bot.domain.outbox import Lane, held_queue_of, lane_of, post_limit
from bot.domain.phone import E164
from bot.domain.timestamps import Micros, add_seconds
from bot.store.sql import rows
from bot.store.sql.connection import Row
from bot.store.sql.outbox import Outbox
from bot.store.sql.session import Repository

REPEATED_S = 8 * 86_400.0
"""Age up to which an event may come once more, in seconds: the longest CATCH_UP_HOURS, and a day."""

BY_CHANNEL = (
    DedupScope.SLACK_MESSAGE,
    DedupScope.SLACK_EDIT,
    DedupScope.SLACK_DELETION,
    DedupScope.SLACK_REACTION,
    DedupScope.SLACK_ARCHIVING,
)
"""Dedup scopes whose ids begin with a channel."""

RENAMED = (
    "rename_conversations",
    "rename_former_channels",
    "rename_threads",
    "drop_old_threads",
    "rename_reactions",
    "rename_leaving_lines",
    "rename_messages",
    "rename_own_channel",
    "rename_shown_lines",
    "rename_lanes",
    "rename_entries",
    "rename_subjects",
    "rename_rate_limit",
    "drop_old_rate_limit",
    "rename_modes",
    "drop_old_mode",
    "rename_routes",
    "rename_waves",
    "rename_weekly_posts",
    "rename_parked_events",
    "rename_values",
    "rename_value_names",
)
"""Statements that give a channel its new id, in order."""

INBOUND_COLUMNS = frozenset(
    {"turn", "stage", "is_opted_out", "last_inbound_at", "answers_from", "flood_at", "gathered_until", "unshown"}
    | {"free_text_until"}
)
"""Columns of a conversation that the statement note_inbound writes: all that a text from a phone changes."""

_UNKNOWN = object()


class Conversations(Repository):
    """Conversations: who talks with whom, and the threads that show it."""

    def find(self, account: E164, contact: E164) -> Conversation | None:
        """Find the conversation of an account number and a contact."""
        return self._known(self._one("find_conversation", account=account, contact=contact))

    def add(self, account: E164, contact: E164, channel: ChannelId) -> Conversation:
        """Begin a conversation that shows in a channel."""
        return rows.conversation(self._existing("add_conversation", account=account, contact=contact, channel=channel))

    def get(self, conversation_id: ConversationId) -> Conversation:
        """Read a conversation that exists."""
        known = self._session.known_conversations.get(conversation_id)
        if known is None:
            known = rows.conversation(self._existing("conversation", id=conversation_id))
            self._session.known_conversations[conversation_id] = known
        return known

    def at(self, channel: ChannelId, thread_ts: MessageTs) -> Conversation | None:
        """Find the conversation that a thread shows, now or formerly."""
        return rows.conversation_or_none(self._one("conversation_at", channel=channel, ts=thread_ts))

    def has_thread(self, ts: MessageTs) -> bool:
        """Tell whether a thread of any channel began then."""
        return self._one("has_thread", ts=ts) is not None

    def set_thread(self, conversation_id: ConversationId, ts: MessageTs | None) -> None:
        """Note the header's ts, or that it is gone; a former thread keeps leading to its conversation."""
        self._session.known_conversations.pop(conversation_id, None)
        self._existing("set_thread", id=conversation_id, ts=ts)
        if ts is not None:
            self.add_thread(conversation_id, ts)

    def add_thread(self, conversation_id: ConversationId, ts: MessageTs, channel: ChannelId | None = None) -> None:
        """Let one more thread lead to a conversation."""
        channel = channel or self.get(conversation_id).channel
        self._do("add_thread", channel=channel, ts=ts, id=conversation_id)

    def move(self, conversation_id: ConversationId, channel: ChannelId) -> None:
        """Let a conversation go on in another channel, without a thread yet."""
        old = self.get(conversation_id).channel
        self._session.known_conversations.pop(conversation_id, None)
        self._do("note_left_lines", id=conversation_id, channel=old)
        self._do("move_conversation", id=conversation_id, channel=channel)
        self._session.add_limit(post_limit(channel))
        limits = {"old_limit": post_limit(old), "new_limit": post_limit(channel)}
        for lane in (Lane.IN, Lane.ABOUT):
            self._do("change_lane_limit", lane=lane_of(conversation_id, lane), **limits)
        # none waits for the old channel any more
        self._session.touched.update(lane_of(conversation_id, lane) for lane in Lane)

    def rename_channel(self, old: ChannelId, new: ChannelId) -> None:
        """Know a channel by another id from now on, wherever it is noted."""
        Outbox(self._session).release_channel(held_queue_of(old))
        since = add_seconds(self._session.now, -REPEATED_S)
        limits = {"old_limit": post_limit(old), "new_limit": post_limit(new)}
        values: dict[str, Any] = {"old": old, "new": new, "since": since, **limits}
        for query in RENAMED:
            self._do(query, **values)
        for scope in BY_CHANNEL:
            self._do("rename_seen_events", scope=scope.value, **values)
        self._do("rename_seen_events", scope=DedupScope.OUTSIDE.value, **values | {"since": 0})  # refused for good
        self._session.known_conversations.clear()
        self._session.known_messages.clear()
        self._session.limits.clear()
        self._session.has_work = True

    def accounts(self) -> list[E164]:
        """List our numbers that have conversations."""
        return [row["account"] for row in self._all("accounts")]

    def has_several_accounts(self) -> bool:
        """Tell whether people have texted with several numbers of ours."""
        return self._one("has_several_accounts") is not None

    def with_contact(self, contact: E164) -> list[Conversation]:
        """List the conversations of all our numbers with one contact."""
        return [rows.conversation(row) for row in self._all("conversations_with_contact", contact=contact)]

    def save(self, conversation: Conversation) -> None:
        """Store what changed about a conversation; its thread has calls of its own."""
        after, known = rows.from_conversation(conversation), self._session.known_conversations.get(conversation.id)
        before = {} if known is None else rows.from_conversation(known)
        changes = {column for column, value in after.items() if before.get(column, _UNKNOWN) != value}
        self._change("note_inbound" if changes <= INBOUND_COLUMNS else "save_conversation", **after)
        self._session.known_conversations[conversation.id] = conversation

    def channels(self) -> list[ChannelId]:
        """List the channels that hold threads of ours."""
        return [row["channel"] for row in self._all("channels")]

    def oldest_thread(self, channel: ChannelId) -> MessageTs | None:
        """Find the first thread of ours in a channel."""
        ts: MessageTs | None = self._existing("oldest_thread", channel=channel)["ts"]
        return ts

    def in_channel(self, channel: ChannelId, limit: int) -> list[Conversation]:
        """List the newest conversations that show in a channel."""
        return [rows.conversation(row) for row in self._all("conversations_in_channel", channel=channel, limit=limit)]

    def recent(self, since: Micros, limit: int) -> list[Conversation]:
        """List the conversations with texts since then."""
        return [rows.conversation(row) for row in self._all("recent_conversations", since=since, limit=limit)]

    def _known(self, row: Row | None) -> Conversation | None:
        if row is None:
            return None
        found = self._session.known_conversations[row["id"]] = rows.conversation(row)
        return found
