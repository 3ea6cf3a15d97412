"""An observer that keeps what it is told, for tests that run parts of the bot without its log."""

from __future__ import annotations

from bot.domain.destination import Destination
from bot.domain.errors import CallFailed
from bot.domain.message_events import MessageEvent
from bot.ports.observer import CallFinished, CallInfo, FleetEvent


class Observed:
    """bot.ports.observer.Observer for tests; each list is in the order in which things were told."""

    def __init__(self) -> None:
        self.events: list[MessageEvent] = []
        self.calls: list[CallFinished] = []
        self.bugs: list[Exception] = []
        self.unread: list[str] = []
        self.failures: list[tuple[str, str]] = []
        self.fleet: list[FleetEvent] = []
        self.successes: list[str] = []

    def on_event(self, event: MessageEvent) -> None:
        """Keep what happened to a text."""
        self.events.append(event)

    def on_call_finished(self, finished: CallFinished) -> None:
        """Keep an ended call."""
        self.calls.append(finished)

    def on_bug(self, error: Exception, call: CallInfo | None = None) -> None:  # noqa: ARG002 - as the port has it
        """Keep a bug."""
        self.bugs.append(error)

    def on_unread(self, destination: Destination, error: CallFailed) -> None:  # noqa: ARG002 - as the port has it
        """Keep why a record could not be read."""
        self.unread.append(error.code)

    def on_fleet(self, event: FleetEvent) -> None:
        """Keep what happened between the bots of one database."""
        self.fleet.append(event)

    def on_failure(self, destination: Destination, error: CallFailed) -> None:
        """Keep why a destination does not work."""
        self.failures.append((destination, error.code))

    def on_success(self, destination: Destination) -> None:
        """Keep that a destination works."""
        self.successes.append(destination)
