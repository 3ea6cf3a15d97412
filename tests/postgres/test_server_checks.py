"""What the doctor says of a PostgreSQL server: read from a real one, and in words for everything that may be found."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest

from bot.doctor.check_failed import CheckFailed, Note
from bot.doctor.report import CheckResult
from bot.doctor.server_checks import ServerChecks
from bot.domain.database_address import address_in
from bot.domain.errors import StoreUnavailable
from bot.ports.database_server import Extension, Pooler, ServerFacts
from bot.store.postgres.address import read_address
from bot.store.postgres.storage import PostgresStorage
from bot.store.storage import open_server
from tests.harness.in_process import Relay
from tests.harness.observed import Observed
from tests.harness.world import DANA
from tests.postgres.cluster import Cluster, binaries
from tests.postgres.pooler import POOLER, Pgbouncer

GOOD = ServerFacts(
    version="15.18",
    user="volt",
    keeps_what_it_commits=True,
    synchronous_commit="on",
    standby_names="ANY 1 (a, b)",
    standbys=1,
    is_standby=False,
    is_read_only=False,
    round_trip_s=0.0002,
    skew_s=0.01,
    trigrams=Extension.THERE,
    schema="public",
    may_create_tables=True,
    connections=97,
    connections_left=90,
    pooler=Pooler.NONE,
    idle_timeout_s=0,
)
"""A server with which nothing is wrong."""


def look(url: str) -> ServerFacts:
    """Look at a server as the doctor does."""
    server = open_server(address_in(url))
    assert server is not None
    return server.look()


async def said(facts: ServerFacts) -> dict[str, str]:
    """Run all checks; each sentence begins with what the doctor's line begins with."""
    lines = {}
    for name, check in ServerChecks(facts).all():
        try:
            words = await check()
            lines[name] = f"note {words}" if isinstance(words, Note) else f"good {words}"
        except CheckFailed as failed:
            lines[name] = f"FIX {failed}"
    return lines


def as_other(url: str, user: str, more: str = "") -> str:
    """Give the address for another user, who has no rights but to connect."""
    parts = urlsplit(url)
    return parts._replace(netloc=f"{user}:secret@{parts.hostname}:{parts.port}", query=more).geturl()


@pytest.fixture
def stranger(own_server: Cluster) -> str:
    """Give the address for a user without rights."""
    with own_server.connect() as connection:
        connection.execute("CREATE ROLE stranger LOGIN PASSWORD 'secret'")
    return as_other(own_server.url, "stranger")


async def test_nothing_to_say() -> None:
    """Where all is well each line says so."""
    assert {words.split()[0] for words in (await said(GOOD)).values()} == {"good"}


@pytest.mark.parametrize(
    ("found", "name", "words"),
    [
        ({"is_standby": True}, "server", "FIX is a standby, which takes no writes. Name the primary"),
        ({"is_read_only": True}, "server", "FIX is read only for this user. As an administrator: ALTER ROLE"),
        ({"keeps_what_it_commits": False}, "fsync", "FIX fsync or full_page_writes is off: a loss of power"),
        ({"synchronous_commit": "off"}, "commit", "good synchronous_commit is off for others; each bot sets it"),
        ({"synchronous_commit": "off", "pooler": Pooler.TRANSACTION}, "commit", "FIX synchronous_commit is off, so"),
        ({"standby_names": ""}, "standby", "note no commit waits for a standby: on one host that is right; after"),
        ({"standbys": 0}, "standby", "FIX synchronous_standby_names asks for one and none is connected, so"),
        ({"schema": ""}, "tables", "FIX there is no schema to make them in. As the owner: CREATE SCHEMA public;"),
        ({"may_create_tables": False}, "tables", "FIX volt may make none in schema public. As its owner: GRANT"),
        ({"pooler": Pooler.SESSION}, "pooler", "FIX is in session mode and passes on no timeouts, so a bot that is"),
        ({"pooler": Pooler.TRANSACTION}, "pooler", "FIX is in transaction mode and passes on no timeouts, so a bot"),
        ({"pooler": Pooler.TRANSACTION, "idle_timeout_s": 5}, "pooler", "good is in transaction mode, and the server"),
        (
            {"pooler": Pooler.TRANSACTION, "idle_timeout_s": 5, "unlike_ours": {"enable_seqscan": "off", "jit": "off"}},
            "pooler",
            "note is in transaction mode and passes on no settings, so the bots wait longer for the server than",
        ),
        ({"unlike_ours": {"jit": "off"}}, "pooler", "good none in between"),
        ({"behind_bots_s": 3600.2}, "server clock", "FIX is 3600 s behind the time by which the bots go, which never"),
        ({"connections_left": 2}, "connections", "FIX 2 of 97 are left, and each bot takes 3. Raise max_connections"),
        ({"round_trip_s": 0.0047}, "round trip", "note takes 4.7 ms, and each text waits for dozens. Run bots"),
        ({"skew_s": 3.2}, "server clock", "note is 3 s ahead of this machine's; the bots go by the server's. Switch"),
        ({"skew_s": -3.2}, "server clock", "note is 3 s behind this machine's"),
        ({"trigrams": Extension.ALLOWED}, "search", "good pg_trgm is made at the first start"),
        ({"trigrams": Extension.REFUSED}, "search", "note works without pg_trgm, and finds parts of names and"),
    ],
)
async def test_what_each_check_says(found: dict[str, Any], name: str, words: str) -> None:
    """What is wrong is said by one check, in one sentence that says what to do."""
    assert (await said(replace(GOOD, **found)))[name].startswith(words)


