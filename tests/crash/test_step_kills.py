"""Workflow steps amid kills and lost answers, briefly; at length: `python -m tests.crash --steps`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.crash.step_rounds import kills_amid_steps


@pytest.mark.timeout(600)
async def test_each_step_is_done_once_and_ends_once(tmp_path: Path) -> None:
    """Steps that Slack tells of twice, amid kills and lost answers: each text is sent once, each step ends once."""
    one = await kills_amid_steps(tmp_path, "17", executions=30, kills=3, lost=2)
    assert one.harness.kills == 3
    assert one.verdict.said == 30
    assert one.verdict.is_good, one.report()


@pytest.mark.postgres
@pytest.mark.timeout(600)
async def test_two_bots_share_the_steps(tmp_path: Path, postgres_url: str) -> None:
    """Two bots on one database, one of them killed now and then: the same."""
    one = await kills_amid_steps(tmp_path, "17", executions=12, kills=1, lost=0, database_url=postgres_url)
    assert one.verdict.is_good, one.report()
