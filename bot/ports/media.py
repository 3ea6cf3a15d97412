"""TODO."""

from typing import Protocol

from bot.domain.media import Media


class Fetcher(Protocol):
    """Where the pictures of texts from phones lie."""

    async def fetch(self, url: str) -> Media:
        """Get one picture or file: checked, and only from the public internet. Safe to repeat.

        Raises Refused with a word of ours that says why it cannot be shown, or NotNow.
        """
