"""Uninstalling: tokens are gone from the files at once, whatever comes first, and nothing old ends anything new."""

from __future__ import annotations

import sqlite3
from typing import Any

import pytest

from bot.domain.errors import StoreUnavailable
from bot.domain.ids import UserId
from bot.domain.workspaces import FROM_ENVIRONMENT, Installation
from bot.slack.oauth.uninstalls import removal_in
from tests.slack.oauth.conftest import ACME, GROUP, HARBOUR, Bench


async def both_installed(bench: Bench) -> tuple[Installation, Installation]:
    """Install the app in two workspaces."""
    await bench.install(ACME)
    await bench.install(HARBOUR)
    acme, harbour = await bench.stored()
    return acme, harbour


async def take(bench: Bench, *bodies: dict[str, Any]) -> None:
    """Bring events to the bot, one after the other."""
    for body in bodies:
        assert await bench.uninstalls.take(body)


@pytest.mark.parametrize(
    "order", [["app_uninstalled", "tokens_revoked"], ["tokens_revoked", "app_uninstalled"], ["tokens_revoked"]]
)
async def test_uninstalled(bench: Bench, order: list[str]) -> None:
    """After the first of the two events the tokens are in none of the database's files; the other workspace goes on."""
    acme, harbour = await both_installed(bench)
    workspace = bench.storage.store_of(acme.workspace)
    connection = await workspace.run(
        lambda tx: tx.connections.add("volt", bench.sealer.seal("volt-token"), "path", UserId("U1"))
    )
    assert acme.grant is not None
    assert connection.token is not None
    assert bench.holds(acme.grant.token)
    assert bench.holds(connection.token)
    bodies = await bench.slack.uninstall(ACME, order=order, told=False)
    await take(bench, bodies[0])
    assert not bench.holds(acme.grant.token, connection.token, bench.token_of(acme))
    assert bench.removed == [acme.workspace]
    gone, other = await bench.stored()
    assert (gone.workspace, gone.grant, gone.name) == (acme.workspace, None, acme.name)
    assert gone.removed_at is not None
    assert other == harbour
    await take(bench, *bodies[1:])
    assert bench.removed == [acme.workspace] * len(bodies)
    assert await bench.stored() == [gone, other]


async def test_tokens_that_were_replaced_before(bench: Bench) -> None:
    """Tokens of earlier installations are gone from the files, too."""
    sealed = []
    bench.slack.app.rotates = True
    for _ in range(5):
        await bench.install(ACME)
        (stored,) = await bench.stored()
        assert stored.grant is not None
        sealed += [stored.grant.token, stored.grant.refresh_token or ""]
    await take(bench, *await bench.slack.uninstall(ACME, told=False))
    assert not bench.holds(*sealed)


async def test_somebody_reads_meanwhile(bench: Bench) -> None:
    """Where a reader keeps the log from being emptied, the tokens are gone with the next write after it."""
    acme, _ = await both_installed(bench)
    assert acme.grant is not None
    reader = sqlite3.connect(bench.database)
    reader.execute("BEGIN")
    reader.execute("SELECT COUNT(*) FROM workspace").fetchone()
    await take(bench, *await bench.slack.uninstall(ACME, told=False))
    reader.close()
    await bench.read(lambda tx: tx.settings.set_value("anything", "else"))
    assert not bench.holds(acme.grant.token)


async def test_crash_before_the_log_was_emptied(bench: Bench) -> None:
    """What a crash left in the log is gone once the bot has started again."""
    acme, _ = await both_installed(bench)
    assert acme.grant is not None
    reader = sqlite3.connect(bench.database)
    reader.execute("BEGIN")
    reader.execute("SELECT COUNT(*) FROM workspace").fetchone()
    await take(bench, *await bench.slack.uninstall(ACME, told=False))
    assert bench.holds(acme.grant.token)
    await bench.crash()
    reader.close()
    assert not bench.holds(acme.grant.token)
    assert [one.grant is None for one in await bench.stored()] == [True, False]


