"""Answers that get lost one after the other, and an outage of both peers, under two-way traffic."""

from pathlib import Path

import pytest

from tests.crash.outage import lost_answers, outage


@pytest.mark.timeout(240)
async def test_lost_answers_repeat_nothing_and_need_nobody(tmp_path: Path) -> None:
    """Slack and Volt each take eight texts without answering: none is repeated, and none is left to a person."""
    one = await lost_answers(tmp_path, "1", times=8)
    lost = [call for call in one.harness.slack.calls if call.is_cut]
    unanswered = [request for request in one.harness.volt.requests if not request.status]
    assert min(len(lost), len(unanswered)) >= 8
    assert one.verdict.is_good, one.report()


@pytest.mark.timeout(240)
async def test_everything_arrives_after_an_outage(tmp_path: Path) -> None:
    """What was said while Slack and Volt were both down arrives afterwards, once and in order."""
    one = await outage(tmp_path, "1", down_s=2.0)
    assert {503} <= {call.status for call in one.harness.slack.calls}
    assert {503} <= {request.status for request in one.harness.volt.requests}
    assert one.verdict.is_good, one.report()
