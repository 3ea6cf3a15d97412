"""A confirmation: a button that sends something once, however often it is pressed."""

from dataclasses import dataclass

from bot.domain.ids import UserId


@dataclass(frozen=True)
class PendingConfirmation:
    """A confirmation that waits for its button. `body` is what was asked for, as JSON of its kind's own shape.

    `tries` counts certain refusals; after each of them the button may be pressed again. `outcome` is what came of it.
    """

    id: str
    kind: str
    author: UserId
    body: str
    tries: int = 0
    outcome: str = ""

    @property
    def once(self) -> str:
        """The id of this try, by which it is made once."""
        return f"{self.id}:{self.tries}"
