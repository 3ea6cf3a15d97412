"""A DATABASE_URL that cannot be: one sentence each, which says what to do and shows no password."""

from __future__ import annotations

import asyncio
from contextlib import closing

import psycopg
import pytest

from bot.domain.errors import StoreUnavailable
from bot.store.postgres.address import read_address
from bot.store.postgres.connection import Connection, open_for_writing
from bot.store.postgres.engine import PostgresEngine
from bot.store.postgres.migrations import STEPS, migrate
from bot.store.postgres.operations import PostgresOperations
from bot.store.postgres.refusals import NotReachable
from bot.store.postgres.storage import PostgresStorage
from tests.harness.observed import Observed
from tests.postgres import shared_server
from tests.postgres.cluster import PASSWORD, USER, Cluster, binaries

pytestmark = pytest.mark.postgres

CANNOT_BE = "This address of a PostgreSQL database cannot be read. Write postgresql://USER:PASSWORD@HOST/DATABASE;"
A_FILE = (
    "This names a file, and a PostgreSQL database is none. Write postgresql://USER:PASSWORD@HOST/DATABASE, or"
    " sqlite:/// and the path."
)

SECRET = PASSWORD.replace(" ", "%20")


def set_up(url: str) -> None:
    """Do what a bot does with its database first."""
    address = read_address(url)
    with closing(open_for_writing(address)) as connection:
        migrate(connection, address)


def refusal(url: str) -> str:
    """Say how an address is refused; no word of the password may be in it."""
    with pytest.raises(StoreUnavailable) as raised:
        set_up(url)
    words = str(raised.value)
    assert PASSWORD not in words
    assert SECRET not in words
    assert "\n" not in words
    return words


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("volt-bot.db", "This is no address of a PostgreSQL database. Write postgresql://USER:PASSWORD@HOST/DATABASE."),
        ("postgresql://volt:correct horse@[half/bot", f"{CANNOT_BE} in a password write special characters like %40."),
        ("postgresql:///var/lib/volt-bot.db", A_FILE),
    ],
)
def test_what_names_no_database(url: str, words: str) -> None:
    """An address that cannot be is refused before anything is tried."""
    assert refusal(url) == words


def test_a_wrong_password(postgres_url: str) -> None:
    """It says who is refused, and how a password is written in an address."""
    assert refusal(postgres_url.replace(SECRET, "wrong")).endswith(
        'refuses the user "volt" or its password. Put both right in DATABASE_URL; in a password write special'
        " characters like %40."
    )


def test_a_database_that_is_not_there(postgres_url: str) -> None:
    """It says how to make one."""
    words = refusal(postgres_url.replace("/postgres?", "/nowhere?"))
    assert words.startswith('There is no database "nowhere" at 127.0.0.1:')
    assert words.endswith("Create it (createdb nowhere), or name another in DATABASE_URL.")


def test_a_server_that_is_not_there() -> None:
    """It may come: that is for the caller to wait for."""
    with pytest.raises(NotReachable, match=r"The server of 127\.0\.0\.1:1/bot cannot be reached\. Start it, or put"):
        open_for_writing(read_address(f"postgresql://{USER}:{SECRET}@127.0.0.1:1/bot"))


def test_a_user_who_may_create_no_tables(postgres_url: str) -> None:
    """It says what the owner has to say."""
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        schema = connection.execute("SELECT current_schema()").fetchone()
        assert schema is not None
        name = f"guest_{schema[0]}"
        connection.execute(f"CREATE ROLE {name} LOGIN PASSWORD 'guest'".encode())
        connection.execute(f"GRANT USAGE ON SCHEMA {schema[0]} TO {name}".encode())
    words = refusal(postgres_url.replace(f"{USER}:{SECRET}", f"{name}:guest"))
    assert words.startswith(f'"{name}" may not create tables in 127.0.0.1:')
    assert "GRANT CREATE ON SCHEMA" in words


