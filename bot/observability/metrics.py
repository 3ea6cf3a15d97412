"""Metrics for Prometheus; never a number, a text or anything else that tells people apart.

Holds the metric objects and their one registry per App, so that two Apps in one process do not share counts. The values
of a label are a closed list, or codes of Slack or a provider.
"""

import re
from functools import partial

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from bot.domain.errors import CallFailed, OutcomeUnknown, Rejected, Retryable, TooLate
from bot.domain.message_events import MessageEvent, MessageEventKind
from bot.domain.outbox import EntryKind, EntryState, QueueDepths
from bot.domain.timestamps import Micros
from bot.domain.webhook_trust import WebhookTrust
from bot.observability.fleet_metrics import FleetMetrics

_STATES = {
    EntryState.PENDING: "owed",
    EntryState.IN_FLIGHT: "sending",
    EntryState.DONE: "done",
    EntryState.DEAD: "failed",
    EntryState.UNKNOWN: "unknown",
}
"""Label of each state: what dashboards ask for stays, whatever the database calls it."""

_OUTCOMES: dict[type[CallFailed], str] = {
    Rejected: "Refused",
    Retryable: "NotNow",
    TooLate: "TooLate",
    OutcomeUnknown: "OutcomeUnknown",
}
"""Label of each way in which a call fails: it stays too, whatever the class is called."""

_CODE = re.compile(r"[A-Za-z0-9_]{1,48}")
_QUICK = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 3.0, 10.0)
_SLOW = (0.01, 0.05, 0.1, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0, 1800.0, 7200.0)


def outcome_of(failure: CallFailed | None) -> str:
    """Return the label of how a call ended."""
    return "done" if failure is None else _OUTCOMES.get(type(failure), type(failure).__name__)


class Metrics:
    """Metrics of one App."""

    def __init__(self) -> None:
        registry = self.registry = CollectorRegistry()
        counter, gauge = partial(Counter, registry=registry), partial(Gauge, registry=registry)
        histogram = partial(Histogram, registry=registry)
        self.volt_events = counter("volt_bot_webhooks", "Volt webhooks by outcome", ["outcome"])
        self.stream_events = counter(
            "volt_bot_stream_events",
            "Events of streams that were put aside, by provider and outcome",
            ["provider", "outcome"],
        )
        self.callbacks = counter(
            "volt_bot_callbacks", "Callbacks of single texts, by provider and outcome", ["provider", "outcome"]
        )
        self.slack_events = counter("volt_bot_events", "Slack events by outcome", ["outcome"])
        self.accepted = counter(
            "volt_bot_texts_accepted", "Texts taken in: inbound, outbound, or sent from elsewhere", ["direction"]
        )
        self.statuses = counter("volt_bot_texts_moved", "Outbound texts that came to a delivery status", ["status"])
        self.retries = counter("volt_bot_retries", "Calls put off and made again", ["kind", "reason"])
        self.dead_letters = counter("volt_bot_set_aside", "Calls given up", ["kind", "reason"])
        self.lookups = counter("volt_bot_lookups", "Looks into a call of unknown outcome", ["kind", "finding"])
        self.calls = counter("volt_bot_calls", "Calls made, by kind and outcome", ["kind", "outcome"])
        self.call_seconds = histogram("volt_bot_call_seconds", "Time a call took", ["kind"], buckets=_QUICK)
        self.request_seconds = histogram(
            "volt_bot_request_seconds", "Time a request took at a door", ["door"], buckets=_QUICK
        )
        self.text_seconds = histogram(
            "volt_bot_text_seconds", "From taken in to shown, sent or delivered", ["to"], buckets=_SLOW
        )
        self.in_flight = gauge("volt_bot_calls_under_way", "Calls under way")
        self.store_waiting = gauge("volt_bot_store_waiting", "Units of work waiting to be stored")
        self.pending = gauge("volt_bot_owed", "Calls on the books of the database", ["kind", "state"])
        self.oldest = gauge(
            "volt_bot_oldest_owed_seconds", "Age of the oldest call that is still open in the database", ["kind"]
        )
        self.lanes = gauge("volt_bot_lanes_waiting", "Lanes of the database with something to do")
        self.channels_held = gauge(
            "volt_bot_channels_held", "Channels of the database in which nothing can be shown until a person helps"
        )
        self.unverified = gauge(
            "volt_bot_webhooks_unverified", "Whether webhooks without a good signature are acted on"
        )
        self.key_changed = gauge("volt_bot_webhook_key_changed", "Whether Volt's key has changed within a week")

        self.fleet = FleetMetrics(registry)

    def weakened_trust(self, trust: WebhookTrust) -> None:
        """Bring the gauges of what weakens the proof of webhooks up to date."""
        self.unverified.set(trust.unverified_until is not None)
        self.key_changed.set(trust.two_keys_until is not None)

    def on_event(self, event: MessageEvent) -> None:
        """Count one thing that happened to a text."""
        match event.what:
            case MessageEventKind.ACCEPTED:
                self.accepted.labels(event.detail).inc()
            case MessageEventKind.STATUS:
                self.statuses.labels(event.detail).inc()
            case MessageEventKind.RETRY:
                self.retries.labels(event.detail, _label(event.why)).inc()
            case MessageEventKind.SET_ASIDE:
                self.dead_letters.labels(event.detail, _label(event.why)).inc()
            case MessageEventKind.LOOKED:
                self.lookups.labels(event.detail, event.why).inc()
            case MessageEventKind.SHOWN:
                pass
        if event.seconds is not None:
            self.text_seconds.labels("shown" if event.what is MessageEventKind.SHOWN else event.detail).observe(
                max(0.0, event.seconds)
            )

    def depths(self, depths: QueueDepths, now: Micros) -> None:
        """Bring the gauges of the outbox up to date; a kind without entries shows as nothing."""
        self.pending.clear()
        self.oldest.clear()
        oldest: dict[str, Micros] = {}
        for depth in depths.entries:
            self.pending.labels(depth.kind, _STATES[EntryState(depth.state)]).set(depth.count)
            if depth.state != EntryState.DEAD.value:
                oldest[depth.kind] = min(depth.oldest_at, oldest.get(depth.kind, depth.oldest_at))
        for kind in EntryKind:
            age_s = (now - oldest[kind.value]) / 1_000_000 if kind.value in oldest else 0.0
            self.oldest.labels(kind.value).set(max(0.0, age_s))
        self.lanes.set(depths.lanes)
        self.channels_held.set(depths.channels_held)

    def text(self) -> bytes:
        """Write everything in Prometheus' text format."""
        return generate_latest(self.registry)


def _label(code: str) -> str:
    """Code of the other side, or "other" where it is no code."""
    return code if _CODE.fullmatch(code) else "other"
