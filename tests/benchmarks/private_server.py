"""A PostgreSQL server of this run alone; nothing where none is installed."""

from collections.abc import Iterator
from contextlib import contextmanager

import click

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
