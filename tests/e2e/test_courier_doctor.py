"""The doctor of a line at Carium: one line for each thing that can be wrong, which says what to do."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.config import Config
from bot.sandbox import CourierStandIn, SlackStandIn
from tests.harness.carium import PASSWORD, line_settings
from tests.harness.doctor_lines import said_of

ANOTHER = "1b4e28ba-2fa1-11d2-883f-0016d3cca427"


@pytest.fixture
async def courier(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[CourierStandIn]:
    """Set up a line at Carium and no line at Volt, between a stand-in Slack and a stand-in courier."""
    monkeypatch.chdir(tmp_path)
    for name in Config.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    async with SlackStandIn() as slack, CourierStandIn() as stand_in:
        given = line_settings(stand_in) | {
            "slack_signing_secret": slack.signing_secret,
            "slack_bot_token": slack.bot_token,
            "slack_channel": "C0SUPPORT",
            "slack_api_url": slack.api_url,
            "public_url": "https://bot.your-company.example",
        }
        for name, value in given.items():
            monkeypatch.setenv(name.upper(), value)
        yield stand_in


async def lines() -> dict[str, str]:
    """Run the doctor; what it says of Carium, by the name of the check."""
    return await said_of("Carium", PASSWORD)


async def test_all_is_well(courier: CourierStandIn) -> None:
    """With a good login each check holds; where answers come and whose data it is are notes."""
    said = await lines()
    assert {name: words[:4] for name, words in said.items()} == {
        "login": "good",
        "number": "good",
        "answers": "note",
        "data": "note",
    }
    assert said["number"].endswith(f"…{courier.number[-4:]}")
    assert "https://bot.your-company.example/courier/callbacks/" in said["answers"]
    assert "health-care" in said["data"]
    assert courier.texts == []


async def test_a_wrong_password(courier: CourierStandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong password is named with the settings to look at; so is a second factor."""
    monkeypatch.setenv("COURIER_PASSWORD", "another one")
    assert (await lines())["login"].startswith("FIX  Carium does not accept the bot's login. An admin has to")
    monkeypatch.setenv("COURIER_PASSWORD", PASSWORD)
    courier.rules.wants_second_factor = True
    assert "second factor" in (await lines())["login"]


async def test_a_number_of_others(courier: CourierStandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    """A number that is not the account's is told from a login that is not accepted."""
    assert courier.texts == []
    monkeypatch.setenv("COURIER_NUMBER_ID", ANOTHER)
    said = await lines()
    assert said["login"] == "good accepted"
    assert said["number"].startswith("FIX  This account has no such number.")


async def test_no_public_address(courier: CourierStandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without PUBLIC_URL no answer can come, which is said with how to mend it."""
    monkeypatch.delenv("PUBLIC_URL")
    assert "PUBLIC_URL missing. Carium brings each answer to an address of this bot" in (await lines())["answers"]
    assert not courier.wire
