"""The doctor on PostgreSQL, whole: the server's lines stand among the others, and no password anywhere."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.config import Config
from bot.doctor.report import run_checks
from bot.sandbox import SlackStandIn, VoltStandIn
from tests.harness.in_process import Relay
from tests.harness.world import ACCOUNT
from tests.postgres.cluster import Cluster

OF_THE_SERVER = (
    "server",
    "fsync",
    "commit",
    "standby",
    "tables",
    "pooler",
    "connections",
    "round trip",
    "server clock",
    "search",
)


@pytest.fixture
async def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[pytest.MonkeyPatch]:
    """Set all but the database, between a stand-in Slack and a stand-in Volt."""
    monkeypatch.chdir(tmp_path)
    for name in Config.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    async with SlackStandIn() as slack, VoltStandIn(account_number=ACCOUNT) as volt:
        given = {
            "SLACK_SIGNING_SECRET": slack.signing_secret,
            "SLACK_BOT_TOKEN": slack.bot_token,
            "SLACK_CHANNEL": "C0SUPPORT",
            "SLACK_API_URL": slack.api_url,
            "VOLT_API_TOKEN": volt.token,
            "VOLT_ACCOUNT_NUMBER": ACCOUNT,
            "VOLT_API_URL": volt.graphql_url,
            "VOLT_WEBHOOK_KEY": volt.key_url,
        }
        for name, value in given.items():
            monkeypatch.setenv(name, value)
        yield monkeypatch


async def lines() -> dict[str, str]:
    """Run the doctor; each line by the name of its check."""
    said: list[str] = []
    await run_checks(said.append)
    assert "horse" not in "\n".join(said)
    return {line[6:22].strip(): line for line in said[:-1]} | {"sum": said[-1]}


@pytest.mark.postgres
async def test_the_server_is_looked_at(settings: pytest.MonkeyPatch, own_server: Cluster) -> None:
    """Each check of the server has a line; that there is no standby is a note, which is counted apart."""
    settings.setenv("DATABASE_URL", own_server.url)
    said = await lines()
    assert set(OF_THE_SERVER) < set(said)
    assert [name for name in OF_THE_SERVER if said[name].startswith("FIX")] == []
    assert said["standby"].startswith("note  standby           no commit waits for a standby")
    assert said["files"].endswith("the settings are for their owner alone")
    assert said["database"].endswith(f"127.0.0.1:{own_server.port}/postgres is empty; serve creates the tables")
    assert "note among them" in said["sum"] or "notes among them" in said["sum"]


@pytest.mark.postgres
async def test_how_far_the_tables_are(settings: pytest.MonkeyPatch, own_server: Cluster, tmp_path: Path) -> None:
    """Tables that the next start brings up to date are told of; those of a newer release are to fix."""
    settings.setenv("DATABASE_URL", own_server.url)
    async with Relay(tmp_path, database_url=own_server.url):
        assert (await lines())["database"].endswith("/postgres, used by 1 bot now")
    with own_server.connect() as connection:
        connection.execute("UPDATE migration SET name = 'version_99', breaks = 1")
        assert "was written by a newer volt-bot, and is left as it is. Install" in (await lines())["database"]
        connection.execute("DELETE FROM migration")
    assert (await lines())["database"].endswith("used by 0 bots now; the next start brings its tables up to date")


@pytest.mark.postgres
async def test_a_server_that_is_not_there(settings: pytest.MonkeyPatch, own_server: Cluster) -> None:
    """Where nobody answers one line says so instead of ten."""
    settings.setenv("DATABASE_URL", own_server.url)
    own_server.stop()
    said = await lines()
    assert said["server"].startswith("FIX   server            The server of 127.0.0.1:")
    assert "cannot be reached. Start it, or put DATABASE_URL right." in said["server"]
    assert not {*OF_THE_SERVER[1:]} & set(said)
    assert said["database"].startswith("FIX")
