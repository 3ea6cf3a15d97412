"""Actions of people on channels: kick, invite, archive, unarchive, share; each makes the event Slack would.

Shapes: https://docs.slack.dev/reference/events/channel_archive and the pages beside it.
"""

from __future__ import annotations

from typing import Any

from bot.sandbox.slack.state.teams import TEAM_ID
from bot.sandbox.slack.state.workspace import Workspace


class ChannelActions(Workspace):
    """Actions of people on channels, over a workspace that can deliver events."""

    async def _send(self, event: dict[str, Any]) -> int:
        raise NotImplementedError

    def kick(self, channel: str, team_id: str = TEAM_ID) -> None:
        """Remove a team's bot from a channel: it gets no events from there any more, and may not write there."""
        self.channels[channel].set_bot(team_id, is_in=False)
        self.tell("channel", self.channels[channel])

    async def invite(self, channel: str, team_id: str = TEAM_ID) -> None:
        """Invite a team's bot into a channel."""
        await self._send(self.let_in(self.channels[channel], team_id))

    async def archive(self, user: str, channel: str) -> None:
        """Archive a channel: nothing in it can be changed, and nobody is in a public one any more, no app either.

        https://slack.com/help/articles/213185307
        """
        self.channels[channel].is_archived = True
        await self._tell_of(channel, "archive", user=user)
        self.empty(self.channels[channel])

    async def unarchive(self, user: str, channel: str) -> None:
        """Unarchive a channel; of a private one Slack tells by another name who did it."""
        unarchived = self.channels[channel]
        unarchived.is_archived = False
        if unarchived.invited is not None:
            unarchived.invited.add(user)
        await self._tell_of(channel, "unarchive", **{"actor_id" if unarchived.is_private else "user": user})

    async def connect_channel(self, channel: str, team_id: str) -> None:
        """Share a channel with a further team (Slack Connect) and tell the app: channel_shared."""
        self.share(channel, team_id)
        event = {"type": "channel_shared", "connected_team_id": team_id, "channel": channel}
        await self._send(event | {"event_ts": self.next_ts()})

    async def disconnect_channel(self, channel: str, team_id: str) -> None:
        """End the sharing of a channel with a team and tell the app of the others: channel_unshared."""
        shared = self.channels[channel]
        shared.teams.remove(team_id)
        shared.set_bot(team_id, is_in=False)
        event = {"type": "channel_unshared", "previously_connected_team_id": team_id, "channel": channel}
        await self._send(event | {"is_ext_shared": self.is_external(shared), "event_ts": self.next_ts()})

    async def change_id(self, old: str, new: str) -> int:
        """Give a channel a new id, as happens when it is shared; the old one is not known any more.

        Returns the status of the event's first delivery.
        """
        channel = self.channels.pop(old)
        channel.id = new
        for message in channel.messages:
            message.channel = new
        self.channels[new] = channel
        self.tell("channel", channel)
        event = {"type": "channel_id_changed", "old_channel_id": old, "new_channel_id": new}
        return await self._send(event | {"event_ts": self.next_ts()})

    async def _tell_of(self, channel: str, what: str, **fields: str) -> None:
        self.tell("channel", self.channels[channel])
        kind = "group" if self.channels[channel].is_private else "channel"
        event = {"type": f"{kind}_{what}", "channel": channel, **fields}
        await self._send(event | {"event_ts": self.next_ts()})
