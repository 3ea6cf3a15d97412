"""The numbers that monitors read: what a dashboard asks for keeps its labels."""

import pytest

from bot.domain.errors import CallFailed, OutcomeUnknown, Rejected, Retryable
from bot.domain.outbox import EntryState, QueueDepth, QueueDepths
from bot.domain.timestamps import Micros
from bot.observability.metrics import Metrics, outcome_of
from bot.ports.observer import FleetEvent, FleetEventKind, FleetReason
from bot.ports.operations import RunningBot


def test_labels_of_what_waits_are_those_of_the_dashboards() -> None:
    """Each state of an entry is counted under the label that it has always had, whatever the database calls it."""
    metrics = Metrics()
    depths = tuple(QueueDepth("send", state.value, 1, Micros(0)) for state in EntryState)
    metrics.depths(QueueDepths(depths, lanes=0), Micros(1_000_000))
    told = metrics.text().decode()
    labels = [line.partition('state="')[2].partition('"')[0] for line in told.splitlines() if "volt_bot_owed{" in line]
    assert labels == ["owed", "sending", "done", "failed", "unknown"]
    assert 'volt_bot_oldest_owed_seconds{kind="send"} 1.0' in told


def test_what_happens_between_bots_is_counted() -> None:
    """Batches run again, doubts and takeovers are counted by closed lists; no label names a bot."""
    metrics = Metrics()
    metrics.fleet.on_event(FleetEvent(FleetEventKind.RAN_AGAIN, FleetReason.IN_THE_WAY))
    metrics.fleet.on_event(FleetEvent(FleetEventKind.DOUBT_ENDED, FleetReason.KEPT))
    metrics.fleet.on_event(FleetEvent(FleetEventKind.SEAT_LOST, FleetReason.UNDONE))
    metrics.fleet.on_event(FleetEvent(FleetEventKind.TOOK_OVER, count=3))
    metrics.fleet.running([RunningBot("host:1", 0.5), RunningBot("host:2", 7.0)])
    told = metrics.text().decode()
    for line in (
        'volt_bot_batches_again_total{reason="in_the_way"} 1.0',
        'volt_bot_commits_in_doubt_total{outcome="kept"} 1.0',
        'volt_bot_seats_lost_total{reason="undone"} 1.0',
        "volt_bot_takeovers_total 1.0",
        "volt_bot_calls_taken_over_total 3.0",
        "volt_bot_bots 2.0",
        "volt_bot_bots_longest_silence_seconds 7.0",
    ):
        assert f"\n{line}\n" in told
    assert "host" not in told


@pytest.mark.parametrize(
    ("failure", "label"),
    [
        (None, "done"),
        (Rejected("invalid_blocks", "No."), "Refused"),
        (Retryable("ratelimited", "Later."), "NotNow"),
        (OutcomeUnknown("timeout", "Nobody knows."), "OutcomeUnknown"),
    ],
)
def test_labels_of_outcomes_are_those_of_the_dashboards(failure: CallFailed | None, label: str) -> None:
    """Each way in which a call ends is counted and logged under the label that it has always had."""
    assert outcome_of(failure) == label
