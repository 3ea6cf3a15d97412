"""Refusals: why a server of PostgreSQL is not used, in one sentence that says what to do. Pure.

Waiting helps where NotReachable says so, and nowhere else.
"""

import re
from collections.abc import Callable

import psycopg

from bot.domain.errors import StoreUnavailable
from bot.store.postgres.address import Address
from bot.store.sql.connection import Row

OLDEST_SERVER = 13


class NotReachable(StoreUnavailable):
    """The server takes no connection now; later it may."""


_NEVER: tuple[tuple[str, Callable[[Address], str]], ...] = (
    (
        r"password authentication failed|no password supplied|role .* does not exist|is not permitted to log in",
        lambda address: (
            f'The server of {address.location} refuses the user "{address.user}" or its password. Put both right in'
            " DATABASE_URL; in a password write special characters like %40."
        ),
    ),
    (
        r"database .* does not exist",
        lambda address: (
            f'There is no database "{address.database}" at {address.location}. Create it (createdb'
            f" {address.database}), or name another in DATABASE_URL."
        ),
    ),
    (
        r"no pg_hba.conf entry|permission denied for database|certificate|SSL",
        lambda address: (
            f'The server of {address.location} does not let "{address.user}" in from this machine. Let it in'
            " (pg_hba.conf), or add ?sslmode=require to DATABASE_URL where it wants encryption."
        ),
    ),
    (
        r"invalid .* value|invalid connection option|invalid port number|invalid integer value",
        lambda _address: "DATABASE_URL has a parameter that PostgreSQL does not know. Remove what stands behind the ?.",
    ),
)
"""What a server or the library says where waiting does not help, and what to say instead."""


def why_not(error: psycopg.Error, address: Address) -> StoreUnavailable:
    """Say why there is no connection; the server's own words are for people who speak its language only."""
    said = str(error)
    for pattern, words in _NEVER:
        if re.search(pattern, said):
            return StoreUnavailable(words(address))
    if "read-only" in said or "standby" in said:
        return NotReachable(f"None of the servers of {address.location} may be written now: each is a standby.")
    return NotReachable(f"The server of {address.location} cannot be reached. Start it, or put DATABASE_URL right.")


def unfit(seen: Row, address: Address) -> str:
    """Say what is wrong with a server, and what to do; "" where nothing is."""
    where, commit = address.location, seen["synchronous_commit"]
    faults = {
        f"The server of {where} is PostgreSQL {seen['version']}, which is too old. Install {OLDEST_SERVER} or newer.": (
            seen["version"] < OLDEST_SERVER
        ),
        f"{where} is a standby, which cannot be written. Name the primary in DATABASE_URL, or both.": (
            seen["is_standby"]
        ),
        f"{where} is read only. Set default_transaction_read_only to off, or name another database.": (
            seen["is_read_only"] == "on"
        ),
        f"The server of {where} runs with fsync=off and would lose texts. Set fsync=on, and restart it.": (
            seen["fsync"] != "on"
        ),
        f"synchronous_commit is {commit} at {where}, which would lose texts. Behind a pooler say:"
        f' ALTER ROLE "{address.user}" SET synchronous_commit = on.': commit not in {"on", "remote_apply"},
        f"{where} is in {seen['encoding']}. Create a database with ENCODING 'UTF8'.": seen["encoding"] != "UTF8",
        f"{where} has no schema for tables. Say CREATE SCHEMA public, or set the search_path.": seen["schema"] is None,
    }
    return next((words for words, is_so in faults.items() if is_so), "")
