"""The named statements as PostgreSQL wants them said."""

import re

import pytest

from bot.store.sql.statements import for_postgres
from bot.store.sqlite.statements import queries

SAID = {
    "SELECT 1 FROM value WHERE name = :name": "SELECT 1 FROM value WHERE name = %(name)s",
    "SELECT ':name' || :name": "SELECT ':name' || %(name)s",
    "WHERE subject LIKE 'post:%' AND at % 60 = :at": "WHERE subject LIKE 'post:%%' AND at %% 60 = %(at)s",
    "SELECT 1 FROM outbox INDEXED BY outbox_busy WHERE +workspace = :workspace": (
        "SELECT 1 FROM outbox WHERE +workspace = %(workspace)s"
    ),
    "SELECT value FROM json_each(:ids)": "SELECT value FROM json_array_elements_text(CAST(%(ids)s AS json))",
    "SELECT :id::text": "SELECT %(id)s::text",
}


@pytest.mark.parametrize(("statement", "said"), SAID.items())
def test_a_statement_as_postgres_wants_it(statement: str, said: str) -> None:
    """Parameters are those of psycopg, a colon or percent sign in a text stays one, hints to SQLite are left out."""
    assert for_postgres(statement) == said


@pytest.mark.parametrize("name", queries())
def test_every_parameter_is_kept(name: str) -> None:
    """A statement asks for the same values by either way of saying it."""
    statement = re.sub(r"'[^']*'", "", queries()[name])
    assert re.findall(r"%\((\w+)\)s", for_postgres(queries()[name])) == re.findall(r":(\w+)", statement)
