"""Channel book: which contact is reached by which channel, as people said or the inbox told.

It is read where it is stored each time, for another bot may have changed it (contact_channels.py).
"""

from collections.abc import Awaitable, Callable, Mapping

from bot.domain.contact_channels import read_channels, written_channels
from bot.domain.phone import E164

MOST_CHANNELS = 2_000
"""Channels of a line that are kept; those found by the inbox are not added beyond."""

Change = Callable[[str | None], str | None]
"""Change of what is stored: given that, it returns what is to be stored, or None to leave it."""


class ChannelBook:
    """Book of the channels of one line, whose number is `number`.

    `recall` returns what is stored, and `alter` changes it, in one unit of work.
    """

    def __init__(
        self,
        number: E164,
        recall: Callable[[], Awaitable[str | None]],
        alter: Callable[[Change], Awaitable[None]],
    ) -> None:
        self._number = number
        self._recall = recall
        self._alter = alter

    async def all(self) -> Mapping[E164, str]:
        """Return the channel of every contact that has one. Raises StoreUnavailable."""
        return read_channels(await self._recall()).get(self._number, {})

    async def of(self, contact: E164) -> str:
        """Return the channel of a contact, or "". Raises StoreUnavailable."""
        return (await self.all()).get(contact, "")

    async def set(self, contact: E164, channel: str) -> None:
        """Set the channel of a contact; "" is kept as well, so that none is found for them. Raises StoreUnavailable."""

        def change(stored: str | None) -> str:
            channels = read_channels(stored)
            return written_channels(channels | {self._number: channels.get(self._number, {}) | {contact: channel}})

        await self._alter(change)

    async def add(self, found: Mapping[E164, str]) -> None:
        """Add channels that were found, over none that is known. Raises StoreUnavailable."""

        def change(stored: str | None) -> str | None:
            channels = read_channels(stored)
            known = channels.get(self._number, {})
            fresh = {contact: channel for contact, channel in found.items() if contact not in known}
            fresh = dict(list(fresh.items())[: max(MOST_CHANNELS - len(known), 0)])
            return written_channels(channels | {self._number: known | fresh}) if fresh else None

        if found:
            await self._alter(change)