def test_a_note_is_marked() -> None:
    """What holds and could be better stands in a line that is neither good nor to fix."""
    assert str(CheckResult("standby", is_good=True, words=Note("none."))) == "note  standby           none."
    assert str(CheckResult("standby", is_good=True, words="there")) == "good  standby           there"
    assert str(CheckResult("standby", is_good=False, words="none.")) == "FIX   standby           none."


@pytest.mark.postgres
def test_a_server_of_our_own(own_server: Cluster) -> None:
    """What a real server tells is read as it is."""
    found = look(own_server.url)
    expected = replace(GOOD, version=found.version, standby_names="", standbys=0, trigrams=Extension.ALLOWED)
    assert found.unlike_ours == {"enable_seqscan": "off", "jit": "off", "lock_timeout": "10s"}
    found = replace(found, unlike_ours={})
    measured = replace(found, round_trip_s=GOOD.round_trip_s, skew_s=GOOD.skew_s, connections_left=90)
    assert measured == expected
    assert found.round_trip_s > 0
    assert abs(found.skew_s) < 60
    assert 80 < found.connections_left < 97


@pytest.mark.postgres
def test_settings_are_those_of_the_server(own_server: Cluster) -> None:
    """Settings that the bot would change for itself are read as the server has them."""
    own_server.set("fsync", "off")
    own_server.set("synchronous_commit", "off")
    own_server.set("idle_in_transaction_session_timeout", "5s")
    own_server.set("default_transaction_read_only", "on")
    own_server.set("synchronous_standby_names", "standby")
    found = look(own_server.url)
    assert (found.keeps_what_it_commits, found.synchronous_commit, found.idle_timeout_s) == (False, "off", 5)
    assert (found.is_read_only, found.standby_names, found.standbys) == (True, "standby", 0)


@pytest.mark.postgres
def test_a_user_without_rights(own_server: Cluster, stranger: str) -> None:
    """It is found out what this very user may do, and how many connections it may open."""
    with own_server.connect() as connection:
        connection.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
        connection.execute("ALTER ROLE stranger CONNECTION LIMIT 4")
    found = look(stranger)
    assert (found.user, found.schema, found.may_create_tables) == ("stranger", "public", False)
    assert (found.trigrams, found.connections, found.connections_left) == (Extension.REFUSED, 4, 2)
    with own_server.connect() as connection:
        connection.execute("CREATE EXTENSION pg_trgm")
        connection.execute("REVOKE USAGE ON SCHEMA public FROM PUBLIC")
    found = look(stranger)
    assert (found.schema, found.may_create_tables, found.trigrams) == ("", False, Extension.THERE)


