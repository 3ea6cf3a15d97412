"""The numbers that monitors read: what a dashboard asks for keeps its labels."""

from bot.domain.outbox import EntryState, QueueDepth, QueueDepths
from bot.domain.timestamps import Micros
from bot.observability.metrics import Metrics


def test_labels_of_what_waits_are_those_of_the_dashboards() -> None:
    """Each state of an entry is counted under the label that it has always had, whatever the database calls it."""
    metrics = Metrics()
    depths = tuple(QueueDepth("send", state.value, 1, Micros(0)) for state in EntryState)
    metrics.depths(QueueDepths(depths, lanes=0), Micros(1_000_000))
    told = metrics.text().decode()
    labels = [line.partition('state="')[2].partition('"')[0] for line in told.splitlines() if "volt_bot_owed{" in line]
    assert labels == ["owed", "sending", "done", "failed", "unknown"]
    assert 'volt_bot_oldest_owed_seconds{kind="send"} 1.0' in told
