"""A bot with a WhatsApp line and nothing at Volt, under traffic; `python -m tests.crash --glific` is the long form."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.crash.glific_rounds import cut_from_glific, kills_at_glific, lost_answers_at_glific


@pytest.mark.timeout(400)
async def test_kills_under_traffic(tmp_path: Path) -> None:
    """Killed again and again while contacts write and are answered, the bot loses nothing and says nothing twice."""
    one = await kills_at_glific(tmp_path, "7", kills=3, contacts=6, pause_s=3.0)
    assert one.harness.kills == 3
    assert one.verdict.is_good, one.report()


@pytest.mark.timeout(400)
async def test_a_stream_that_cannot_be_had(tmp_path: Path) -> None:
    """What contacts write while there is no stream comes afterwards, once and in order, by another token."""
    one = await cut_from_glific(tmp_path, "7", down_s=4.0, contacts=6, pause_s=3.0)
    assert one.verdict.is_good, one.report()


@pytest.mark.timeout(400)
async def test_lost_answers_repeat_nothing(tmp_path: Path) -> None:
    """Texts that Glific took without an answer, and without a receipt, go out once; nothing is left to be decided."""
    one = await lost_answers_at_glific(tmp_path, "7", times=5, contacts=6, pause_s=3.0)
    assert one.harness.faults >= 5
    assert one.verdict.is_good, one.report()
