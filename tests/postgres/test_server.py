"""The server of the tests themselves."""

import psycopg
import pytest

from tests.postgres.cluster import Cluster

pytestmark = pytest.mark.postgres


def test_each_test_has_a_schema_of_its_own(postgres_url: str) -> None:
    """A test finds an empty schema on a server that keeps what it acknowledges."""
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("CREATE TABLE here (id BIGINT)")
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()").fetchall()
        fsync = connection.execute("SHOW fsync").fetchone()
    assert tables == [("here",)]
    assert fsync == ("on",)


def test_a_server_of_its_own_may_be_killed(own_server: Cluster) -> None:
    """What was acknowledged before a kill is there after the next start."""
    with own_server.connect() as connection:
        connection.execute("CREATE TABLE here (id BIGINT)")
    own_server.kill()
    own_server.start()
    with own_server.connect() as connection:
        assert connection.execute("SELECT count(*) FROM here").fetchone() == (0,)
