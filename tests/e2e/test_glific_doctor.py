"""The doctor of a WhatsApp line: one line for each thing that can be wrong at Glific, which says what to do."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.config import Config
from bot.sandbox import GlificStandIn, SlackStandIn
from bot.sandbox.glific.rules import old_glific
from tests.harness.doctor_lines import said_of
from tests.harness.whatsapp import LOGIN, PASSWORD


@pytest.fixture
async def glific(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[GlificStandIn]:
    """Set up a line at Glific and no line at Volt, between a stand-in Slack and a stand-in Glific."""
    monkeypatch.chdir(tmp_path)
    for name in Config.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    async with SlackStandIn() as slack, GlificStandIn() as stand_in:
        stand_in.add_user(LOGIN, PASSWORD)
        given = {
            "SLACK_SIGNING_SECRET": slack.signing_secret,
            "SLACK_BOT_TOKEN": slack.bot_token,
            "SLACK_CHANNEL": "C0SUPPORT",
            "SLACK_API_URL": slack.api_url,
            "GLIFIC_API_URL": stand_in.url,
            "GLIFIC_PHONE": LOGIN,
            "GLIFIC_PASSWORD": PASSWORD,
        }
        for name, value in given.items():
            monkeypatch.setenv(name, value)
        yield stand_in


async def lines() -> dict[str, str]:
    """Run the doctor; what it says of Glific, by the name of the check."""
    return await said_of("Glific", PASSWORD)


async def test_all_is_well(glific: GlificStandIn) -> None:
    """With a good login each check holds, and nothing of Volt's is looked at."""
    said = await lines()
    assert [words[:4] for words in said.values()] == ["good"] * 4
    assert said["login"].endswith(f"accepted, organisation {glific.name}")


async def test_a_wrong_password(glific: GlificStandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong password is named with the settings to look at."""
    monkeypatch.setenv("GLIFIC_PASSWORD", "another one")
    said = await lines()
    assert said["login"] == (
        "FIX  Glific does not accept the bot's phone or password. An admin has to replace the login in App "
        "Home, or check GLIFIC_PHONE and GLIFIC_PASSWORD."
    )


async def test_a_suspended_organisation(glific: GlificStandIn) -> None:
    """An organisation that Glific has suspended is told from a wrong password."""
    glific.is_closed = True
    assert "suspended the organisation" in (await lines())["login"]


async def test_a_role_without_rights(glific: GlificStandIn) -> None:
    """A user with too low a role is told apart, and which role to give."""
    for user in glific.users:
        user.role = "staff"
    assert "give the bot's user the role manager" in (await lines())["role"]


async def test_another_tenant(glific: GlificStandIn) -> None:
    """An address that belongs to no tenant is named."""
    glific.rules.no_tenant = True
    assert "There is no Glific at the address" in (await lines())["login"]


async def test_an_old_glific(glific: GlificStandIn) -> None:
    """A Glific without today's fields, or without today's websocket, is said to be too old."""
    glific.rules.unknown_fields, glific.rules.no_socket = old_glific(), True
    said = await lines()
    assert "older than the bot needs" in said["version"]
    assert "November 2022" in said["stream"]


async def test_the_phrase_of_flows(glific: GlificStandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    """The published phrase, and one that is not the organisation's, are told apart from the right one."""
    monkeypatch.setenv("GLIFIC_FLOW_SECRET", "This is a dummy secret")
    assert "Set a signature phrase of your own" in (await lines())["flows"]
    monkeypatch.setenv("GLIFIC_FLOW_SECRET", "ours")
    glific.signature_phrase = "theirs"
    assert "is not the organisation's signature phrase" in (await lines())["flows"]
    glific.signature_phrase = "ours"
    assert (await lines())["flows"].startswith("good")
