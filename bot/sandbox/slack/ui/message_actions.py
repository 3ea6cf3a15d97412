"""Actions of people on messages that stand already: edit, delete, react; each makes the event Slack would."""

from __future__ import annotations

import secrets
from typing import Any

from bot.sandbox.slack.state.workspace import Workspace
from bot.sandbox.slack.ui.typing import rich_text, stored_text


class MessageActions(Workspace):
    """Actions of people on messages, over a workspace that can deliver events."""

    async def _send(self, event: dict[str, Any]) -> int:
        raise NotImplementedError

    async def edit(self, channel: str, ts: str, text: str) -> None:
        """Edit a person's message."""
        blocks = [rich_text(text, secrets.token_hex(3))]
        await self._send(self.change(self.message_at(channel, ts), text=stored_text(text), blocks=blocks, marks=True))

    async def delete(self, channel: str, ts: str) -> None:
        """Delete a message."""
        await self._send(self.remove(self.message_at(channel, ts)))

    async def add_reaction(self, user: str, channel: str, ts: str, name: str) -> None:
        """React to a message as a person."""
        await self._send(self.react(self.message_at(channel, ts), user, name))

    async def remove_reaction(self, user: str, channel: str, ts: str, name: str) -> None:
        """Take a person's reaction away."""
        await self._send(self.unreact(self.message_at(channel, ts), user, name))
