"""Channel book: which contact is reached by which channel, as people said or the inbox told; kept across restarts.

Holds ids and numbers, and no text.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping

from bot.domain.phone import E164
from bot.providers.courier.json_fields import read_id, read_object

MOST_CHANNELS = 2_000
"""Channels that are kept; those found by the inbox are not added beyond."""


class ChannelBook:
    """Book of one line's channels. `recall` returns what `remember` was given last, also across restarts."""

    def __init__(self, recall: Callable[[], Awaitable[str | None]], remember: Callable[[str], Awaitable[None]]) -> None:
        self._recall = recall
        self._remember = remember
        self._turn = asyncio.Lock()
        self._known: dict[E164, str] | None = None

    async def all(self) -> Mapping[E164, str]:
        """Return the channel of every contact that has one."""
        if self._known is None:
            self._known = _read(await self._recall())
        return self._known

    async def of(self, contact: E164) -> str:
        """Return the channel of a contact, or ""."""
        return (await self.all()).get(contact, "")

    async def set(self, contact: E164, channel: str) -> None:
        """Set the channel of a contact; "" takes it out. Raises StoreUnavailable."""
        async with self._turn:
            changed = {key: value for key, value in (await self.all()).items() if key != contact}
            await self._keep(changed | ({contact: channel} if channel else {}))

    async def add(self, found: Mapping[E164, str]) -> None:
        """Add channels that were found, over none that is known. Raises StoreUnavailable."""
        async with self._turn:
            known = await self.all()
            fresh = {contact: channel for contact, channel in found.items() if contact not in known}
            fresh = dict(list(fresh.items())[: max(MOST_CHANNELS - len(known), 0)])
            if fresh:
                await self._keep({**known, **fresh})

    async def _keep(self, changed: dict[E164, str]) -> None:
        await self._remember(json.dumps(changed))
        self._known = changed


def _read(text: str | None) -> dict[E164, str]:
    try:
        stored = read_object(json.loads(text or "{}"))
    except ValueError:
        return {}
    return {E164(contact): channel for contact, value in stored.items() if (channel := read_id(value))}
