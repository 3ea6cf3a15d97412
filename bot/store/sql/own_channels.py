"""Channels of their own: which channels show one conversation alone."""

from bot.domain.ids import ChannelId, ConversationId, UserId
from bot.domain.own_channels import OwnChannel
from bot.domain.timestamps import Micros
from bot.store.sql.connection import Row
from bot.store.sql.session import Repository


class OwnChannels(Repository):
    """Channels of their own of a workspace."""

    def ask(self, conversation_id: ConversationId, name: str, user: UserId) -> int:
        """Note that somebody wants one."""
        own_id: int = self._existing("ask_own_channel", conversation_id=conversation_id, name=name, user=user)["id"]
        return own_id

    def get(self, own_id: int) -> OwnChannel | None:
        """Read one."""
        return _own_channel(self._one("own_channel", id=own_id))

    def at(self, channel: ChannelId) -> OwnChannel | None:
        """Read the one that is this channel in Slack."""
        return _own_channel(self._one("own_channel_at", channel=channel))

    def unmade(self, conversation_id: ConversationId) -> OwnChannel | None:
        """Read the one that is not known to be made."""
        return _own_channel(self._one("unmade_own_channel", conversation_id=conversation_id))

    def has_name(self, name: str) -> bool:
        """Tell whether a name is in use here."""
        return self._one("has_own_channel_name", name=name) is not None

    def set_name(self, own_id: int, name: str) -> None:
        """Change what Slack is asked to call it."""
        self._do("name_own_channel", id=own_id, name=name)

    def set_channel(self, own_id: int, channel: ChannelId) -> None:
        """Note that it is made."""
        self._do("set_own_channel", id=own_id, channel=channel)

    def note_change(self, channel: ChannelId, at: Micros) -> bool:
        """Note when one was archived or unarchived."""
        return self._do("note_own_channel_change", channel=channel, at=at).rowcount > 0

    def leave(self, channel: ChannelId) -> None:
        """Note why one is left."""
        self._do("leave_own_channel", channel=channel)

    def forget_leaving(self, conversation_id: ConversationId) -> None:
        """Forget why any was left."""
        self._do("forget_leaving", conversation_id=conversation_id)

    def remove(self, own_id: int) -> None:
        """Forget one that was not made."""
        self._do("remove_own_channel", id=own_id)


def _own_channel(row: Row | None) -> OwnChannel | None:
    if row is None:
        return None
    return OwnChannel(
        row["id"],
        row["conversation_id"],
        row["name"],
        row["asked_by"],
        row["at"],
        channel=row["channel"],
        is_left=bool(row["is_left"]),
    )
