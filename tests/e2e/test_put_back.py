"""A backup from within a reply's undo window, put back after the reply left, and the whole bot started on it."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime

from bot.store.sqlite.backup import write_copy
from bot.store.sqlite.connection import open_for_reading
from bot.store.sqlite.restore import put_in_place
from tests.harness.in_process import Relay


async def test_nothing_happens_twice_after_a_restore(relay: Relay) -> None:
    """The reply's mark says that it left: the database takes that over, and the phone gets it once."""
    thread = await relay.open_thread()
    await relay.restart(undo_seconds=1)
    ts = await relay.reply(thread, "It is ready")
    copy = relay.database.with_name("copy.db")
    write_copy(relay.database, copy)
    await relay.receives("It is ready")
    await relay.marked(ts, "outbox_tray")
    await relay.stop()
    put_in_place(relay.database, copy, at=datetime.now(UTC))
    posts = len(relay.posts())
    await relay.start()
    await relay.slack.until(lambda: status_of(relay, ts) == "sent")
    await relay.volt.text("+15555550145", "Thank you")
    await relay.shows("+15555550145", "Thank you")
    assert relay.phone() == ["It is ready"]
    assert len(relay.posts()) == posts + 1


def status_of(relay: Relay, ts: str) -> str:
    """Read what the database says of a reply."""
    with closing(open_for_reading(relay.database)) as reader:
        return str(reader.execute("SELECT status FROM message WHERE ts = ?", (ts,)).fetchone()[0])
