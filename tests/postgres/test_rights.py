"""Rights of people with several bots: Slack tells one of them what has changed, and the others know within a second."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.domain.workspaces import FROM_ENVIRONMENT
from bot.sandbox.slack.state.wire import envelope
from tests.harness.in_process import Relay
from tests.harness.world import BEN

pytestmark = pytest.mark.postgres


@pytest.fixture
async def bot(tmp_path: Path, postgres_url: str) -> AsyncIterator[Relay]:
    """Give a bot on a database that others may share."""
    async with Relay(tmp_path, database_url=postgres_url) as relay:
        yield relay


async def test_somebody_becomes_a_guest_and_another_bot_is_told(bot: Relay) -> None:
    """What Slack tells another bot of somebody counts here, too: what they write as a guest stays inside."""
    thread = await bot.open_thread()
    await bot.reply(thread, "As a member", BEN)
    await bot.volt.until(lambda: bot.phone() == ["As a member"])
    bot.slack.users[BEN].is_restricted = True
    assert bot.app is not None
    await bot.app.storage.store.run(lambda tx: tx.installations.note_rights(FROM_ENVIRONMENT, BEN))
    await bot.app.runtimes.learn()
    await bot.reply(thread, "As a guest", BEN)
    await bot.line(f"Not texted: <@{BEN}> is a guest")
    assert bot.phone() == ["As a member"]


async def test_the_bot_that_is_told_tells_the_others(bot: Relay) -> None:
    """A change of a person or of a user group is noted, once for each and the newest, before Slack has its answer."""
    assert bot.app is not None
    for _ in range(2):
        await bot.slack.deliver(envelope({"type": "user_change", "user": {"id": BEN}}))
    await bot.slack.deliver(envelope({"type": "subteam_members_changed", "subteam_id": "S1"}))
    noted = await bot.app.storage.store.run(lambda tx: tx.installations.rights_changed())
    assert sorted(whose for _, whose, _ in noted) == ["S1", BEN]
