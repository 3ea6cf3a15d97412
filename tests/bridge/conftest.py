"""The harness that the tests of the bridge share: each test runs on a file, and on PostgreSQL where there is a server.

A test that looks into the file itself is marked `on_file`, and runs there only.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import aiohttp
import pytest

from bot.domain.database_address import Engine as Kind
from bot.outgoing_http import TimelyRequest
from bot.sandbox import SlackStandIn, VoltStandIn
from bot.store.group_commit import Engine
from bot.store.postgres.address import read_address
from bot.store.postgres.engine import PostgresEngine
from tests.harness.on_a_clock import Harness
from tests.harness.world import ACCOUNT

SQLITE = pytest.param(Kind.SQLITE, id="sqlite")
POSTGRES = pytest.param(Kind.POSTGRES, id="postgres", marks=pytest.mark.postgres)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test once for each engine."""
    if "engine" in metafunc.fixturenames:
        is_on_file = metafunc.definition.get_closest_marker("on_file") is not None
        metafunc.parametrize("engine", [SQLITE] if is_on_file else [SQLITE, POSTGRES], indirect=True)


@pytest.fixture
def engine(request: pytest.FixtureRequest) -> Callable[[], Engine] | None:
    """Give what makes the engine of the test's database; None for that of a file."""
    if request.param == Kind.SQLITE:
        return None
    url: str = request.getfixturevalue("postgres_url")
    return lambda: PostgresEngine(read_address(url))


@pytest.fixture
async def harness(tmp_path: Path, engine: Callable[[], Engine] | None) -> AsyncIterator[Harness]:
    """Give a harness with an open conversation in which an answer has gone out."""
    async with (
        SlackStandIn() as slack,
        VoltStandIn(ACCOUNT) as volt,
        aiohttp.ClientSession(request_class=TimelyRequest) as session,
    ):
        volt.receipts = "manual"
        made = Harness(tmp_path, slack, volt, session, engine)
        await made.start()
        await made.workspace.identity()  # from then on it is known what Slack grants
        await made.hear("Hello")
        await made.answer("Hi")
        made.wait(5)
        await made.pay()
        yield made
        await made.close()
        assert made.crashes == []
