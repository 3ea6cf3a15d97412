"""Fixtures for tests on PostgreSQL, and what happens where there is no server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.postgres import kept_schemas, shared_server
from tests.postgres.cluster import Cluster, binaries
from tests.postgres.pair import Pair, running_pair

SQLITE = pytest.param(False, id="sqlite")
POSTGRES = pytest.param(True, id="postgres", marks=pytest.mark.postgres)

_RUN = pytest.StashKey[shared_server.Run]()


def pytest_configure(config: pytest.Config) -> None:
    """Begin the run, in its first process only."""
    if not hasattr(config, "workerinput"):
        config.stash[_RUN] = shared_server.Run(inside=shared_server.fast_folder())


def pytest_unconfigure(config: pytest.Config) -> None:
    """End it."""
    if run := config.stash.get(_RUN, None):
        run.close()


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test that needs a server where there is none, unless one is required."""
    if item.get_closest_marker("postgres") is None or not (reason := shared_server.why_not()):
        return
    if shared_server.is_required():
        pytest.fail(f"POSTGRES_TESTS=required, but {reason}", pytrace=False)
    pytest.skip(reason)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many tests were skipped for want of a server."""
    skipped = [one for one in terminalreporter.stats.get("skipped", []) if shared_server.WHY_NOT in str(one.longrepr)]
    if skipped:
        terminalreporter.write_line(f"{len(skipped)} tests were skipped: {shared_server.WHY_NOT}.")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that asks for a database of either engine once on each; where it looks into a file, there only."""
    if "on_postgres" in metafunc.fixturenames:
        is_on_file = metafunc.definition.get_closest_marker("on_file") is not None
        metafunc.parametrize("on_postgres", [SQLITE] if is_on_file else [SQLITE, POSTGRES], indirect=True)


@pytest.fixture
def on_postgres(request: pytest.FixtureRequest) -> Iterator[str | None]:
    """Give the address of a schema without rows; None where the test is to run on a file."""
    if not request.param:
        yield None
        return
    url = kept_schemas.take()
    yield url
    kept_schemas.give_back(url)


@pytest.fixture
def postgres_url() -> Iterator[str]:
    """Give the address of an empty schema on the server of this run."""
    url = shared_server.new_schema(shared_server.server_url())
    yield url
    shared_server.drop_schema(url)


@pytest.fixture
def own_server() -> Iterator[Cluster]:
    """Give a running server of this test alone, which it may stop, kill and start again."""
    if binaries() is None:
        pytest.skip("a server of its own is needed, and no PostgreSQL is installed here")
    with shared_server.running_server() as cluster:
        yield cluster


@pytest.fixture
def server_pair() -> Iterator[Pair]:
    """Give a primary with a synchronous standby, of this test alone; it may kill, stop and promote them."""
    if binaries() is None:
        pytest.skip("two servers are needed, and no PostgreSQL is installed here")
    with running_pair() as pair:
        yield pair
