"""Facts about a server for the doctor, read through connections of its own; nothing is changed.

Looks also at servers that the bot would refuse, to say what is wrong with them.
"""

import time
from contextlib import ExitStack
from typing import Any

import psycopg

from bot.domain.errors import StoreUnavailable
from bot.ports.database_server import Extension, Pooler, ServerFacts
from bot.store.postgres.address import PACE_SETTINGS, SETTINGS, Address
from bot.store.postgres.connection import Connection, open_for_looking
from bot.time_of_day import unix_time

OLDEST = 130_000
"""As the server writes its version: 13.0."""

ROUND_TRIPS = 25
SAMPLES = 4

_SETTINGS = """SELECT current_user AS user, pg_is_in_recovery() AS is_standby,
    current_setting('transaction_read_only') = 'on' AS is_read_only,
    current_setting('fsync') = 'on' AND current_setting('full_page_writes') = 'on' AS keeps_what_it_commits,
    current_setting('synchronous_commit') AS synchronous_commit,
    current_setting('synchronous_standby_names') AS standby_names,
    (SELECT count(*) FROM pg_stat_replication WHERE coalesce(sync_state, 'sync') IN ('sync', 'quorum')) AS standbys,
    (SELECT setting::BIGINT / 1000.0 FROM pg_settings WHERE name = 'idle_in_transaction_session_timeout')::FLOAT8
        AS idle_timeout_s,
    coalesce(current_schema(), '') AS schema,
    coalesce(has_schema_privilege(current_schema(), 'CREATE'), FALSE) AS may_create_tables"""
"""Who may not see a standby's state sees that it is there."""

_CONNECTIONS = """SELECT
    least(server.most, nullif(base.datconnlimit, -1), nullif(role.rolconnlimit, -1)) AS connections,
    greatest(0, least(
        server.most - (SELECT count(*) FROM pg_stat_activity WHERE datid IS NOT NULL),
        nullif(base.datconnlimit, -1) - (SELECT count(*) FROM pg_stat_activity WHERE datid = base.oid),
        nullif(role.rolconnlimit, -1) - (SELECT count(*) FROM pg_stat_activity WHERE usesysid = role.oid)
    )) AS connections_left
FROM pg_database base, pg_roles role, (
    SELECT current_setting('max_connections')::INT - sum(setting::INT) AS most FROM pg_settings
    WHERE name IN ('superuser_reserved_connections', 'reserved_connections')) server
WHERE base.datname = current_database() AND role.rolname = current_user"""

_TRIGRAMS = """SELECT CASE
    WHEN EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm') THEN 'there'
    WHEN EXISTS (SELECT 1 FROM pg_available_extension_versions WHERE name = 'pg_trgm'
        AND ((trusted AND has_database_privilege(current_database(), 'CREATE'))
            OR (SELECT rolsuper FROM pg_roles WHERE rolname = current_user))) THEN 'allowed'
    ELSE 'refused' END AS trigrams"""


_BOTS_ARE_THERE = "SELECT coalesce(has_table_privilege(to_regclass('seat'), 'SELECT'), FALSE) AS are_there"

_BEHIND_BOTS = "SELECT coalesce(extract(epoch FROM max(seen_at) - clock_timestamp()), 0)::FLOAT8 AS seconds FROM seat"


class PostgresServer:
    """bot.ports.database_server.DatabaseServer on the server that an address names."""

    def __init__(self, address: Address) -> None:
        self._address = address

    def look(self) -> ServerFacts:
        """Look at the server; see the port."""
        with ExitStack() as open_ones:
            ours, other = (open_ones.enter_context(open_for_looking(self._address)) for _ in range(2))
            try:
                return _facts(ours, other)
            except psycopg.Error as error:
                raise StoreUnavailable("The server of DATABASE_URL did not answer. Look again in a minute.") from error


def _facts(ours: Connection, other: Connection) -> ServerFacts:
    version = ours.info.server_version
    if version < OLDEST:
        raise StoreUnavailable(
            f"The server is PostgreSQL {version // 10_000}, which is too old. Move the database to 13 or newer."
        )
    found = _row(ours, _SETTINGS) | _row(ours, _CONNECTIONS) | _row(ours, _TRIGRAMS)
    found["trigrams"] = Extension(found["trigrams"])
    round_trip_s, skew_s = _times(ours)
    return ServerFacts(
        **found,
        version=f"{version // 10_000}.{version % 10_000}",
        round_trip_s=round_trip_s,
        skew_s=skew_s,
        pooler=_pooler(ours, other),
        unlike_ours={name: SETTINGS[name] for name in PACE_SETTINGS if _setting(ours, name) != SETTINGS[name]},
        behind_bots_s=_behind_bots(ours),
    )


def _row(connection: Connection, query: str) -> dict[str, Any]:
    cursor = connection.execute(query.encode())
    row = cursor.fetchone()
    assert row is not None
    return {column.name: value for column, value in zip(cursor.description or (), row, strict=True)}


def _setting(connection: Connection, name: str) -> str:
    return str(_row(connection, f"SELECT current_setting('{name}') AS found")["found"])


def _behind_bots(connection: Connection) -> float:
    """Tell for how many seconds the bots' time is ahead: it never goes back, as the server's clock may be set."""
    if not _row(connection, _BOTS_ARE_THERE)["are_there"]:
        return 0.0
    return max(0.0, float(_row(connection, _BEHIND_BOTS)["seconds"]))


def _times(connection: Connection) -> tuple[float, float]:
    """Measure a round trip, the one in the middle of several, and how far the server's clock is ahead in the best."""
    trips: list[tuple[float, float]] = []
    for _ in range(ROUND_TRIPS):
        begun, at = time.perf_counter(), unix_time()
        theirs = _row(connection, "SELECT extract(epoch FROM clock_timestamp())::FLOAT8 AS theirs")["theirs"]
        took_s = time.perf_counter() - begun
        trips.append((took_s, theirs - at - took_s / 2))
    trips.sort()
    return trips[ROUND_TRIPS // 2][0], trips[0][1]


def _pooler(ours: Connection, other: Connection) -> Pooler:
    """Find out what stands in between: a pooler says another process id than the server does.

    In transaction mode two clients that are connected at once are served by one process, or one client by several.
    """
    if ours.info.backend_pid == _process(ours):
        return Pooler.NONE
    samples = [(_process(ours), _process(other)) for _ in range(SAMPLES)]
    mine, theirs = {pair[0] for pair in samples}, {pair[1] for pair in samples}
    return Pooler.TRANSACTION if mine & theirs or len(mine) > 1 else Pooler.SESSION


def _process(connection: Connection) -> int:
    return int(_row(connection, "SELECT pg_backend_pid() AS process")["process"])
