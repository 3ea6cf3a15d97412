"""Storage by its address: the one place that chooses the kind of database."""

from collections.abc import Callable
from pathlib import Path

from bot.domain.database_address import DatabaseAddress, Engine
from bot.domain.errors import StoreUnavailable
from bot.domain.text_limits import UNLIMITED, TextLimits
from bot.domain.timestamps import Micros
from bot.ports.database_server import DatabaseServer
from bot.ports.observer import Observer
from bot.ports.operations import Operations
from bot.ports.storage import Storage
from bot.store.sqlite.operations import SqliteOperations
from bot.store.sqlite.storage import SqliteStorage


def open_storage(
    address: DatabaseAddress,
    clock: Callable[[], Micros],
    observer: Observer,
    *,
    undo_window_s: float = 0,
    limits: TextLimits = UNLIMITED,
) -> Storage:
    """Make the storage that DATABASE_URL names; it is opened by its `start`."""
    return SqliteStorage(_file(address), clock, observer, undo_window_s=undo_window_s, limits=limits)


def open_operations(address: DatabaseAddress) -> Operations:
    """Make only the operations on a database, for a process that runs no bot."""
    return SqliteOperations(_file(address))


def open_server(address: DatabaseAddress) -> DatabaseServer | None:
    """Make what looks at the server of a database; None for a file, which has none."""
    if address.engine is not Engine.POSTGRES:
        return None
    from bot.store.postgres.address import read_address  # noqa: PLC0415 - a bot on a file needs no such library
    from bot.store.postgres.server_facts import PostgresServer  # noqa: PLC0415

    return PostgresServer(read_address(address.conninfo))


def _file(address: DatabaseAddress) -> Path:
    if address.engine is not Engine.SQLITE:
        raise StoreUnavailable(f"{address} is PostgreSQL, which this version does not speak yet.")
    return Path(address.conninfo)
