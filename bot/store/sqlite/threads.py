"""The part of the ledger that knows where conversations show: moves to another channel, and channels with a new id."""

from typing import Any

from bot.domain.ids import ChannelId, ConversationId, MessageTs
from bot.domain.message import Message
from bot.domain.outbox import HELD, Lane, OutboxEntry, held_queue_of, lane_of, post_limit
from bot.domain.timestamps import add_seconds
from bot.store.sqlite import rows
from bot.store.sqlite.messages import Texts
from bot.store.sqlite.outbox import Effects

REPEATED_S = 8 * 86_400.0
"""How old an event may be that is heard of once more: the longest CATCH_UP_HOURS, and a day."""

EVENTS = ("slack-message", "slack-edit", "slack-deletion", "slack-reaction")
"""Sources whose events are known by their channel and what follows it."""

RENAMED = (
    "rename_conversations",
    "rename_former",
    "rename_threads",
    "drop_old_threads",
    "rename_marks",
    "rename_leaving",
    "rename_messages",
    "rename_shown",
    "rename_lanes",
    "rename_effects",
    "rename_subjects",
    "rename_pace",
    "drop_old_pace",
    "rename_modes",
    "drop_old_mode",
    "rename_routes",
    "rename_waves",
    "rename_strays",
    "rename_values",
    "rename_facts",
)
"""Statements that give a channel its new id, in order."""


class Threads(Texts, Effects):
    """Where conversations show; see bot.ports.repositories.Ledger."""

    def move_conversation(self, conversation_id: ConversationId, channel: ChannelId) -> None:
        """Let a conversation go on in another channel, without a thread yet."""
        old = self.conversation(conversation_id).channel
        self._conversations.pop(conversation_id, None)
        self._do("leave_lines", id=conversation_id, channel=old)
        self._do("move_conversation", id=conversation_id, channel=channel)
        self._add_pace(post_limit(channel))
        for way in (Lane.IN, Lane.ABOUT):
            self._do("move_lane", lane=lane_of(conversation_id, way), old=post_limit(old), new=post_limit(channel))
        self._touched.update(lane_of(conversation_id, way) for way in Lane)  # none waits for the old channel any more

    def repace(self, entry: OutboxEntry, pace: str) -> None:
        """Let a call that is owed keep another pace."""
        self._add_pace(pace)
        self._do("repace", id=entry.id, pace=pace)
        self._touched.add(entry.lane)

    def is_busy(self, lane: str) -> bool:
        """Tell whether a call of a lane is under way or unknown."""
        return self._one("is_busy", lane=lane) is not None

    def moves_waiting(self, lane: str) -> list[OutboxEntry]:
        """List the moves of a lane that are owed."""
        return [rows.entry(row) for row in self._all("moves_waiting", lane=lane)]

    def has_thread(self, ts: MessageTs) -> bool:
        """Tell whether a thread of any channel began then."""
        return self._one("has_thread", ts=ts) is not None

    def release_places(self) -> None:
        """Try every channel now that was left alone until somebody does something."""
        self._do("release_places")
        for hold in self.paces():
            if hold.key.startswith(HELD):
                self.release_channel(hold.key)
        self._has_news = True

    def first_text(self, conversation_id: ConversationId) -> Message | None:
        """Read the text that a conversation began with."""
        return rows.message_or_none(self._one("first_text", id=conversation_id))

    def open_questions(self, conversation_id: ConversationId) -> list[Message]:
        """List the texts that wait for a person's word."""
        return [rows.message(row) for row in self._all("open_questions", id=conversation_id)]

    def rename_channel(self, old: ChannelId, new: ChannelId) -> None:
        """Know a channel by another id from now on, wherever it is noted."""
        self.release_channel(held_queue_of(old))
        since = add_seconds(self.now, -REPEATED_S)
        paces = {"old_pace": post_limit(old), "new_pace": post_limit(new)}
        values: dict[str, Any] = {"old": old, "new": new, "since": since, **paces}
        for query in RENAMED:
            self._do(query, **values)
        for source in EVENTS:
            self._do("rename_events", source=source, **values)
        self._conversations.clear()
        self._messages.clear()
        self._paces.clear()
        self._has_news = True
