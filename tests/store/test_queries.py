"""The named statements of the store: each fits the schema, says which columns it reads, and is used."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest

from bot.domain.outbox import LaneOrder
from bot.store.sqlite.connection import open_for_writing, queries


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    """Give an empty database."""
    made = open_for_writing(tmp_path_factory.mktemp("queries") / "bot.db")
    yield made
    made.close()


@pytest.mark.parametrize("name", queries())
def test_a_statement_fits_the_schema_and_lists_its_columns(connection: sqlite3.Connection, name: str) -> None:
    """SQLite can plan it on the schema; no row's columns depend on the order in which the schema names them."""
    sql = queries()[name]
    connection.execute(f"EXPLAIN {sql}", dict.fromkeys(re.findall(r":(\w+)", sql), "1"))
    assert "*" not in sql.replace("count(*)", "")


def test_every_statement_is_used() -> None:
    """No statement is left over from code that is gone."""
    folder = Path(str(files("bot.store.sqlite")))
    code = "\n".join(module.read_text(encoding="utf-8") for module in folder.glob("*.py"))
    made = {f"{order.value}_lanes" for order in LaneOrder}
    assert [name for name in queries() if f'"{name}"' not in code and name not in made] == []
