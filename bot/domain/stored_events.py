"""Inbox events as they are stored. Pure."""

from dataclasses import dataclass

from bot.domain.timestamps import Micros


@dataclass(frozen=True)
class InboxEvent:
    """Inbox event as it was stored, how often processing failed, and when it came."""

    id: int
    body: str
    failures: int
    at: Micros
