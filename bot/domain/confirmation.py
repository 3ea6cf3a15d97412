"""A confirmation: a button that sends something once, however often it is pressed."""

from dataclasses import dataclass

from bot.domain.ids import UserId


@dataclass(frozen=True)
class PendingConfirmation:
    """A confirmation that waits for its button. `body` is what was asked for, as JSON of its kind's own shape.

    `tries` counts certain refusals; after each of them the button may be pressed again. `outcome` is what came of it.
    `leave_by` is the steady moment after which what it asks for must not leave any more, once it was claimed.
    """

    id: str
    kind: str
    author: UserId
    body: str
    tries: int = 0
    outcome: str = ""
    leave_by: float | None = None

    @property
    def once(self) -> str:
        """The id of this try, by which it is made once."""
        return f"{self.id}:{self.tries}"
