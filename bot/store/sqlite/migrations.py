"""Migrations: the schema of the database file, as an append-only list of steps.

A released step is never edited; a new one is added at the end. A step and the note that it ran are committed together
(sqlite-utils' migrations). The first step is the whole schema of version 0.2 (schema.sql).
"""

import sqlite3
from collections.abc import Iterator
from importlib.resources import files

import sqlite_utils
from sqlite_utils.migrations import Migrations

STEPS = Migrations("volt-bot")

FIRST_BEFORE_0_2 = "first_tables"
"""The first step of every database before version 0.2. Those are not upgraded: nothing had been released."""


@STEPS()
def version_0_2(db: sqlite_utils.Database) -> None:
    """Make every table, index and trigger."""
    for statement in _statements(files("bot.store.sqlite").joinpath("schema.sql").read_text(encoding="utf-8")):
        db.execute(statement)


def _statements(script: str) -> Iterator[str]:
    """Take a script apart; a trigger is one statement with its body (executescript would commit what was begun)."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
