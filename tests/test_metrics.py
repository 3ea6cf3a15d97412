"""The numbers that monitors read: what a dashboard asks for keeps its labels."""

import pytest

from bot.domain.errors import CallFailed, OutcomeUnknown, Rejected, Retryable
from bot.domain.outbox import EntryState, QueueDepth, QueueDepths
from bot.domain.timestamps import Micros
from bot.observability.metrics import Metrics, outcome_of


def test_labels_of_what_waits_are_those_of_the_dashboards() -> None:
    """Each state of an entry is counted under the label that it has always had, whatever the database calls it."""
    metrics = Metrics()
    depths = tuple(QueueDepth("send", state.value, 1, Micros(0)) for state in EntryState)
    metrics.depths(QueueDepths(depths, lanes=0), Micros(1_000_000))
    told = metrics.text().decode()
    labels = [line.partition('state="')[2].partition('"')[0] for line in told.splitlines() if "volt_bot_owed{" in line]
    assert labels == ["owed", "sending", "done", "failed", "unknown"]
    assert 'volt_bot_oldest_owed_seconds{kind="send"} 1.0' in told


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
