"""What the erasure of a person removed, and what it could not."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ErasureResult:
    """What an erasure removed, and what it could not.

    `own` are messages that people wrote in Slack, `scheduled` are texts that the provider sends later.
    """

    conversations: int = 0
    texts: int = 0
    own: int = 0
    scheduled: int = 0

    def plus(self, other: "ErasureResult") -> "ErasureResult":
        """Add up two."""
        return ErasureResult(
            self.conversations + other.conversations,
            self.texts + other.texts,
            self.own + other.own,
            self.scheduled + other.scheduled,
        )
