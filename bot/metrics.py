"""Counters for Prometheus; never a number, a text or anything else that tells people apart.

Holds the metric objects and their one registry per App, so that two Apps in one process do not share counts.
"""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest


class Metrics:
    """What the program counts."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.volt_events = Counter("volt_bot_webhooks", "Volt webhooks by outcome", ["outcome"], registry=self.registry)
        self.slack_events = Counter("volt_bot_events", "Slack events by outcome", ["outcome"], registry=self.registry)
        self.calls = Counter(
            "volt_bot_calls", "Calls made, by kind and outcome", ["kind", "outcome"], registry=self.registry
        )
        self.call_seconds = Histogram("volt_bot_call_seconds", "Time a call took", ["kind"], registry=self.registry)
        self.under_way = Gauge("volt_bot_calls_under_way", "Calls under way", registry=self.registry)
        self.store_waiting = Gauge(
            "volt_bot_store_waiting", "Units of work waiting to be stored", registry=self.registry
        )

    def text(self) -> bytes:
        """Write everything in Prometheus' text format."""
        return generate_latest(self.registry)
