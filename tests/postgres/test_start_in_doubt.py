"""A start whose COMMIT is not answered: it goes on once the server answers again, with nobody else to ask."""

from __future__ import annotations

import asyncio

import pytest
import structlog

from bot.store.postgres.address import read_address
from bot.store.postgres.storage import PostgresStorage
from tests.harness.observed import Observed
from tests.postgres.proxy import Cut, Proxy
from tests.postgres.stage import through, until

pytestmark = pytest.mark.postgres


@pytest.mark.parametrize("cut", [Cut.BEFORE, None])
async def test_a_start_in_doubt_goes_on(postgres_url: str, cut: Cut | None) -> None:
    """A bot whose server is gone at the end of its start, with or without that COMMIT, has started when it is back."""
    commits = 0

    def next_cut() -> Cut | None:
        nonlocal commits
        commits += 1
        if commits != 2:  # the first one is of the unit that reads whether the database was put back
            return None
        proxy.freeze()  # the answer is not let through, and no new connection is
        return cut

    with Proxy(int(read_address(postgres_url).parameters["port"]), next_cut) as proxy:
        storage = PostgresStorage(read_address(through(postgres_url, proxy.port)), Observed())
        with structlog.testing.capture_logs() as logs:
            starting = asyncio.create_task(storage.start())
            await until(lambda: any(log["event"] == "store.away" for log in logs))
        proxy.thaw()
        await starting
        await storage.store.run(lambda _tx: None)
        await storage.close()
