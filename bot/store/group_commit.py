"""Group commit: one thread owns the engine of a database; units of work are collected and committed together.

Holds the queue, the batches and the telling of callers, and nothing else: no SQL, no knowledge of tables. A unit of
work is a plain function of a connection. All units that wait are handed to the engine, which keeps them in one COMMIT;
only then does anybody hear a result. An engine may run a unit again where it has undone it first, so a unit changes
nothing but the database.

Refuses work when too much waits (StoreUnavailable), so that pressure reaches the doors instead of memory; and all work
from the moment on in which the database is found to be gone or damaged (DatabaseLost).
"""

import asyncio
import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol, TypeVar

import structlog

from bot.domain.errors import DatabaseLost, StoreUnavailable
from bot.store.sql.connection import Connection

T = TypeVar("T")
Outcome = tuple[Any, Exception | None]
UnitOfWork = Callable[[Connection], T]

BATCH = 256
"""Units in one COMMIT at most: enough that fsync stops mattering, few enough that nobody waits long."""

WAITING = 10_000
"""Units that may wait; beyond this the disk has stopped keeping up and the doors must say so."""

_log = structlog.get_logger(__name__)


class InDoubt(Exception):
    """The outcome of a unit whose COMMIT was not answered; it comes as soon as the engine knows it."""

    def __init__(self) -> None:
        super().__init__("it is not known yet whether this was stored")
        self.decided: Future[Outcome] = Future()


@dataclass(frozen=True)
class _Pending:
    unit: UnitOfWork[Any]
    done: "asyncio.Future[Any]"


class Engine(Protocol):
    """An engine: what a database does with a batch. All calls come from one thread."""

    def open(self) -> None:
        """Open the database. Raises what opening raises."""

    def run(self, units: Sequence[UnitOfWork[Any]], /) -> Sequence[Outcome]:
        """Run a batch, and keep all of it but the units that raise; returns the outcome of each, and raises nothing.

        A DatabaseLost is the outcome of all units; so is an InDoubt where nobody can know yet what became of them.
        """

    def close(self) -> None:
        """Close the database."""


class GroupCommit:
    """Runs units of work durably; `run` returns after the COMMIT."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
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
        """Take no more work: the database is gone or damaged. From any thread."""
        if self._lost is None:
            _log.error("store.lost", reason=str(lost))
            self._lost = lost

    @property
    def waiting(self) -> int:
        """How many units wait for the writer."""
        return self._jobs.qsize()

    def _work(self, opened: "Future[None]") -> None:
        opened.set_running_or_notify_cancel()  # from now on start() may be cancelled, and this goes to its end
        try:
            self._engine.open()
        except BaseException as error:  # noqa: BLE001 - whatever opening raised is for start() to raise
            opened.set_exception(error)
            return
        opened.set_result(None)
        while (batch := self._next_batch()) is not None:
            outcomes = self._run(batch)
            self._loop.call_soon_threadsafe(
                _settle_all, batch, outcomes
            )  # once: each wake of the loop is a system call
        self._engine.close()

    def _run(self, batch: Sequence[_Pending]) -> Sequence[Outcome]:
        if self._lost is not None:
            return [(None, self._lost)] * len(batch)
        outcomes = self._engine.run([pending.unit for pending in batch])
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


def _settle_all(batch: Sequence[_Pending], outcomes: Sequence[Outcome]) -> None:
    """Tell every caller its own outcome; runs in the event loop."""
    for attempt, outcome in zip(batch, outcomes, strict=True):
        if isinstance(outcome[1], InDoubt):
            outcome[1].decided.add_done_callback(partial(_settle_later, attempt))
        else:
            _settle(attempt, outcome)


def _settle(attempt: _Pending, outcome: Outcome) -> None:
    result, failure = outcome
    if attempt.done.done():
        return  # the caller went away; its unit is committed all the same
    if failure is not None:
        attempt.done.set_exception(failure)
    else:
        attempt.done.set_result(result)


def _settle_later(attempt: _Pending, decided: "Future[Outcome]") -> None:
    """Tell a caller who was in doubt; runs in the writer thread."""
    attempt.done.get_loop().call_soon_threadsafe(_settle, attempt, decided.result())
