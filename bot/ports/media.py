"""Media port: fetches the attachments of inbound texts. Implemented in bot/providers."""

from typing import Protocol

from bot.domain.media import Media


class Fetcher(Protocol):
    """Fetcher of attachments from the public internet."""

    async def fetch(self, url: str) -> Media:
        """Fetch one attachment: checked, and only from the public internet. Safe to repeat.

        Raises Rejected with a code of ours that says why it cannot be shown, or Retryable.
        """
