"""Migrations: the schema of a PostgreSQL database, as an append-only list of named steps.

A released step is never edited; a new one is added at the end, and may only add: the release before runs beside this
one. All steps that are due are one transaction, behind the lock of one row, so that of several bots one takes them and
none is left half done. A step of a newer release that only adds is none of ours: the release before is also started
again beside it. Refuses a database with a step that says it breaks what came before, and a schema that is another
program's.
"""

from collections.abc import Callable, Sequence
from importlib.resources import files

from psycopg import errors

from bot.domain.errors import StoreUnavailable
from bot.store.postgres.address import Address
from bot.store.postgres.connection import Connection

Step = tuple[str, Callable[[Connection], None]]

_LOCKED = """CREATE TABLE IF NOT EXISTS migration_lock (id BIGINT PRIMARY KEY)"""
_STEPS_TABLE = """CREATE TABLE IF NOT EXISTS migration (
    name TEXT PRIMARY KEY, applied_at TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp(),
    breaks BIGINT NOT NULL DEFAULT 0)"""
"""A step that takes something away says so by breaks = 1; the releases before it then do not start."""

MIGRATE_WITHIN_S = 600.0
"""Seconds that a step may take: an index over millions of texts is made while nobody writes."""


def version_0_2(connection: Connection) -> None:
    """Make every table, index and function."""
    _run_script(connection, files("bot.store.postgres").joinpath("schema.sql").read_text(encoding="utf-8"))
    _index_parts(connection)


STEPS: tuple[Step, ...] = (("version_0_2", version_0_2),)


def migrate(connection: Connection, address: Address, steps: Sequence[Step] = STEPS) -> None:
    """Bring the schema up to date. Raises StoreUnavailable with a sentence that says what to do."""
    patience, connection.answer_within_s = connection.answer_within_s, MIGRATE_WITHIN_S
    try:
        if is_due(connection, address, steps):
            with connection.transaction():
                _take_all(connection, address, steps)
    except errors.InsufficientPrivilege:
        raise StoreUnavailable(
            f'"{address.user}" may not create tables in {address.location}. As its owner say: GRANT CREATE ON SCHEMA'
            f' public TO "{address.user}".'
        ) from None
    finally:
        connection.answer_within_s = patience


def is_begun(connection: Connection) -> bool:
    """Whether a bot has begun a database here."""
    return connection.execute("SELECT 1 WHERE to_regclass('migration') IS NOT NULL").fetchone() is not None


def is_due(connection: Connection, address: Address, steps: Sequence[Step] = STEPS) -> bool:
    """Whether serve would change the schema. Raises StoreUnavailable for a database that is not for this release."""
    return not {name for name, _ in steps} <= _taken(connection, address, steps)


def _taken(connection: Connection, address: Address, steps: Sequence[Step]) -> set[str]:
    """Read which steps were taken. Raises StoreUnavailable for a database that this version must leave alone."""
    if not is_begun(connection):
        return set()
    taken = {row["name"]: row["breaks"] for row in connection.execute("SELECT name, breaks FROM migration", {})}
    known = {name for name, _ in steps}
    if any(breaks for name, breaks in taken.items() if name not in known):
        raise StoreUnavailable(
            f"{address.location} was written by a newer volt-bot, and is left as it is. Install that version."
        )
    return set(taken)


def _take_all(connection: Connection, address: Address, steps: Sequence[Step]) -> None:
    """Take what is due; whoever comes second waits at the lock, and finds nothing left to do."""
    _wait_for_turn(connection)
    taken = _taken(connection, address, steps)
    if not taken and (strange := _tables(connection)):
        raise StoreUnavailable(
            f'{address.location} has tables of another program ("{strange[0]}"), and is left as it is. Name an empty'
            " database, or an empty schema by search_path."
        )
    for name, step in steps:
        if name not in taken:
            step(connection)
            connection.execute("INSERT INTO migration (name) VALUES (%(name)s)", {"name": name})


def _wait_for_turn(connection: Connection) -> None:
    """Make the two tables that tell how far the schema is, and lock the first row there is: ours or the one before."""
    connection.execute("SET LOCAL lock_timeout = '600s'")
    for table in (_LOCKED, _STEPS_TABLE):
        try:
            with connection.transaction():
                connection.execute(table)
        except (errors.UniqueViolation, errors.DuplicateTable):
            pass  # two bots began at once, and the other one was first
    connection.execute("INSERT INTO migration_lock (id) VALUES (1) ON CONFLICT DO NOTHING")
    connection.execute("SELECT id FROM migration_lock WHERE id = 1 FOR UPDATE")


def _tables(connection: Connection) -> list[str]:
    found = connection.execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"
        " AND tablename NOT IN ('migration', 'migration_lock') ORDER BY tablename LIMIT 1"
    )
    return [row["tablename"] for row in found]


def _run_script(connection: Connection, script: str) -> None:
    connection.execute(script.encode(), prepare=False)  # as one message, without parameters: it has many statements


def _index_parts(connection: Connection) -> None:
    """Index parts of names and numbers where pg_trgm is there or may be made; without it they are found more slowly."""
    try:
        with connection.transaction():
            connection.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    except (errors.InsufficientPrivilege, errors.UndefinedFile, errors.FeatureNotSupported, errors.UniqueViolation):
        pass
    row = connection.execute(
        "SELECT quote_ident(nspname) AS home FROM pg_extension JOIN pg_namespace ON pg_namespace.oid = extnamespace"
        " WHERE extname = 'pg_trgm'"
    ).fetchone()
    if row is not None:
        for column in ("name", "contact"):
            how = f"gin ({column} {row['home']}.gin_trgm_ops)"
            connection.execute(f"CREATE INDEX contact_{column} ON contact_index USING {how}".encode())
