"""A group commit on PostgreSQL, and a table in which a unit that is kept twice shows."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import psycopg

from bot.domain.errors import StoreUnavailable
from bot.store.group_commit import GroupCommit, UnitOfWork
from bot.store.postgres.address import read_address
from bot.store.postgres.engine import PostgresEngine
from bot.store.sql.connection import Connection


def through(url: str, port: int) -> str:
    """Name the same database by another port."""
    return re.sub(r"(@[\d.]+):\d+", rf"\1:{port}", url)


def port_of(url: str) -> int:
    """Tell the port of an address."""
    return int(read_address(url).parameters["port"])


def tell(number: int) -> UnitOfWork[int]:
    """Make a unit that adds a row without a key: where it is kept twice, the row is there twice."""

    def unit(connection: Connection) -> int:
        connection.execute("INSERT INTO told (number) VALUES (%(number)s)", {"number": number})
        return number

    return unit


class Told:
    """A group commit and its table, seen from beside."""

    def __init__(self, url: str, own_url: str) -> None:
        self.engine = PostgresEngine(read_address(own_url))
        self.writer = GroupCommit(self.engine)
        self._url = url

    def beside(self, statement: str) -> list[tuple[Any, ...]]:
        """Run a statement beside the bot."""
        with psycopg.connect(self._url, autocommit=True) as connection:
            found = connection.execute(statement.encode())
            return found.fetchall() if found.description else []

    def rows(self) -> list[int]:
        """List what was kept."""
        return sorted(number for (number,) in self.beside("SELECT number FROM told"))

    async def together(self, *units: UnitOfWork[Any]) -> list[Any]:
        """Run units in one batch, behind one that waits until all are queued; gives results and errors."""
        is_queued = threading.Event()
        first = asyncio.ensure_future(self.writer.run(lambda _connection: is_queued.wait(60)))
        await asyncio.sleep(0)
        while self.writer.waiting:  # noqa: ASYNC110 - until it is taken up by itself, which nobody tells
            await asyncio.sleep(0.01)
        outcomes = asyncio.gather(*(self.writer.run(unit) for unit in units), return_exceptions=True)
        await asyncio.sleep(0)
        is_queued.set()
        await first
        return await outcomes

    async def until_it_runs(self) -> int:
        """Try until a unit is kept; gives how often that was refused before."""
        refused = 0
        while True:
            try:
                await self.writer.run(lambda _connection: None)
            except StoreUnavailable:
                refused += 1
                await asyncio.sleep(0.05)
            else:
                return refused


@asynccontextmanager
async def told(url: str, own_url: str = "") -> AsyncIterator[Told]:
    """Open a group commit on a database; by `own_url`, if that is another way to it."""
    stage = Told(url, own_url or url)
    await stage.writer.start()
    stage.beside("CREATE TABLE told (number BIGINT NOT NULL)")
    try:
        yield stage
    finally:
        await stage.writer.close()


async def until(holds: Callable[[], bool]) -> None:
    """Wait until something holds."""
    while not holds():  # noqa: ASYNC110 - what happens in a server tells nobody
        await asyncio.sleep(0.02)
