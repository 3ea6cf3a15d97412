"""Conversations are given out once, passed on once and handed over once, over kills and with two bots."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.crash.sharing import CONTACTS, GIVEN, PASSED, TURN, Day, Moments, Strikes
from tests.harness.as_process import Harness
from tests.harness.fleet import Fleet
from tests.harness.world import AVA, BEN


async def share(harness: Harness, moments: Moments) -> None:
    """Let a team have its day, and look at what stands in Slack in the end."""
    day = Day(harness)
    await harness.start()
    await day.agree()
    strikes = Strikes(harness, moments)
    await day.hear_from_all()
    await day.settled(AVA, BEN)
    await strikes.are_over()
    had = day.of(BEN)
    assert [len(had), len(day.of(AVA))] == [len(CONTACTS) // 2] * 2
    assert Counter(day.count(TURN, contact) for contact in CONTACTS) == {1: len(CONTACTS)}
    await day.go_away(BEN)
    await day.settled(AVA)
    await strikes.are_over()
    assert [day.count(PASSED, contact) for contact in CONTACTS] == [int(contact in had) for contact in CONTACTS]
    contact = CONTACTS[0]
    await day.hand_over_twice(contact)
    await strikes.are_over()
    await harness.until_still(2.0)
    assert strikes.kills == len(moments)
    assert sum(day.count(GIVEN, one) for one in CONTACTS) == 1
    assert [day.count(f"<@{day.holder(contact)}>, and says", contact)] == [1]


@pytest.mark.timeout(300)
async def test_over_kills(tmp_path: Path) -> None:
    """A bot that dies as soon as Slack has taken what it says gives nothing out twice, and forgets nobody."""
    async with Harness(tmp_path) as harness:
        await share(harness, ((TURN, 3), (PASSED, 2), (GIVEN, 1)))


@pytest.mark.postgres
@pytest.mark.timeout(300)
async def test_of_two_bots(tmp_path: Path, postgres_url: str) -> None:
    """Two bots on one database, of which one dies now and then, give each conversation out once between them."""
    async with Fleet(tmp_path, postgres_url, bots=2) as fleet:
        await share(fleet, ((TURN, 2), (PASSED, 2)))
