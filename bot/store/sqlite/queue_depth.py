"""Queue depth: how many outbox entries wait, read beside the writer so that metrics keep no text waiting."""

from contextlib import closing
from pathlib import Path

from bot.domain.outbox import QueueDepth, QueueDepths
from bot.store.sqlite.connection import open_for_reading, queries


def read_depths(database: Path) -> QueueDepths:
    """Count outbox entries; blocks for a few milliseconds per 10,000. Raises sqlite3.Error."""
    with closing(open_for_reading(database)) as reader:
        rows = reader.execute(queries()["queue_depths"]).fetchall()
        counts = (reader.execute(queries()[name]).fetchone() for name in ("count_lanes", "count_held_channels"))
        lanes, held = (int(row["count"]) for row in counts)
    return QueueDepths(tuple(QueueDepth(r["kind"], r["state"], r["count"], r["oldest_at"]) for r in rows), lanes, held)
