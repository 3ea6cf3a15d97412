"""Group commit: one thread owns the write connection; units of work are collected and committed together.

Holds the group commit and nothing else: no SQL of the bot, no knowledge of tables. A unit of work is a plain function
of a connection. All units that wait are run in one transaction, each in its own savepoint, so that one that raises is
undone alone; then one COMMIT, which is one fsync (synchronous=FULL), and only then does anybody hear a result.

Refuses work when too much waits (StoreUnavailable), so that pressure reaches the doors instead of memory; and all work
from the moment on in which the file is found to be gone or damaged (DatabaseLost).
SQLite before 3.51.3 can corrupt a WAL file that two connections write at the same instant
(https://sqlite.org/wal.html#walresetbug): there is exactly one writer, this thread.
"""

import asyncio
import queue
import sqlite3
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, TypeVar

import structlog

from bot.domain.errors import DatabaseLost, StoreUnavailable
from bot.store.sqlite.soundness import DAMAGED, is_damage

T = TypeVar("T")
Outcome = tuple[Any, Exception | None]
UnitOfWork = Callable[[sqlite3.Connection], T]

BATCH = 256
"""Units in one COMMIT at most: enough that fsync stops mattering, few enough that nobody waits long."""

WAITING = 10_000
"""Units that may wait; beyond this the disk has stopped keeping up and the doors must say so."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class _Pending:
    unit: UnitOfWork[Any]
    done: "asyncio.Future[Any]"


class GroupCommitWriter:
    """Runs units of work durably; `run` returns after the fsync."""

    def __init__(self, connect: Callable[[], sqlite3.Connection]) -> None:
        self._connect = connect
        self._jobs: queue.SimpleQueue[_Pending | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._closing = False
        self._lost: DatabaseLost | None = None

    async def start(self) -> None:
        """Open the database in the writer thread. Raises what opening raises."""
        opened: Future[None] = Future()
        self._thread = threading.Thread(target=self._work, args=(opened,), name="store", daemon=True)
        self._thread.start()
        self._loop = asyncio.get_running_loop()
        await asyncio.wrap_future(opened)

    async def close(self) -> None:
        """Commit what waits, then close the database."""
        if self._thread is None or self._closing:
            return
        self._closing = True
        self._jobs.put(None)
        await asyncio.get_running_loop().run_in_executor(None, self._thread.join)

    async def run(self, unit: UnitOfWork[T]) -> T:
        """Run one unit of work; its result comes after its COMMIT.

        Raises what the unit raises (nothing of it is kept), or StoreUnavailable (nothing of it was written).
        """
        if self._closing or self._thread is None:
            raise StoreUnavailable("the store is closed")
        if self._lost is not None:
            raise self._lost
        if self._jobs.qsize() >= WAITING:
            raise StoreUnavailable("the store cannot keep up", retry_after_s=2)
        done: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._jobs.put(_Pending(unit, done))
        return await done

    def give_up(self, lost: DatabaseLost) -> None:
        """Take no more work: the file is gone or damaged. From any thread."""
        if self._lost is None:
            _log.error("store.lost", reason=str(lost))
            self._lost = lost

    @property
    def waiting(self) -> int:
        """How many units wait for the writer."""
        return self._jobs.qsize()

    def _work(self, opened: "Future[None]") -> None:
        try:
            connection = self._connect()
        except BaseException as error:  # noqa: BLE001 - whatever opening raised is for start() to raise
            opened.set_exception(error)
            return
        opened.set_result(None)
        while (batch := self._next_batch()) is not None:
            outcomes = self._settled(connection, batch)
            self._loop.call_soon_threadsafe(
                _settle_all, batch, outcomes
            )  # once: each wake of the loop is a system call
        connection.close()

    def _settled(self, connection: sqlite3.Connection, batch: Sequence[_Pending]) -> list[Outcome]:
        if self._lost is not None:
            return [(None, self._lost)] * len(batch)
        outcomes = _commit(connection, batch)
        lost = outcomes[0][1]  # a loss is every unit's
        if isinstance(lost, DatabaseLost):
            self.give_up(lost)
        return outcomes

    def _next_batch(self) -> list[_Pending] | None:
        first = self._jobs.get()
        if first is None:
            return None
        batch = [first]
        while len(batch) < BATCH:
            try:
                attempt = self._jobs.get_nowait()
            except queue.Empty:
                break
            if attempt is None:
                self._jobs.put(None)  # the end comes after this batch
                break
            batch.append(attempt)
        return batch


def _commit(connection: sqlite3.Connection, batch: Sequence[_Pending]) -> list[Outcome]:
    """Run a batch in one transaction; returns the outcome of each unit."""
    try:
        connection.execute("BEGIN IMMEDIATE")
        outcomes = [_run_one(connection, attempt) for attempt in batch]
        connection.commit()
    except BaseException as error:  # noqa: BLE001 - the thread must outlive a full disk; every caller is told
        _log.error("store.commit_failed", reason=str(error), units=len(batch))
        _roll_back(connection)
        return [(None, _unavailable(error))] * len(batch)
    return outcomes


def _unavailable(error: BaseException) -> StoreUnavailable:
    if isinstance(error, DatabaseLost):
        return error
    return DatabaseLost(DAMAGED) if is_damage(error) else StoreUnavailable(f"the database cannot be written: {error}")


def _run_one(connection: sqlite3.Connection, attempt: _Pending) -> tuple[Any, Exception | None]:
    connection.execute("SAVEPOINT unit")
    try:
        result = attempt.unit(connection)
    except sqlite3.OperationalError:
        raise  # a full disk or an I/O error is the whole batch's: nothing may be half-written
    except Exception as error:
        if is_damage(error):
            raise
        connection.execute("ROLLBACK TO unit")
        connection.execute("RELEASE unit")
        return None, error
    connection.execute("RELEASE unit")
    return result, None


def _roll_back(connection: sqlite3.Connection) -> None:
    if connection.in_transaction:
        try:
            connection.execute("ROLLBACK")
        except sqlite3.Error as error:
            _log.error("store.rollback_failed", reason=str(error))


def _settle_all(batch: Sequence[_Pending], outcomes: Sequence[Outcome]) -> None:
    """Tell every caller its own outcome; runs in the event loop."""
    for attempt, (result, failure) in zip(batch, outcomes, strict=True):
        if attempt.done.done():
            continue  # the caller went away; its unit is committed all the same
        if failure is not None:
            attempt.done.set_exception(failure)
        else:
            attempt.done.set_result(result)
