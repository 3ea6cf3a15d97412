"""A database file that is removed while the bot runs: nothing is accepted that would be lost."""

from __future__ import annotations

from tests.harness.in_process import Relay
from tests.harness.world import DANA


async def test_a_removed_file_closes_the_doors(relay: Relay) -> None:
    """Both doors answer 503 from the first event on, /readyz says what to do, and nothing leaves."""
    thread = await relay.open_thread()
    relay.database.unlink()
    webhook = await relay.volt.text(DANA, "Is it lost?")
    assert webhook.status == 503
    before = len(relay.slack.deliveries)
    await relay.reply(thread, "It is ready")
    assert relay.slack.deliveries[before].status == 503
    status, words = await relay.get("/readyz")
    assert status == 503
    assert "volt-bot restore FILE" in words
    assert relay.phone() == []
