"""Confirmations: buttons that take effect once."""

from bot.domain.confirmation import PendingConfirmation
from bot.domain.timestamps import add_seconds
from bot.store.sql.session import Repository

KEPT_S = 7 * 86_400.0
"""Seconds for which a button in an answer works."""


class Confirmations(Repository):
    """Confirmations: buttons that take effect once."""

    def add(self, confirmation: PendingConfirmation) -> None:
        """Store a confirmation, anew where it has no outcome yet; drop very old ones."""
        self._do("drop_old_confirmations", until=add_seconds(self._session.now, -KEPT_S))
        self._do(
            "add_confirmation",
            id=confirmation.id,
            kind=confirmation.kind,
            author=confirmation.author,
            body=confirmation.body,
        )

    def get(self, confirmation_id: str) -> PendingConfirmation | None:
        """Read a confirmation."""
        row = self._one("confirmation", id=confirmation_id)
        return (
            None
            if row is None
            else PendingConfirmation(row["id"], row["kind"], row["author"], row["body"], row["tries"], row["outcome"])
        )

    def end(self, confirmation_id: str, outcome: str) -> None:
        """Store the outcome of a confirmation."""
        self._do("end_confirmation", id=confirmation_id, outcome=outcome)

    def reopen(self, confirmation_id: str) -> None:
        """Reopen a confirmation: its button counts once more, because certainly nothing was done."""
        self._do("reopen_confirmation", id=confirmation_id)
