"""Schemas that several tests use in turn: emptied after each, because making one takes longer than most tests.

Each process has its own. One that a test has changed, or left locked, is given to no other.
"""

from __future__ import annotations

from functools import cache

import psycopg
from psycopg import sql

from bot.store.postgres.address import read_address
from bot.store.postgres.engine import PostgresEngine
from tests.postgres import shared_server

_MADE_WITH_ROWS = ("part", "workspace")
_NEVER_EMPTIED = ("migration", "migration_lock")

_SHAPE = """SELECT md5(string_agg(concat_ws(' ', relname, relkind, attname, atttypid, attnotnull, atthasdef), ','
    ORDER BY relname, attnum)), (SELECT count(*) FROM pg_trigger JOIN pg_class ON tgrelid = pg_class.oid
    WHERE relnamespace = current_schema()::regnamespace AND NOT tgisinternal)
FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid WHERE relnamespace = current_schema()::regnamespace"""
_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"
_COUNTED = """WITH ours AS MATERIALIZED (SELECT pg_class.oid, refobjid::regclass::text AS of FROM pg_class
    JOIN pg_depend ON objid = pg_class.oid AND refobjsubid > 0
    WHERE relkind = 'S' AND relnamespace = current_schema()::regnamespace)
SELECT DISTINCT of FROM ours WHERE pg_sequence_last_value(oid) IS NOT NULL"""

_kept: list[str] = []


def take() -> str:
    """Give the address of a schema without rows, or of one that is still to be made."""
    return _kept.pop() if _kept else shared_server.new_schema(shared_server.server_url())


def give_back(url: str) -> None:
    """Empty a schema for the next test, or remove it where a test has left it otherwise than it was made."""
    if _emptied(url):
        _kept.append(url)
    else:
        shared_server.drop_schema(url)


def _emptied(url: str) -> bool:
    with psycopg.connect(url, autocommit=True) as connection:
        if _shape(connection) != _shape_of_pattern():
            return False
        connection.execute("SET lock_timeout = '1s'")
        try:
            with connection.transaction():
                _empty(connection)
        except psycopg.errors.LockNotAvailable:
            return False
    return True


def _empty(connection: psycopg.Connection) -> None:
    tables = [name for (name,) in connection.execute(_TABLES) if name not in _NEVER_EMPTIED]
    filled = sql.SQL(" UNION ALL ").join(
        sql.SQL("SELECT {} WHERE EXISTS (SELECT 1 FROM {})").format(sql.Literal(name), sql.Identifier(name))
        for name in tables
    )
    used = {name for (name,) in connection.execute(filled)} | {name for (name,) in connection.execute(_COUNTED)}
    names = sql.SQL(", ").join(map(sql.Identifier, sorted(used | set(_MADE_WITH_ROWS))))
    connection.execute(sql.SQL("TRUNCATE {} RESTART IDENTITY CASCADE").format(names))
    for name in _MADE_WITH_ROWS:
        copied = "INSERT INTO {} OVERRIDING SYSTEM VALUE SELECT * FROM {}"
        connection.execute(sql.SQL(copied).format(sql.Identifier(name), sql.Identifier(_name_of_pattern(), name)))
    connection.execute("SELECT setval(pg_get_serial_sequence('workspace', 'id'), max(id)) FROM workspace")


def _shape(connection: psycopg.Connection) -> object:
    return connection.execute(_SHAPE).fetchone()


@cache
def _pattern() -> str:
    """Make a schema that no test is given."""
    url = shared_server.new_schema(shared_server.server_url())
    engine = PostgresEngine(read_address(url))
    engine.open()
    engine.close()
    return url


@cache
def _shape_of_pattern() -> object:
    with psycopg.connect(_pattern()) as connection:
        return _shape(connection)


@cache
def _name_of_pattern() -> str:
    with psycopg.connect(_pattern()) as connection:
        row = connection.execute("SELECT current_schema()").fetchone()
        assert row is not None
        return str(row[0])
