"""/readyz and /metrics of bots that share a database, also while that is away."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.harness.in_process import Relay
from tests.postgres.cluster import Cluster

pytestmark = pytest.mark.postgres


async def metric(relay: Relay, name: str) -> float:
    """Read one metric without labels."""
    status, told = await relay.get("/metrics")
    assert status == 200
    return next(float(line.split()[1]) for line in told.splitlines() if line.startswith(f"{name} "))


async def test_who_shares_the_database(relay: Relay) -> None:
    """/readyz names the bots on this database, /metrics counts them."""
    status, told = await relay.get("/readyz")
    ready, *bots = told.splitlines()
    assert (status, ready, len(bots)) == (200, "ready", 1)
    assert bots[0].startswith("bot ")
    assert bots[0].endswith(": heard of 0 s ago")
    assert await metric(relay, "volt_bot_bots") == 1
    assert await metric(relay, "volt_bot_database_up") == 1


async def test_metrics_while_the_database_is_away(own_server: Cluster, tmp_path: Path) -> None:
    """/metrics answers all the same and says so, /readyz answers 503; both recover by themselves."""
    async with Relay(tmp_path, database_url=own_server.url) as relay:
        own_server.kill()
        assert await metric(relay, "volt_bot_database_up") == 0
        status, told = await relay.get("/readyz")
        assert status == 503
        assert told.startswith("database: ")
        own_server.start()
        while await metric(relay, "volt_bot_database_up") == 0:
            pass
        while (await relay.get("/readyz"))[0] == 503:
            pass
