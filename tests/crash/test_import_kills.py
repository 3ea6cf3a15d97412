"""A file of contacts amid kills and lost answers, briefly; at length: `python -m tests.crash --import --rows 50000`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.crash.import_rounds import kills_amid_import


@pytest.mark.timeout(600)
async def test_each_row_is_done_once(tmp_path: Path) -> None:
    """However often the bot dies: each person is saved, listed and texted once, under one card, with one file."""
    one = await kills_amid_import(tmp_path, "17", rows=300, kills=3, good_each=6)
    assert one.verdict.said == 50
    assert one.verdict.is_good, one.report()


@pytest.mark.postgres
@pytest.mark.timeout(600)
async def test_two_bots_share_a_file(tmp_path: Path, postgres_url: str) -> None:
    """Two bots on one database, one of them killed while people are texted: the same."""
    one = await kills_amid_import(tmp_path, "17", rows=60, kills=1, lost=0, database_url=postgres_url)
    assert one.verdict.said == 30
    assert one.verdict.is_good, one.report()