def take_step(url: str, breaks: int) -> None:
    """Bring a database up to date, and take a step of a newer release, which adds a column."""
    address = read_address(url)
    connection = open_for_writing(address)
    migrate(connection, address)
    connection.execute("ALTER TABLE seat ADD COLUMN mood TEXT NOT NULL DEFAULT 'good'")
    connection.execute(
        "INSERT INTO migration (name, breaks) VALUES ('from_the_future', %(breaks)s)", {"breaks": breaks}
    )
    connection.close()


async def test_a_bot_is_started_again_beside_a_newer_release(postgres_url: str) -> None:
    """A step that only adds keeps no bot of the release before from starting, and no command from its work."""
    take_step(postgres_url, 0)
    engine = PostgresEngine(read_address(postgres_url))
    await asyncio.to_thread(engine.open)
    await asyncio.to_thread(engine.close)
    assert PostgresOperations(read_address(postgres_url)).check().endswith("used by 0 bots now")


def test_a_database_of_a_newer_release(postgres_url: str) -> None:
    """Where a step breaks what came before, it is left as it is, and says to install that version."""
    take_step(postgres_url, 1)
    words = refusal(postgres_url)
    assert words.endswith("was written by a newer volt-bot, and is left as it is. Install that version.")


def test_a_database_of_another_program(postgres_url: str) -> None:
    """Nothing is put among its tables."""
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("CREATE TABLE invoices (id BIGINT)")
    assert 'has tables of another program ("invoices"), and is left as it is.' in refusal(postgres_url)
    with psycopg.connect(postgres_url) as connection:
        found = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()").fetchall()
    assert found == [("invoices",)]


def test_a_step_that_fails_leaves_nothing(postgres_url: str) -> None:
    """All steps that are due are kept, or none."""

    def fail(connection: Connection) -> None:
        connection.execute("CREATE TABLE half (id BIGINT)")
        raise RuntimeError("half done")

    address = read_address(postgres_url)
    connection = open_for_writing(address)
    with pytest.raises(RuntimeError, match="half done"):
        migrate(connection, address, (*STEPS, ("half", fail)))
    found = connection.execute("SELECT count(*) AS count FROM pg_tables WHERE schemaname = current_schema()").fetchone()
    connection.close()
    assert found is not None
    assert found["count"] == 0


async def test_two_bots_that_begin_a_database_at_once(postgres_url: str) -> None:
    """One of them makes the tables, and both run."""
    bots = [PostgresStorage(read_address(postgres_url), Observed()) for _ in range(2)]
    await asyncio.gather(*(bot.start() for bot in bots))
    await bots[0].store.run(lambda tx: tx.settings.set_value("colour", "green"))
    assert await bots[1].store.run(lambda tx: tx.settings.value("colour")) == "green"
    await asyncio.gather(*(bot.close() for bot in bots))


def test_fsync_off_is_refused(own_server: Cluster) -> None:
    """A server that would lose what it acknowledged is none for texts."""
    own_server.set("fsync", "off")
    own_server.stop()
    own_server.start()
    assert refusal(own_server.url).endswith("runs with fsync=off and would lose texts. Set fsync=on, and restart it.")


def test_a_standby_is_refused(own_server: Cluster) -> None:
    """It says to name the primary; with both named, the one that may be written is found."""
    programs = binaries()
    assert programs is not None
    standby = Cluster(shared_server.new_folder(), programs)
    standby.create_standby_of(own_server, "standby")
    standby.start()
    try:
        assert "is a standby, which cannot be written. Name the primary in DATABASE_URL" in refusal(standby.url)
        both = own_server.url.replace(
            f"127.0.0.1:{own_server.port}", f"127.0.0.1:{standby.port},127.0.0.1:{own_server.port}"
        )
        connection = open_for_writing(read_address(both))
        assert connection.execute("SELECT inet_server_port() AS port").fetchone()["port"] == own_server.port
        connection.close()
    finally:
        standby.stop()
        standby.remove()
