"""The workspace of the environment: its rows follow the settings, and it is never mixed up with another one."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from bot.bridge.workspaces.environment import (
    WebhookPath,
    close_bare_path,
    keep_connection_in_step,
    keep_line_in_step,
    keep_these_only,
    record_identity,
)
from bot.domain.ids import ChannelId
from bot.domain.own_numbers import marked
from bot.domain.phone import E164
from bot.domain.workspaces import FROM_ENVIRONMENT, Installation, WorkspaceId
from tests.harness.on_a_clock import Harness
from tests.harness.world import ACCOUNT, CHANNEL

OURS = Installation(FROM_ENVIRONMENT, "T0OURS", name="Ours", bot_user_id="U0BOT")


async def test_settings_that_change(harness: Harness) -> None:
    """A number, a channel or a path that is set to another one replaces what was there; nothing stands twice."""
    for number, channel, path in (
        (ACCOUNT, CHANNEL, "first-path"),
        (E164("+15555550199"), ChannelId("C0NEW"), "s3cret-path"),
    ):
        await harness.store.run(
            partial(keep_connection_in_step, provider="volt", account=number, channel=channel, path_secret=path)
        )
        (account,) = await harness.store.run(lambda tx: tx.connections.accounts())
        (connection,) = await harness.store.run(lambda tx: tx.connections.all())
        assert (account.number, account.channel, account.is_main) == (number, channel, True)
        assert (connection.path_secret, connection.token) == (path, None)


async def test_a_path_secret_is_made(harness: Harness) -> None:
    """Where no path secret is configured one is made once; the bare path is open until Volt comes under the secret."""
    keep = partial(keep_connection_in_step, provider="volt", account=ACCOUNT, channel=CHANNEL, path_secret="")
    made = await harness.store.run(keep)
    assert len(made.secret) >= 32
    assert made.is_bare_open
    assert made.secret not in repr(made)
    await harness.store.run(close_bare_path)
    assert await harness.store.run(keep) == WebhookPath(made.secret, is_bare_open=False)
    configured = await harness.store.run(partial(keep, path_secret="s3cret-path"))
    assert configured == WebhookPath("s3cret-path", is_bare_open=False)


async def test_two_providers_of_the_environment(harness: Harness) -> None:
    """The same number at two providers is two accounts, the first of which stays the main one; both last."""
    whatsapp = marked("whatsapp", ACCOUNT)
    for _ in range(2):
        for provider, account in (("volt", ACCOUNT), ("whatsapp", whatsapp)):
            await harness.store.run(
                partial(
                    keep_connection_in_step, provider=provider, account=account, channel=CHANNEL, path_secret=provider
                )
            )
    accounts = await harness.store.run(lambda tx: tx.connections.accounts())
    assert [(account.number, account.is_main) for account in accounts] == [(ACCOUNT, True), (whatsapp, False)]
    by = [await harness.store.run(partial(lambda tx, one: tx.connections.of(one), one=one.number)) for one in accounts]
    assert [found.provider for found in by if found is not None] == ["volt", "whatsapp"]


async def test_a_token_of_another_workspace(harness: Harness) -> None:
    """A database is not used for another workspace than its own, and words say what to set."""
    assert await harness.store.run(lambda tx: record_identity(tx, OURS)) == ""
    fault = await harness.store.run(lambda tx: record_identity(tx, replace(OURS, team_id="T0OTHER")))
    assert "belongs to the workspace T0OURS" in fault
    stored = await harness.store.run(lambda tx: tx.installations.get(FROM_ENVIRONMENT))
    assert stored is not None
    assert stored.team_id == "T0OURS"


async def test_a_workspace_that_has_installed_the_app_itself(harness: Harness) -> None:
    """A workspace is not served twice: words say which of both to remove."""
    await harness.store.run(lambda tx: tx.installations.save(replace(OURS, workspace=WorkspaceId(0))))
    fault = await harness.store.run(lambda tx: record_identity(tx, OURS))
    assert "has installed the app by itself" in fault
    assert "volt-bot workspaces forget T0OURS" in fault


async def test_providers_that_come_and_go(harness: Harness) -> None:
    """The first provider of the settings has the main number, whichever was there before; what is unset is removed."""
    whatsapp = marked("whatsapp", ACCOUNT)
    line = partial(keep_line_in_step, provider="whatsapp", number=whatsapp, channel=CHANNEL)
    texts = partial(keep_connection_in_step, provider="volt", account=ACCOUNT, channel=CHANNEL, path_secret="path")

    async def mains() -> list[tuple[E164, bool]]:
        accounts = await harness.store.run(lambda tx: tx.connections.accounts())
        return [(account.number, account.is_main) for account in accounts]

    await harness.store.run(line)
    await harness.store.run(partial(keep_these_only, providers={"whatsapp"}, main=whatsapp))
    assert await mains() == [(whatsapp, True)]
    for unit in (texts, line, partial(keep_these_only, providers={"volt", "whatsapp"}, main=ACCOUNT)):
        await harness.store.run(unit)
    assert await mains() == [(ACCOUNT, True), (whatsapp, False)]
    await harness.store.run(partial(keep_these_only, providers={"whatsapp"}, main=whatsapp))
    assert await mains() == [(whatsapp, True)]