@pytest.mark.postgres
def test_a_standby_and_its_primary(own_server: Cluster) -> None:
    """A standby is known as one; its primary knows that a commit waits for it."""
    programs = binaries()
    assert programs is not None
    standby = Cluster(own_server.folder.with_name(f"{own_server.folder.name}-standby"), programs)
    standby.create_standby_of(own_server, "second")
    standby.start()
    try:
        own_server.set("synchronous_standby_names", "ANY 1 (second)")
        with own_server.connect() as connection:
            while not connection.execute("SELECT 1 FROM pg_stat_replication WHERE sync_state = 'quorum'").fetchone():
                pass
        found = look(own_server.url)
        assert (found.standby_names, found.standbys, found.is_standby) == ("ANY 1 (second)", 1, False)
        assert look(standby.url).is_standby
        both = own_server.url.replace(f":{own_server.port}/", f":{standby.port},127.0.0.1:{own_server.port}/")
        assert not look(both).is_standby  # of several hosts the one that takes writes is looked at
    finally:
        own_server.set("synchronous_standby_names", "")
        standby.stop()
        standby.remove()


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("change", "words"),
    [
        ((":correct%20horse@", ":wrong@"), 'refuses the user "volt" or its password'),
        (("/postgres", "/none"), 'There is no database "none"'),
        (("@127.0.0.1:", "@127.0.0.1:1,127.0.0.2:"), "cannot be reached"),
    ],
)
def test_a_server_that_cannot_be_looked_at(own_server: Cluster, change: tuple[str, str], words: str) -> None:
    """Where there is no connection one sentence says why, without the password."""
    with pytest.raises(StoreUnavailable, match=words) as caught:
        look(own_server.url.replace(*change))
    assert "wrong" not in str(caught.value)
    assert "horse" not in str(caught.value)


@pytest.fixture(params=["session", "transaction"])
def pooler(request: pytest.FixtureRequest, own_server: Cluster) -> Iterator[Pgbouncer]:
    """Give a pooler before a server, in each mode."""
    if POOLER is None:
        pytest.skip("no pgbouncer is installed here")
    with Pgbouncer(own_server, POOLER, request.param) as running:
        yield running


def say(server: Cluster, statements: str) -> None:
    """Say something to a server; whoever is connected has to connect anew, as with a pooler that is restarted."""
    with server.connect() as connection:
        connection.execute(statements.encode())
        others = "FROM pg_stat_activity WHERE usename = 'volt' AND pid <> pg_backend_pid()"
        connection.execute(f"SELECT pg_terminate_backend(pid, 10000) {others}".encode())


@pytest.mark.postgres
async def test_settings_that_no_pooler_passes_on(pooler: Pgbouncer, own_server: Cluster) -> None:
    """What a bot cannot set for itself behind a pooler is named with what to say, and said it is named no more."""
    say(own_server, "ALTER ROLE volt SET idle_in_transaction_session_timeout = '5s'")
    noted = (await said(look(pooler.url)))["pooler"]
    assert noted.startswith(f"note is in {pooler.mode} mode")
    todo = noted.partition("As an administrator: ")[2]
    assert todo == (
        "ALTER ROLE \"volt\" SET enable_seqscan = 'off'; ALTER ROLE \"volt\" SET jit = 'off'; "
        "ALTER ROLE \"volt\" SET lock_timeout = '10s';"
    )
    say(own_server, todo)
    assert (await said(look(pooler.url)))["pooler"].startswith("good")


@pytest.mark.postgres
async def test_a_clock_that_was_ahead(postgres_url: str) -> None:
    """A clock that is set back holds up the time of the bots; that is said, with what ends it."""
    assert look(postgres_url).behind_bots_s == 0
    storage = PostgresStorage(read_address(postgres_url), Observed())
    await storage.start()
    await storage.close()
    assert look(postgres_url).behind_bots_s == 0
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("UPDATE seat SET seen_at = clock_timestamp() + INTERVAL '1 hour'")
        words = (await said(look(postgres_url)))["server clock"]
        assert words.startswith("FIX is 3600 s behind the time by which the bots go")
        connection.execute(words.partition("run: ")[2].encode())
    assert look(postgres_url).behind_bots_s == 0


@pytest.mark.postgres
async def test_a_pooler_in_between(pooler: Pgbouncer, tmp_path: Path) -> None:
    """A pooler and its mode are found out by what it does, and a bot runs behind it without being told."""
    assert look(pooler.url).pooler.value == pooler.mode
    for address, text in ((pooler.url, "Hello"), (f"{pooler.url}?pgbouncer=true", "Are you there?")):
        async with Relay(tmp_path, database_url=address) as relay:
            await relay.hear(text=text)
            await relay.shows(DANA, text)
            assert (await relay.get("/readyz"))[0] == 200


def test_a_file_has_no_server() -> None:
    """There is no server to look at where the database is a file."""
    assert open_server(address_in("sqlite:///volt-bot.db")) is None
