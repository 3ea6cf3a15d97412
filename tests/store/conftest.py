"""The database that tests of the read model share."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.domain.timestamps import Micros
from bot.store.group_commit import GroupCommit
from bot.store.sql.read_model import SqlReadModel
from bot.store.sql.store import SqlStore
from bot.store.sqlite.connection import reader_of
from tests.harness.engines import new_engine
from tests.store.looked_up import Database, postgres_reader


@pytest.fixture
async def database(tmp_path: Path, on_postgres: str | None) -> AsyncIterator[Database]:
    """Give an empty database of either engine with its store and its read model."""
    path = tmp_path / "bot.db"
    moments = iter(range(1, 10_000_000))
    store = SqlStore(GroupCommit(new_engine(path, on_postgres)), lambda: Micros(next(moments)))
    await store.start()
    reader = reader_of(path) if on_postgres is None else postgres_reader(on_postgres)
    yield Database(store, SqlReadModel(reader), path, reader)
    await reader.close()
    await store.close()
