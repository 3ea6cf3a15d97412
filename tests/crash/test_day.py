"""A day in fast-forward: every notice, reminder and automatic answer comes once, whatever is killed meanwhile."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.crash.day import day_of
from tests.crash.day_bots import Database


@pytest.mark.timeout(240)
async def test_a_day_in_fast_forward(tmp_path: Path) -> None:
    """Around closing time, over kills at random moments, what is said and texted is what a plain model counts."""
    async with day_of(tmp_path, seed=5, contacts=12, ticks=20, kills=2, begins=16, writes=0.08) as day:
        assert await day.run() == []
        assert day.bots.kills == 2
        assert day.notices
        assert day.texts


@pytest.mark.postgres
@pytest.mark.timeout(240)
async def test_a_day_of_two_bots(tmp_path: Path, postgres_url: str) -> None:
    """Two bots on PostgreSQL are killed in turn: what a killed one had is done by the other, once."""
    day = day_of(
        tmp_path, seed=5, contacts=8, ticks=8, kills=2, begins=16, writes=0.1, on=Database(postgres_url, bots=2)
    )
    async with day as lived:
        assert await lived.run() == []
        assert lived.bots.kills == 2
        assert lived.texts
