"""A PostgreSQL server of this run alone, with what it uses of the processors; nothing where none is installed."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import click

from tests.benchmarks.machine import cpu_s
from tests.postgres import shared_server
from tests.postgres.cluster import Cluster, binaries

ON_A_DISK = "/var/tmp"  # noqa: S108 - the folder inside it is of this run alone
"""A folder for temporary files may be memory only."""


@contextmanager
def private_server(name: str) -> Iterator[Cluster | None]:
    """Run one for a benchmark; None where there is none to run, and a word that its figures are left out."""
    programs = binaries()
    if programs is None:
        click.echo(f"{name} is left out: no PostgreSQL is installed here (no initdb)", err=True)
        yield None
        return
    run = shared_server.Run(inside=ON_A_DISK)
    cluster = Cluster(shared_server.new_folder(), programs)
    cluster.create()
    cluster.start()
    try:
        shared_server.prepare(cluster.url)
        yield cluster
    finally:
        cluster.stop()
        cluster.remove()
        run.close()


def server_cpu_s(cluster: Cluster) -> float:
    """Tell how much processor time the processes of a server that run now have used so far, in seconds."""
    spent_s = 0.0
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(FileNotFoundError, ProcessLookupError):  # one that has ended meanwhile
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            if cluster.pid in (int(folder.name), parent):
                spent_s += cpu_s(int(folder.name))
    return spent_s
