"""Addresses of databases: which are read, what each that cannot be is told, and that no password is shown."""

import re

import pytest

from bot.domain.database_address import Engine, address_in


@pytest.mark.parametrize(
    ("written", "conninfo", "location"),
    [
        ("postgresql://db/volt", "postgresql://db/volt", "db/volt"),
        (" postgres://volt@db/volt\n", "postgresql://volt@db/volt", "db/volt"),
        ("POSTGRES://volt@db/volt", "postgresql://volt@db/volt", "db/volt"),
        (
            "postgres://volt:p%40ss%2Fword@db.acme.example:6432/volt?sslmode=require",
            "postgresql://volt:p%40ss%2Fword@db.acme.example:6432/volt?sslmode=require",
            "db.acme.example:6432/volt",
        ),
        (
            "postgresql://volt:secret@[::1]:5432/volt",
            "postgresql://volt:secret@[::1]:5432/volt",
            "[::1]:5432/volt",
        ),
        (
            "postgresql:///volt?host=/run/postgresql&password=secret",
            "postgresql:///volt?host=/run/postgresql&password=secret",
            "/run/postgresql/volt",
        ),
        ("postgresql://db?dbname=volt&user=ann", "postgresql://db?dbname=volt&user=ann", "db/volt"),
    ],
)
def test_address_of_postgresql(written: str, conninfo: str, location: str) -> None:
    """What libpq reads is taken as it is, and people are shown neither the password nor the options."""
    address = address_in(written)
    assert (address.engine, address.conninfo, address.location) == (Engine.POSTGRES, conninfo, location)
    assert str(address) == location
    assert not any(secret in f"{address!r} {address}" for secret in ("secret", "word", "p%40ss"))


def test_several_hosts() -> None:
    """Several hosts are one database, of which people are told all."""
    written = "postgresql://volt:secret@a:5432,b:5433/volt?target_session_attrs=read-write"
    assert (address_in(written).conninfo, address_in(written).location) == (written, "a:5432,b:5433/volt")
    assert address_in("postgresql:///volt").location == "localhost/volt"


def test_passwords_of_an_address() -> None:
    """A password may be shown neither as it is written nor as it is meant."""
    assert address_in("postgres://volt:p%40ss@db/volt?sslpassword=key").secrets == ("p%40ss", "p@ss", "key")
    assert address_in("postgres://volt@db/volt").secrets == ()


@pytest.mark.parametrize("path", ["volt-bot.db", "/var/lib/volt bot/volt-bot.db"])
def test_address_of_a_file(path: str) -> None:
    """The path of an SQLite file stands behind three strokes, and is shown."""
    address = address_in(f"sqlite:///{path}")
    assert (address.engine, address.conninfo, str(address)) == (Engine.SQLITE, path, path)


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("volt.db", "is a path, and an address is wanted: sqlite:///volt.db"),
        ("/var/lib/volt.db", "is a path, and an address is wanted: sqlite:////var/lib/volt.db"),
        ("mysql://db/volt", "names mysql, which this bot does not speak"),
        ("postgresql+psycopg://db/volt", "begins with postgresql+psycopg:, which another program reads"),
        ("sqlite://volt.db", "is no database address"),
        ("sqlite:///:memory:", "is no database address"),
        ("", "is no database address"),
        ("db volt", "is no database address"),
        ("postgresql://volt@db", "names no database"),
        ("postgresql://volt@db/", "names no database"),
        ("postgresql://volt@db:many/volt", "names a host or a port that cannot be"),
        ("postgresql://volt:sec%ret@db/volt", "holds a % that stands for nothing; in a password write it as %25"),
        ("postgresql://volt:sec@ret@db/volt", "holds a @ in its user or password; write it as %40"),
        ("postgresql://volt:sec/ret@db/volt", "holds a / in its user or password; write it as %2F"),
        ("postgresql://volt:sec?ret@db/volt", "holds a ? in its user or password; write it as %3F"),
        ("postgresql://volt:sec#ret@db/volt", "holds a # in its user or password; write it as %23"),
        ("postgresql:/db/volt", "is no address of PostgreSQL"),
        ("postgresql://db/volt/more", "is no address of PostgreSQL"),
    ],
)
def test_no_address(written: str, reason: str) -> None:
    """What cannot be an address is refused in one sentence, without a password in it."""
    with pytest.raises(ValueError, match=f"^{re.escape(reason)}") as caught:
        address_in(written)
    assert "ret" not in str(caught.value)