async def test_users_tokens_are_not_the_bots(bench: Bench) -> None:
    """Revoked tokens of people, or of another bot user, end nothing."""
    both = await both_installed(bench)
    (body,) = await bench.slack.revoke_tokens(ACME, told=False)
    for tokens in (
        {"oauth": body["event"]["tokens"]["bot"], "bot": []},
        {"bot": ["U0OTHER"]},
        {"bot": "U0OTHER"},
        {},
        None,
    ):
        await take(bench, body | {"event": body["event"] | {"tokens": tokens}})
    assert await bench.stored() == list(both)
    await take(bench, body)
    assert bench.removed == [both[0].workspace]


async def test_event_from_before_the_installation(bench: Bench) -> None:
    """An uninstalling that happened before the installation, and arrives after it, ends nothing."""
    await bench.install(ACME)
    old = await bench.slack.uninstall(ACME, told=False)
    bench.later_s = 5
    await bench.install(ACME)
    await take(bench, *old)
    (stored,) = await bench.stored()
    assert stored.grant is not None
    assert bench.removed == []


async def test_event_of_the_same_second(bench: Bench) -> None:
    """Slack names whole seconds: who installs and removes within one has removed."""
    await bench.install(ACME)
    (stored,) = await bench.stored()
    bodies = await bench.slack.uninstall(ACME, told=False)
    await take(bench, bodies[0] | {"event_time": stored.installed_at // 1_000_000})
    assert bench.removed == [stored.workspace]


async def test_whole_organisation(bench: Bench) -> None:
    """An organisation-wide installation ends by an event that names no team; its team's own installation stays."""
    await bench.install(HARBOUR)
    await bench.install(HARBOUR, org_wide=True)
    own, whole = await bench.stored()
    body = {
        "type": "event_callback",
        "enterprise_id": GROUP,
        "event": {"type": "app_uninstalled"},
        "event_time": bench.now() // 1_000_000,
    }
    await take(bench, body)
    assert bench.removed == [whole.workspace]
    assert (await bench.stored())[0] == own


async def test_one_token_of_several(bench: Bench) -> None:
    """Where tokens are renewed, a revoked one ends nothing: others follow it. Uninstalling ends all."""
    bench.slack.app.rotates = True
    await bench.install(ACME)
    (stored,) = await bench.stored()
    await take(bench, *await bench.slack.revoke_tokens(ACME, told=False))
    assert await bench.stored() == [stored]
    await take(bench, *await bench.slack.uninstall(ACME, told=False))
    assert set(bench.removed) == {stored.workspace}


async def test_workspaces_that_are_not_installed(bench: Bench) -> None:
    """Events of a workspace that we do not know, or that the environment sets up, are taken and change nothing."""
    own = Installation(FROM_ENVIRONMENT, "T0OWN", bot_user_id="U0BOT")
    await bench.read(lambda tx: tx.installations.save(own))
    for team in ("T0OWN", "T0UNKNOWN", "", None):
        body = {"type": "event_callback", "team_id": team, "event": {"type": "app_uninstalled"}, "event_time": 2**31}
        await take(bench, body)
    assert bench.removed == []
    assert await bench.read(lambda tx: tx.installations.get(FROM_ENVIRONMENT)) == own


async def test_database_down(bench: Bench) -> None:
    """Where the database takes nothing, the event is not taken either: Slack brings it again."""
    await bench.install(ACME)
    bodies = await bench.slack.uninstall(ACME, told=False)
    await bench.storage.close()
    with pytest.raises(StoreUnavailable):
        await bench.uninstalls.take(bodies[0])
    assert bench.removed == []


@pytest.mark.parametrize(
    "body",
    [
        {"type": "event_callback", "event": {"type": "message"}},
        {"type": "event_callback", "event": "app_uninstalled"},
        {"type": "block_actions", "event": {"type": "app_uninstalled"}},
        {},
    ],
)
def test_other_events(body: dict[str, Any]) -> None:
    """Every other event is left to others."""
    assert removal_in(body) is None
