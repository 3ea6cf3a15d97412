"""The tour on PostgreSQL: what people do all day, by tests of tests/e2e; and a bot cut off from its database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.config import Config
from tests.e2e.test_inbound import (  # noqa: F401
    post,
    test_a_restart_keeps_threads,
    test_concurrent_first_texts_share_one_thread,
    test_control_characters_are_left_out,
    test_repeats_by_the_same_id,
    test_texts_stand_in_the_order_the_carrier_took_them,
    test_twenty_contacts_interleaved,
    webhook,
)
from tests.e2e.test_outbound import (  # noqa: F401
    test_a_correction_is_sent_once,
    test_a_reply_that_waits_is_sent_after_a_restart,
    test_an_edit_within_the_undo_window,
    test_five_redeliveries_send_once,
    test_redeliveries_after_a_restart,
    test_replies_of_two_agents_keep_their_order,
)
from tests.harness.in_process import Relay
from tests.harness.world import DANA
from tests.postgres.proxy import Proxy
from tests.postgres.stage import port_of, through

pytestmark = pytest.mark.postgres


@pytest.fixture
async def cut_off(
    tmp_path: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[Relay, Proxy]]:
    """Give a bot whose way to its database can be cut."""
    for name in Config.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    with Proxy(port_of(postgres_url)) as proxy:
        async with Relay(tmp_path, database_url=through(postgres_url, proxy.port)) as running:
            yield running, proxy
            proxy.thaw()


async def test_a_bot_that_is_cut_off_refuses_and_recovers(cut_off: tuple[Relay, Proxy]) -> None:
    """While its database is out of reach it takes nothing and says so; then it goes on without a restart."""
    relay, proxy = cut_off
    thread = await relay.open_thread()
    proxy.freeze()
    assert await post(relay, webhook("Is it lost?")) == 503
    status, words = await relay.get("/readyz")
    assert status == 503
    assert "database: " in words
    before = len(relay.slack.deliveries)
    await relay.reply(thread, "It is ready")
    assert 503 in [delivery.status for delivery in relay.slack.deliveries[before:]]
    proxy.thaw()
    while (await relay.get("/readyz"))[0] != 200:  # noqa: ASYNC110 - a monitor asks again and again
        await asyncio.sleep(0.1)
    assert await post(relay, webhook("Is it there?")) == 200
    await relay.shows(DANA, "Is it there?")
    await relay.receives("It is ready")  # Slack has delivered it again
