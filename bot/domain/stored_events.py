"""TODO."""

from dataclasses import dataclass

from bot.domain.timestamps import Micros


@dataclass(frozen=True)
class InboxEvent:
    """An event as it was kept, how often it could not be taken in, and when it came."""

    id: int
    body: str
    failures: int
    at: Micros
