"""Sealing of secrets by the keys of ENCRYPTION_KEYS, with the MultiFernet of `cryptography`.

Refuses what no key opens, in one way whatever the reason; neither a key nor a secret is shown.
Source: https://cryptography.io/en/latest/fernet/
"""

from collections.abc import Iterable

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from bot.domain.errors import WrongKey
from bot.domain.workspaces import Sealed


def new_key() -> str:
    """Make a key for ENCRYPTION_KEYS."""
    return Fernet.generate_key().decode()


class FernetSealer:
    """bot.ports.sealer.Sealer by Fernet keys, the newest first; there is one at least."""

    def __init__(self, keys: Iterable[str]) -> None:
        self._fernet = MultiFernet(Fernet(key) for key in keys)

    def seal(self, secret: str) -> Sealed:
        """Close a secret under the newest key."""
        return Sealed(self._fernet.encrypt(secret.encode()).decode())

    def open(self, sealed: Sealed) -> str:
        """Open a secret that was closed under any of the keys. Raises WrongKey."""
        try:
            # As bytes: of a text with strange letters the library raises something else.
            return self._fernet.decrypt(sealed.encode(errors="replace")).decode()
        except (InvalidToken, UnicodeDecodeError):
            raise WrongKey("no key of ENCRYPTION_KEYS opens this secret") from None
