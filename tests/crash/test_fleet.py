"""Several bots on one database, killed and frozen, and a server that dies; the long form: `tests.crash --fleet`."""

from pathlib import Path

import pytest

from tests.crash.chaos import Troubles, chaos

pytestmark = pytest.mark.postgres


@pytest.mark.timeout(400)
async def test_three_bots_lose_and_repeat_nothing(tmp_path: Path) -> None:
    """Three bots are killed and frozen, their server dies and its standby is promoted: all arrives once, in order."""
    troubles = Troubles(kills=2, freezes=2, server_kills=1, promotions=1, longest_s=20.0)
    one = await chaos(tmp_path, "14", troubles=troubles, conversations=6, pause_s=2.0, patience_s=120.0)
    fleet = one.harness
    assert fleet.met == "bots 3 kills 2 freezes 2 server kills 1 promotions 1"
    assert fleet.faults > 0
    assert one.verdict.is_good, one.report()
