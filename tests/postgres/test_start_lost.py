"""A bot that loses its server in the middle of its start begins anew, and says so."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path

import pytest

from bot.store.postgres.address import read_address
from tests.harness.fleet import Fleet
from tests.postgres.proxy import Cut, Proxy
from tests.postgres.stage import through, until

pytestmark = pytest.mark.postgres

LOST = range(4, 7)
"""COMMITs of the start at which the server is lost: one of them is of a unit that the start cannot do without."""


async def test_a_start_is_begun_anew(tmp_path: Path, postgres_url: str) -> None:
    """The process does not end: it answers as soon as its server is back."""
    commits = 0

    def next_cut() -> Cut | None:
        nonlocal commits
        commits += 1
        if commits not in LOST:
            return None
        proxy.freeze()
        return Cut.BEFORE

    with Proxy(int(read_address(postgres_url).parameters["port"]), next_cut) as proxy:
        async with Fleet(tmp_path, through(postgres_url, proxy.port), bots=1) as fleet:
            (place,) = fleet.places

            def is_said(event: str, times: int) -> bool:
                return place.bot is not None and sum(event in line for line in place.bot.output) >= times

            starting = asyncio.create_task(fleet.start_at(place))
            for times in range(1, len(LOST) + 1):
                await until(partial(is_said, "store.away", times))
                proxy.thaw()
            await starting
            assert is_said("start.again", 1)
            assert await fleet.says_ready(200, within_s=30)
