"""Confirmations: buttons that take effect once."""

from bot.domain.confirmation import PendingConfirmation
from bot.domain.timestamps import add_seconds
from bot.store.sqlite.session import Repository

KEPT_S = 7 * 86_400.0
"""How long a button in an answer works."""


class Confirmations(Repository):
    """Confirmations: buttons that take effect once."""

    def add(self, ask: PendingConfirmation) -> None:
        """Keep what waits for a button, anew where it has no outcome yet; very old ones go."""
        self._do("drop_old_confirmations", until=add_seconds(self._session.now, -KEPT_S))
        self._do("add_confirmation", id=ask.id, kind=ask.kind, author=ask.author, body=ask.body)

    def get(self, ask_id: str) -> PendingConfirmation | None:
        """Read what waits for a button."""
        row = self._one("confirmation", id=ask_id)
        return (
            None
            if row is None
            else PendingConfirmation(row["id"], row["kind"], row["author"], row["body"], row["tries"], row["outcome"])
        )

    def end(self, ask_id: str, outcome: str) -> None:
        """Note what became of it."""
        self._do("end_confirmation", id=ask_id, outcome=outcome)

    def reopen(self, ask_id: str) -> None:
        """Let its button count once more: certainly nothing came of it."""
        self._do("reopen_confirmation", id=ask_id)
