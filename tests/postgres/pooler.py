"""A pgbouncer before a test's own server, where pgbouncer is installed."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg

from bot.sandbox.bot_process import free_port
from tests.postgres.cluster import DATABASE, PASSWORD, USER, Cluster

POOLER = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")

_SETTINGS = """[databases]
{database} = host=127.0.0.1 port={server} user={user} password='{password}'
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = {mode}
default_pool_size = 5
"""


class Pgbouncer:
    """A pooler that runs from `with` on, in one of its modes."""

    def __init__(self, cluster: Cluster, program: str, mode: str) -> None:
        self.mode, self._program = mode, program
        self._port = free_port()
        self._file = Path(cluster.folder / "pgbouncer.ini")
        settings = {"database": DATABASE, "user": USER, "password": PASSWORD, "server": cluster.port}
        self._file.write_text(_SETTINGS.format(**settings, port=self._port, mode=mode))
        self.url = f"postgresql://{USER}@127.0.0.1:{self._port}/{DATABASE}"

    def __enter__(self) -> Self:
        line = [self._program, "--quiet", str(self._file)]
        if os.geteuid() == 0:  # it refuses to run as root
            line = [self._program, "--quiet", "--user", _unprivileged(), str(self._file)]
        self._process = subprocess.Popen(line, stdin=subprocess.DEVNULL)  # noqa: S603 - a command line of our own
        while self._process.poll() is None and not self._answers():
            pass
        assert self._process.returncode is None, "pgbouncer did not start"
        return self

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url).close()
        except psycopg.OperationalError:
            return False
        return True

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.send_signal(signal.SIGINT)
        self._process.wait()


def _unprivileged() -> str:
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"
