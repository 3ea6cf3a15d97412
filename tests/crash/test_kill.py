"""kill -9 at random moments during two-way traffic, on the real process; `python -m tests.crash` is the long form."""

from pathlib import Path

import pytest

from tests.crash.kills import random_kills


@pytest.mark.timeout(240)
async def test_accepted_texts_survive_kills_once_and_in_order(tmp_path: Path) -> None:
    """Whatever was answered 200 is on the other side once and in order, however often the bot dies among bad peers."""
    one = await random_kills(tmp_path, "8", kills=3, seats=4, patience_s=90)
    assert one.harness.kills == 3
    assert one.harness.faults > 0
    assert one.verdict.is_good, one.report()


@pytest.mark.timeout(240)
async def test_nothing_crosses_between_workspaces(tmp_path: Path) -> None:
    """Two workspaces that share a channel and their contacts lose, repeat and mix up nothing when the bot dies."""
    one = await random_kills(tmp_path, "8", kills=2, seats=4, has_two=True, patience_s=90)
    assert one.harness.kills == 2
    assert all(traffic.records.said for traffic in one.traffics)
    assert one.verdict.is_good, one.report()
