"""Own channels port: which channels show one conversation alone."""

from typing import Protocol

from bot.domain.ids import ChannelId, ConversationId, UserId
from bot.domain.own_channels import OwnChannel
from bot.domain.timestamps import Micros


class OwnChannels(Protocol):
    """Channels of their own of a workspace; one stays known when its conversation has left it."""

    def ask(self, conversation_id: ConversationId, name: str, user: UserId) -> int:
        """Note that somebody wants one, which is to have this name; returns its number here."""

    def get(self, own_id: int) -> OwnChannel | None: ...

    def at(self, channel: ChannelId) -> OwnChannel | None:
        """The one that is this channel in Slack."""

    def unmade(self, conversation_id: ConversationId) -> OwnChannel | None:
        """The one of a conversation of which Slack has not said that it made it."""

    def has_name(self, name: str) -> bool:
        """Whether one has this name, or was to have it."""

    def set_name(self, own_id: int, name: str) -> None: ...

    def set_channel(self, own_id: int, channel: ChannelId) -> None:
        """Note which channel in Slack it is."""

    def note_change(self, channel: ChannelId, at: Micros) -> bool:
        """Note when one was archived or unarchived; False where a later time is known."""

    def leave(self, channel: ChannelId) -> None:
        """Note that its conversation leaves one only because it is archived."""

    def forget_leaving(self, conversation_id: ConversationId) -> None:
        """Forget that of each channel of a conversation."""

    def remove(self, own_id: int) -> None:
        """Forget one that Slack certainly did not make."""
