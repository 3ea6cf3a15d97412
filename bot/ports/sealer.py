"""Sealer port: closes secrets before they are stored, and opens them where a call is made. Implemented in bot/store."""

from typing import Protocol

from bot.domain.workspaces import Sealed


class Sealer(Protocol):
    """Sealer of secrets, by the keys of ENCRYPTION_KEYS."""

    def seal(self, secret: str) -> Sealed:
        """Close a secret under the newest key."""

    def open(self, sealed: Sealed) -> str:
        """Open a secret that was closed under any of the keys. Raises WrongKey."""
