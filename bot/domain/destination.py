"""Destinations of calls: Slack and the provider, as logs, metrics and limits tell them apart."""

from enum import StrEnum

from bot.domain.outbox import EntryKind


class Destination(StrEnum):
    """Destination of a call. Its value is what monitors read."""

    SLACK = "slack"
    PROVIDER = "volt"


def destination_of(kind: EntryKind) -> Destination:
    """Tell where the calls of an entry go; that of an attachment from a phone has no destination of ours."""
    return Destination.PROVIDER if kind is EntryKind.SEND else Destination.SLACK
