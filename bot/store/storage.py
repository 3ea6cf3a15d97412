"""Storage by its URL: the one place that chooses the kind of database."""

from collections.abc import Callable
from pathlib import Path

from bot.domain.text_limits import UNLIMITED, TextLimits
from bot.domain.timestamps import Micros
from bot.ports.observer import Observer
from bot.ports.operations import Operations
from bot.ports.storage import Storage
from bot.store.sqlite.operations import SqliteOperations
from bot.store.sqlite.storage import SqliteStorage


def open_storage(
    url: str,
    clock: Callable[[], Micros],
    observer: Observer,
    *,
    undo_window_s: float = 0,
    limits: TextLimits = UNLIMITED,
) -> Storage:
    """Make the storage that DATABASE_URL names; it is opened by its `start`."""
    return SqliteStorage(_file(url), clock, observer, undo_window_s=undo_window_s, limits=limits)


def open_operations(url: str) -> Operations:
    """Make only the operations on a database, for a process that runs no bot."""
    return SqliteOperations(_file(url))


def _file(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))
