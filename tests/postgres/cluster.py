"""A PostgreSQL server in a folder of its own: made, started, stopped and killed; on loopback only, with fsync on.

Needs initdb and no rights: as root, which initdb refuses, all of it runs as an unprivileged user.
"""

from __future__ import annotations

import ctypes
import os
import pwd
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import psycopg

from bot.sandbox.bot_process import free_port

USER, PASSWORD = "volt", "correct horse"
DATABASE = "postgres"

_SETTINGS = """
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
fsync = on
synchronous_commit = on
shared_buffers = 64MB
max_connections = 100
wal_level = replica
max_wal_senders = 4
log_min_messages = error
"""


def binaries() -> Path | None:
    """Find the newest PostgreSQL of Debian's packages, or the one of PATH; None where there is none."""
    packaged = sorted(
        (path for path in Path("/usr/lib/postgresql").glob("*/bin") if (path / "initdb").exists()),
        key=lambda path: int(re.sub(r"\D", "", path.parent.name) or 0),
    )
    if packaged:
        return packaged[-1]
    found = shutil.which("initdb")
    return Path(os.path.realpath(found)).parent if found else None


def _unprivileged() -> str:
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


class Cluster:
    """One server; `folder` is made by `create` and belongs to it alone."""

    def __init__(self, folder: Path, programs: Path, *, port: int = 0) -> None:
        self.folder, self._programs = folder, programs
        self.port = port or free_port()

    @property
    def url(self) -> str:
        """The address of its database."""
        return f"postgresql://{USER}:{PASSWORD.replace(' ', '%20')}@127.0.0.1:{self.port}/{DATABASE}"

    def create(self) -> None:
        """Make an empty database."""
        password = self._own_folder() / "password"
        password.write_text(PASSWORD)
        password.chmod(0o644)
        self.run(
            "initdb", "--username", USER, "--pwfile", str(password), "--auth", "scram-sha-256", "--no-sync", *_LOCALE
        )
        password.unlink()
        self._configure(_SETTINGS)

    def create_copy_of(self, stopped: Cluster) -> None:
        """Make what was made there; that takes a tenth of the time."""
        self._own_folder()
        shutil.copytree(stopped.data, self.data, dirs_exist_ok=True)
        if os.geteuid() == 0:
            user = pwd.getpwnam(_unprivileged())
            for place in self.data.rglob("*"):
                os.chown(place, user.pw_uid, user.pw_gid)
        self._configure("")

    def create_standby_of(self, primary: Cluster, name: str) -> None:
        """Copy a running server, and follow it by this name."""
        self._own_folder()
        source = f"{primary.url}?application_name={name}"
        self.run("pg_basebackup", "--dbname", source, "--write-recovery-conf", "--checkpoint", "fast", "--no-sync")
        self._configure("")

    def _own_folder(self) -> Path:
        self.folder.mkdir(mode=0o755, parents=True)
        self.data.mkdir(mode=0o700)
        if os.geteuid() == 0:
            user = pwd.getpwnam(_unprivileged())
            for folder in (self.folder, self.data):
                os.chown(folder, user.pw_uid, user.pw_gid)
        return self.folder

    def _configure(self, settings: str) -> None:
        with (self.data / "postgresql.conf").open("a") as file:
            file.write(f"{settings}\nport = {self.port}\n")

    @property
    def data(self) -> Path:
        """The folder of the database."""
        return self.folder / "data"

    def command(self, program: str, *arguments: str) -> Sequence[str]:
        """Give the command line of one of PostgreSQL's programs on this server's folder."""
        line = [str(self._programs / program), "--pgdata", str(self.data), *arguments]
        if os.geteuid() == 0:
            user = _unprivileged()
            line = ["setpriv", f"--reuid={user}", f"--regid={pwd.getpwnam(user).pw_gid}", "--clear-groups", *line]
        return line

    def run(self, program: str, *arguments: str) -> None:
        """Run one of PostgreSQL's programs on this server's folder. Raises RuntimeError with what it said."""
        with self.folder.with_suffix(".out").open("w+") as said:
            ended = subprocess.run(  # noqa: S603 - a command line of our own
                self.command(program, *arguments),
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=said,  # a file: a server that goes on running keeps a pipe open
                stderr=subprocess.STDOUT,
                check=False,
            )
            if ended.returncode:
                said.seek(0)
                raise RuntimeError(f"{program}: {said.read()[-2_000:]}")

    def start(self) -> None:
        """Start it, and wait until it answers; right after a kill its processes may take a moment to end."""
        _adopt_orphans()
        for _ in range(20):
            try:
                self.run("pg_ctl", "start", "--wait", "--silent", "--log", str(self.folder / "log"))
            except RuntimeError as error:
                refused = error
            else:
                return
        raise refused

    def stop(self) -> None:
        """Stop it at once, as a machine does that is switched off in order; nothing where it does not run."""
        if self.is_running:
            self.run("pg_ctl", "stop", "--wait", "--silent", "--mode", "immediate")

    def remove(self) -> None:
        """Remove its folder."""
        shutil.rmtree(self.folder)
        self.folder.with_suffix(".out").unlink()

    @property
    def is_running(self) -> bool:
        """Whether it runs."""
        return (self.data / "postmaster.pid").exists()

    @property
    def pid(self) -> int:
        """The id of its first process."""
        return int((self.data / "postmaster.pid").read_text().split()[0])

    def kill(self) -> None:
        """Kill it, as a machine does that loses power but for its disk's cache."""
        pid = self.pid
        os.kill(pid, signal.SIGKILL)
        while _is_there(pid):
            pass
        with suppress(ChildProcessError):  # not ours: somebody else started it, and waits for it
            os.waitpid(pid, 0)

    def connect(self) -> psycopg.Connection:
        """Open a connection beside the bot."""
        return psycopg.connect(self.url, autocommit=True)

    def set(self, name: str, value: str) -> None:
        """Set a setting of the running server."""
        with self.connect() as connection:
            connection.execute(f"ALTER SYSTEM SET {name} = '{value}'".encode())
            connection.execute("SELECT pg_reload_conf()")


_LOCALE = ("--encoding", "UTF8", "--locale", "C.UTF-8")


def _adopt_orphans() -> None:
    """Become the parent of servers that are started here, so that a killed one is waited for, whatever else runs.

    Until it is, PostgreSQL takes it for one that runs, and starts no other on its folder.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


_SET_CHILD_SUBREAPER = 36
"""prctl(2)."""


def _is_there(pid: int) -> bool:
    """Whether a process is there; one that has ended and was not waited for is not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
