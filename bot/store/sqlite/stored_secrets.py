"""Sealed secrets of a database: all of them, read beside the running bot, and sealed again while none runs.

Refuses to seal again where a bot has the file, which it alone may write, and where one secret does not open.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

from bot.domain.errors import StoreUnavailable
from bot.domain.workspaces import StoredSecret
from bot.ports.sealer import Sealer
from bot.store.sqlite.alone import opened_alone
from bot.store.sqlite.soundness import only_reading, refuse_older
from bot.store.sqlite.statements import queries

_RESEAL = ("reseal_token", "reseal_refresh_token", "reseal_connection")


def all_in(database: Path) -> list[StoredSecret]:
    """List all of them; none where no bot has begun a database. Raises StoreUnavailable."""
    if not database.exists() or database.stat().st_size == 0:
        return []
    try:
        refuse_older(database)
        with closing(only_reading(database)) as reader:
            return _listed(reader)
    except (sqlite3.Error, OSError) as error:
        raise StoreUnavailable(f"Cannot read {database.absolute()}: {error}.") from error


def seal_again(database: Path, sealer: Sealer) -> int:
    """Seal all under the newest key in one transaction; returns how many. Raises StoreUnavailable or WrongKey."""
    with opened_alone(database, "Nothing was changed.") as connection:
        return _sealed_again(connection, sealer)


def _sealed_again(connection: sqlite3.Connection, sealer: Sealer) -> int:
    # A plain connection: the bot's own would note beside the file that this is the newest one, which it may not be.
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA secure_delete=ON")  # an old key that leaked opens nothing that is left in the file
    connection.execute("BEGIN IMMEDIATE")
    secrets = _listed(connection)
    for secret in secrets:
        again = sealer.seal(sealer.open(secret.sealed))
        for statement in _RESEAL:  # no two secrets are sealed alike, so each is found by itself
            connection.execute(queries()[statement], {"sealed": secret.sealed, "again": again})
    connection.execute("COMMIT")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return len(secrets)


def _listed(connection: sqlite3.Connection) -> list[StoredSecret]:
    return [StoredSecret(*row) for row in connection.execute(queries()["stored_secrets"])]
