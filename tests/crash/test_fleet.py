"""Several bots on one database: killed, frozen, replaced, and their server, too; at length: `tests.crash --fleet`."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.sandbox.wire import Hop
from tests.crash.chaos import Troubles, chaos
from tests.crash.pace import refused_again
from tests.crash.releases import two_releases
from tests.postgres.cluster import binaries

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.skipif(binaries() is None, reason="servers of its own are needed, and no PostgreSQL is installed here"),
]


@pytest.mark.timeout(600)
async def test_three_bots_lose_and_repeat_nothing(tmp_path: Path) -> None:
    """Three bots are killed and frozen, their server dies and its standby is promoted: all arrives once, in order."""
    troubles = Troubles(kills=2, freezes=2, server_kills=1, promotions=1, longest_s=20.0)
    one = await chaos(tmp_path, "14", troubles=troubles, conversations=6, pause_s=2.0, patience_s=120.0)
    fleet = one.harness
    assert fleet.met == "bots 3 kills 2 freezes 2 server kills 1 promotions 1"
    assert fleet.faults > 0
    assert one.verdict.is_good, one.report()


@pytest.mark.timeout(600)
async def test_the_next_release_runs_beside_this_one(tmp_path: Path) -> None:
    """Three bots are replaced by a release with one migration more, while people talk: all arrives once, in order."""
    one = await two_releases(tmp_path, "14", conversations=4)
    assert one.verdict.is_good, one.report()


def test_only_what_was_refused_after_the_first_refusal_counts() -> None:
    """Texts that were on their way when the first refusal was told are part of it; each one later is a fault."""
    refused = [Hop(at, "bot→volt", "CreateMessage", 429, None, None, 100.0) for at in (1.0, 1.05, 2.0)]
    taken = Hop(0.5, "bot→volt", "CreateMessage", 200, None, None, 100.0)
    assert refused_again([taken, *refused[:2]]) == []
    assert refused_again([*refused, taken]) == ["refused 1.50 s after the first text"]
