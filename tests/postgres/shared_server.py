"""The one server of a test run: found or started by the first test that asks for it, shared by all worker processes.

TEST_DATABASE_URL names a server that is there already. Otherwise one is made in a temporary folder; a small process
of its own ends it and removes the folder as soon as the run is over, however that ends.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote
from uuid import uuid4

import psycopg

from tests.postgres.cluster import Cluster, binaries

FOLDER = "VOLT_BOT_TEST_POSTGRES"
"""The environment variable by which the worker processes know the folder of their run."""

_KEEPER = """{
    read -r _ < "$0/alive"
    for file in "$0"/*/data/postmaster.pid; do
        [ -e "$file" ] && kill -QUIT "$(head -n 1 "$file")"
        while [ -e "$file" ]; do sleep 0.1; done
    done
    rm -rf "$0"
} &"""
"""Waits until nobody holds the pipe open any more: the run has ended, however it did. Then stops all its servers."""

NOT_INSTALLED = "no PostgreSQL is installed here (no initdb)"
WHY_NOT = f"{NOT_INSTALLED}, and TEST_DATABASE_URL is not set"


_IN_MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it
_ROOM_BYTES = 2 * 1024**3
"""What the servers of a run take at most, and again as much for whoever else is there."""


def fast_folder() -> str | None:
    """Name the file system in memory, where there is one with room: a killed server finds there all it wrote.

    What the servers promise by fsync holds only where power is lost, and that no test of a server does. On a disk they
    wait for it thousands of times, each of them while the others write, too.
    """
    try:
        has_room = shutil.disk_usage(_IN_MEMORY).free > _ROOM_BYTES
    except OSError:
        return None
    return str(_IN_MEMORY) if has_room and os.access(_IN_MEMORY, os.W_OK) else None


class Run:
    """The run as its first process sees it: open from pytest's start to its end. `inside` is where its folder is."""

    def __init__(self, inside: str | None = None) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="volt-bot-postgres-", dir=inside))
        self._folder.chmod(0o755)
        os.mkfifo(self._folder / "alive")
        self._alive = os.open(self._folder / "alive", os.O_RDWR)
        os.environ[FOLDER] = str(self._folder)

    def close(self) -> None:
        """End the servers, if any were started."""
        del os.environ[FOLDER]
        if not (self._folder / "kept").exists():
            shutil.rmtree(self._folder)
        os.close(self._alive)


@contextmanager
def ended_with_us() -> Iterator[None]:
    """End all servers that are started meanwhile with this block, or this process."""
    run = Run()
    try:
        yield
    finally:
        run.close()


@contextmanager
def running_server() -> Iterator[Cluster]:
    """Give a server of its own that runs. Raises LookupError without PostgreSQL."""
    programs = binaries()
    if programs is None:
        raise LookupError(NOT_INSTALLED)
    cluster = Cluster(new_folder(), programs)
    cluster.create_copy_of(_pattern(programs))
    cluster.start()
    try:
        yield cluster
    finally:
        cluster.stop()
        cluster.remove()


def _pattern(programs: Path) -> Cluster:
    """Give a server that never runs, made once in a run: what the others are copied from."""
    with _locked() as folder:
        pattern = Cluster(folder / "pattern", programs)
        if not pattern.folder.exists():
            pattern.create()
    return pattern


def is_required() -> bool:
    """Whether a missing server is an error."""
    return os.environ.get("POSTGRES_TESTS") == "required"


def why_not() -> str:
    """Say why there is no server; "" where there is one."""
    return "" if os.environ.get("TEST_DATABASE_URL") or binaries() else WHY_NOT


def server_url() -> str:
    """Give the address of the server of this run, started where it is not yet."""
    with _locked() as folder:
        known = folder / "url"
        if not known.exists():
            url = os.environ.get("TEST_DATABASE_URL") or _started(folder)
            prepare(url)
            known.write_text(url)
        return known.read_text()


def new_folder() -> Path:
    """Name a folder for a server that is stopped and removed with this run at the latest."""
    with _locked() as folder:
        _let_it_end(folder)
    return folder / uuid4().hex


@contextmanager
def _locked() -> Iterator[Path]:
    folder = Path(os.environ[FOLDER])
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder


def _started(folder: Path) -> str:
    programs = binaries()
    assert programs is not None, WHY_NOT
    _let_it_end(folder)
    cluster = Cluster(folder / "shared", programs)
    cluster.create()
    cluster.start()
    return cluster.url


def _let_it_end(folder: Path) -> None:
    """Start what ends the servers of this run; once."""
    kept = folder / "kept"
    if not kept.exists():
        kept.touch()
        subprocess.run(  # noqa: S603 - a command line of our own; what it leaves behind outlives us on purpose
            ["/bin/sh", "-c", _KEEPER, str(folder)],
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            check=True,
        )


def prepare(url: str) -> None:
    """Make what only the owner of a database may make, once for all schemas."""
    with psycopg.connect(url, autocommit=True) as connection:
        for extension in ("pg_trgm", "unaccent"):
            connection.execute(f"CREATE EXTENSION IF NOT EXISTS {extension} SCHEMA public".encode())


def new_schema(url: str) -> str:
    """Make an empty schema, and give the address by which nothing but it is seen."""
    name = f"test_{uuid4().hex[:16]}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {name}".encode())
    return f"{url}{'&' if '?' in url else '?'}options={quote(f'-csearch_path={name},public')}"


def drop_schema(url: str) -> None:
    """Remove the schema of an address; the server of a run goes as a whole."""
    if os.environ.get("TEST_DATABASE_URL"):
        with psycopg.connect(url, autocommit=True) as connection:
            row = connection.execute("SELECT current_schema()").fetchone()
            assert row is not None
            connection.execute(f"DROP SCHEMA {row[0]} CASCADE".encode())
