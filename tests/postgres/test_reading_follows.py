"""The connection that reads finds the same server as the one that writes."""

from __future__ import annotations

import pytest

from bot.domain.database_address import address_in
from bot.store.postgres.address import read_address
from bot.store.postgres.connection import open_for_reading
from tests.postgres.cluster import Cluster

pytestmark = pytest.mark.postgres


def test_reads_at_the_server_that_may_be_written(own_server: Cluster) -> None:
    """Of several hosts a connection that cannot write reads at the primary, as one that writes does."""
    host = f"127.0.0.1:{own_server.port}"
    several = address_in(own_server.url.replace(host, f"{host},{host}"))
    with open_for_reading(read_address(several.conninfo)) as connection:
        row = connection.execute("SELECT pg_is_in_recovery() AS is_standby").fetchone()
    assert row is not None
    assert row["is_standby"] is False
