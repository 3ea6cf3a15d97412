"""Queue depth: how many outbox entries wait, read beside the writer so that metrics keep no text waiting."""

from bot.domain.outbox import QueueDepth, QueueDepths
from bot.store.sql.connection import Connection


def read_depths(reader: Connection) -> QueueDepths:
    """Count outbox entries; blocks for a few milliseconds per 10,000. Raises what the engine raises."""
    sql = reader.statements
    rows = reader.execute(sql["queue_depths"]).fetchall()
    counts = (reader.execute(sql[name]).fetchone() for name in ("count_lanes", "count_held_channels"))
    lanes, held = (int(row["count"]) for row in counts)
    return QueueDepths(tuple(QueueDepth(r["kind"], r["state"], r["count"], r["oldest_at"]) for r in rows), lanes, held)
