"""A workspace that is to run anew while the server is away: said in one line, and it runs once the server is back."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.config import Config
from bot.domain.workspaces import FROM_ENVIRONMENT
from tests.harness.in_process import Relay
from tests.harness.world import DANA
from tests.postgres.proxy import Cut, Proxy
from tests.postgres.stage import port_of, through, until

pytestmark = pytest.mark.postgres


class Way:
    """The way to the server: once told to, lost at the COMMIT that is so many further on."""

    def __init__(self, url: str) -> None:
        self.commits_left = 0
        self.proxy = Proxy(port_of(url), self._next)

    def _next(self) -> Cut | None:
        self.commits_left -= 1
        if self.commits_left != 0:
            return None
        self.proxy.freeze()
        return Cut.BEFORE


@pytest.mark.parametrize("commits", [1, 2])
async def test_a_workspace_is_started_when_the_server_is_back(
    tmp_path: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch, commits: int
) -> None:
    """Wherever in the middle of it the server is lost: it is no fault with a traceback, and soon made good."""
    for name in Config.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    way = Way(postgres_url)
    with way.proxy as proxy:
        async with Relay(tmp_path, database_url=through(postgres_url, proxy.port), catch_up_minutes=0) as relay:
            thread = await relay.open_thread()
            assert relay.app is not None
            runtimes = relay.app.runtimes
            way.commits_left = commits
            reloading = asyncio.create_task(runtimes.reload(FROM_ENVIRONMENT))
            await until(lambda: "store.away" in relay.log)
            proxy.thaw()
            await reloading
            await until(lambda: not runtimes.is_outdated())
            await relay.hear(DANA, "Is it there?")
            await relay.reply(thread, "It is ready")
            await relay.receives("It is ready")
        assert relay.log.count("workspace.not_started") <= 1
        assert "Traceback" not in relay.log
