"""Storage by its address: the one place that chooses the kind of database.

The library of a kind is loaded where it is chosen: a bot on a file needs none of PostgreSQL's.
"""

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from bot.config_errors import BadConfig
from bot.domain.database_address import DatabaseAddress, Engine
from bot.domain.text_limits import UNLIMITED, TextLimits
from bot.domain.timestamps import Micros
from bot.ports.database_server import DatabaseServer
from bot.ports.move import Move, Undone
from bot.ports.observer import Observer
from bot.ports.operations import Operations
from bot.ports.storage import Storage
from bot.store.moving.undo import take_back
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
    """Make the storage that DATABASE_URL names; it is opened by its `start`. Raises BadConfig.

    `clock` is for a file: what time it is in a PostgreSQL database says its server.
    """
    if address.engine is Engine.SQLITE:
        return SqliteStorage(Path(address.conninfo), clock, observer, undo_window_s=undo_window_s, limits=limits)
    _check_library()
    from bot.store.postgres.address import read_address  # noqa: PLC0415
    from bot.store.postgres.storage import PostgresStorage  # noqa: PLC0415

    return PostgresStorage(read_address(address.conninfo), observer, undo_window_s=undo_window_s, limits=limits)


def open_operations(address: DatabaseAddress) -> Operations:
    """Make only the operations on a database, for a process that runs no bot. Raises BadConfig."""
    if address.engine is Engine.SQLITE:
        return SqliteOperations(Path(address.conninfo))
    _check_library()
    from bot.store.postgres.address import read_address  # noqa: PLC0415
    from bot.store.postgres.operations import PostgresOperations  # noqa: PLC0415

    return PostgresOperations(read_address(address.conninfo))


def open_server(address: DatabaseAddress) -> DatabaseServer | None:
    """Make what looks at the server of a database; None for a file, which has none. Raises BadConfig."""
    if address.engine is Engine.SQLITE:
        return None
    _check_library()
    from bot.store.postgres.address import read_address  # noqa: PLC0415
    from bot.store.postgres.server_facts import PostgresServer  # noqa: PLC0415

    return PostgresServer(read_address(address.conninfo))


def open_move(source: DatabaseAddress, target: DatabaseAddress) -> Move:
    """Make the move of a file into a PostgreSQL database. Raises BadConfig."""
    _check_library("POSTGRES_URL")
    from bot.store.moving.move import DatabaseMove  # noqa: PLC0415
    from bot.store.postgres.address import read_address  # noqa: PLC0415

    return DatabaseMove(Path(source.conninfo), read_address(target.conninfo))


def undo_move(source: DatabaseAddress) -> Undone:
    """Take the mark of a move off a file, so that a bot may run on it again. Raises StoreUnavailable."""
    return take_back(Path(source.conninfo))


def _check_library(name: str = "DATABASE_URL") -> None:
    if find_spec("psycopg") is None:
        raise BadConfig([f"{name}  names PostgreSQL, whose library is missing. Run: pip install 'volt-bot[postgres]'"])
