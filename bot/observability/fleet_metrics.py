"""Metrics of bots that share a database: who is there, and what happened between them and their server.

No label names a bot: the values of a label are closed lists.
"""

from collections.abc import Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge

from bot.ports.observer import FleetEvent, FleetEventKind
from bot.ports.operations import RunningBot


class FleetMetrics:
    """Metrics of one bot about the database that it may share."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.database_up = Gauge("volt_bot_database_up", "Whether the database answers", registry=registry)
        self.bots = Gauge("volt_bot_bots", "Bots that share the database", registry=registry)
        self.longest_silence = Gauge(
            "volt_bot_bots_longest_silence_seconds", "Time since the quietest bot was heard of", registry=registry
        )
        self.batches_again = Counter(
            "volt_bot_batches_again", "Batches of units of work that were run again", ["reason"], registry=registry
        )
        self.doubts = Counter(
            "volt_bot_commits_in_doubt", "COMMITs whose answer was lost", ["outcome"], registry=registry
        )
        self.seats_lost = Counter(
            "volt_bot_seats_lost", "Times that this bot lost its seat", ["reason"], registry=registry
        )
        self.takeovers = Counter("volt_bot_takeovers", "Bots whose seat this one has ended", registry=registry)
        self.calls_taken_over = Counter(
            "volt_bot_calls_taken_over", "Calls that those bots had under way", registry=registry
        )

    def on_event(self, event: FleetEvent) -> None:
        """Count one thing that happened."""
        match event.what:
            case FleetEventKind.RAN_AGAIN:
                self.batches_again.labels(event.why.value).inc()
            case FleetEventKind.DOUBT_ENDED:
                self.doubts.labels(event.why.value).inc()
            case FleetEventKind.SEAT_LOST:
                self.seats_lost.labels(event.why.value).inc()
            case FleetEventKind.TOOK_OVER:
                self.takeovers.inc()
                self.calls_taken_over.inc(event.count)

    def running(self, bots: Sequence[RunningBot]) -> None:
        """Bring the gauges up to date."""
        self.bots.set(len(bots))
        self.longest_silence.set(max((bot.silent_s for bot in bots), default=0.0))
