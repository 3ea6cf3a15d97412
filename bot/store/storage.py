"""Storage by its address: the one place that chooses the kind of database."""

from collections.abc import Callable
from pathlib import Path

from bot.domain.database_address import DatabaseAddress, Engine
from bot.domain.errors import StoreUnavailable
from bot.domain.text_limits import UNLIMITED, TextLimits
from bot.domain.timestamps import Micros
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


def _file(address: DatabaseAddress) -> Path:
    if address.engine is not Engine.SQLITE:
        raise StoreUnavailable(f"{address} is PostgreSQL, which this version does not speak yet.")
    return Path(address.conninfo)
