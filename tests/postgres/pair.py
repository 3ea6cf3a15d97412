"""Two PostgreSQL servers: a primary that acknowledges nothing before its standby has it, and that standby.

Either may be killed and started again, and the standby may be promoted, as a failover manager does it: the old primary
is stopped first, and then copied anew from the new one. Their ports stay, so one address names both for good.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.postgres import shared_server
from tests.postgres.cluster import DATABASE, PASSWORD, USER, Cluster, binaries

_STANDBY = "other"
_SYNCHRONOUS = f"ANY 1 ({_STANDBY})"


class Pair:
    """Two servers; which of them may be written changes with each promotion."""

    def __init__(self, primary: Cluster, standby: Cluster) -> None:
        self.primary, self.standby = primary, standby
        self._ports = (primary.port, standby.port)

    @property
    def url(self) -> str:
        """The address that follows a promotion."""
        hosts = ",".join(f"127.0.0.1:{port}" for port in self._ports)
        return f"postgresql://{USER}:{PASSWORD.replace(' ', '%20')}@{hosts}/{DATABASE}?target_session_attrs=read-write"

    def start(self) -> None:
        """Make both, and start them."""
        self.primary.create()
        self.primary.start()
        self.primary.set("synchronous_standby_names", _SYNCHRONOUS)  # before the copy, which has it from there
        self._add_standby()

    def _add_standby(self) -> None:
        self.standby.create_standby_of(self.primary, _STANDBY)
        self.standby.start()

    def kill_primary(self) -> None:
        """Kill the primary."""
        self.primary.kill()

    def start_primary(self) -> None:
        """Start the primary again after a kill."""
        self.primary.start()

    def stop_primary(self) -> None:
        """Stop the primary, as whoever promotes a standby has to first."""
        self.primary.stop()

    def promote(self) -> None:
        """Promote the standby; nothing is acknowledged until another standby follows it."""
        self.standby.run("pg_ctl", "promote", "--wait", "--silent")
        self.primary, self.standby = self.standby, self.primary

    def renew_standby(self) -> None:
        """Make the server that was stopped the standby of the new primary."""
        self.standby.remove()
        self._add_standby()

    def end(self) -> None:
        """Stop both, and remove them."""
        for one in (self.standby, self.primary):
            one.stop()
            one.remove()


@contextmanager
def running_pair() -> Iterator[Pair]:
    """Give a pair that runs; its servers end with the test run at the latest. Raises LookupError without PostgreSQL."""
    programs = binaries()
    if programs is None:
        raise LookupError(shared_server.NOT_INSTALLED)
    folders: list[Path] = [shared_server.new_folder() for _ in range(2)]
    pair = Pair(*(Cluster(folder, programs) for folder in folders))
    try:
        pair.start()
        yield pair
    finally:
        pair.end()
