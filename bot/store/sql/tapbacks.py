"""Tapbacks: which texts are reactions on which others."""

from bot.domain.tapbacks import Tapback
from bot.store.sql.session import Repository


class Tapbacks(Repository):
    """Reactions of contacts that came as texts."""

    def add(self, message_id: int, quoted_id: int, tapback: Tapback) -> None:
        """Note that a text is a reaction."""
        self._do(
            "add_tapback",
            id=message_id,
            quoted_id=quoted_id,
            emoji=tapback.emoji,
            is_removed=int(tapback.is_removed),
        )

    def quoted_by(self, message_id: int) -> int | None:
        """Tell which text a reaction is on."""
        row = self._one("quoted_by", id=message_id)
        return None if row is None else int(row["quoted_id"])

    def on(self, quoted_id: int) -> list[Tapback]:
        """List the reactions on a text, the oldest first."""
        return [Tapback(row["emoji"], "", bool(row["is_removed"])) for row in self._all("tapbacks_on", id=quoted_id)]

    def forget(self, message_id: int) -> None:
        """Let a text be none."""
        self._do("forget_tapback", id=message_id)
