"""A word that is kept where several bots see it, in place of a row."""

from __future__ import annotations

import asyncio


class Kept:
    """One word, or none yet; `reads` counts how often it was asked for."""

    def __init__(self) -> None:
        self.word: str | None = None
        self.reads = 0

    async def recall(self) -> str | None:
        """Read it."""
        self.reads += 1
        await asyncio.sleep(0)  # as a store does
        return self.word

    async def remember(self, word: str) -> None:
        """Keep it."""
        self.word = word
