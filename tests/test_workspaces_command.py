"""`workspaces`, `workspaces forget` and the doctor's lines of each workspace, as operators run them."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from bot.domain.phone import E164
from bot.domain.timestamps import Micros
from bot.domain.workspaces import Account, Grant, Installation, WorkspaceId
from bot.observability.telemetry import Telemetry
from bot.ports.storage import Transaction
from bot.providers.courier.credentials import CourierCredentials
from bot.providers.courier.profile import PROFILE as COURIER
from bot.sandbox import CourierStandIn, SlackStandIn, VoltStandIn
from bot.sandbox.bot_process import BotProcess
from bot.sandbox.volt.model import Registration
from bot.store.sealing import FernetSealer, new_key
from bot.store.sqlite.storage import SqliteStorage
from tests.harness.carium import PASSWORD, USERNAME
from tests.harness.world import ACCOUNT, AVA, CHANNEL
from tests.test_command_line import Shell, bot, forks, shell, slack, volt

__all__ = ["bot", "forks", "shell", "slack", "volt"]

KEY = new_key()
SECOND = "T0SECOND"
PATH_SECRET = "an-unguessable-path"


@pytest.fixture
async def installed(shell: Shell, slack: SlackStandIn, volt: VoltStandIn) -> Shell:
    """Give a shell whose database has one workspace that installed the app and connected a number."""
    sealer = FernetSealer([KEY])
    shell.settings["ENCRYPTION_KEYS"] = KEY

    def install(tx: Transaction) -> WorkspaceId:
        grant = Grant(sealer.seal(slack.bot_token), tuple(slack.scopes))
        wanted = Installation(
            WorkspaceId(0), SECOND, name="Second", installed_by=AVA, installed_at=Micros(1), grant=grant
        )
        return tx.installations.save(wanted).workspace

    def connect(tx: Transaction) -> None:
        made = tx.connections.add("volt", sealer.seal(volt.token), PATH_SECRET, AVA)
        tx.connections.set_account(Account(ACCOUNT, made.id, CHANNEL))

    storage = SqliteStorage(shell.folder / "bot.db", lambda: Micros(1), Telemetry(CHANNEL))
    await storage.start()
    workspace = await storage.store.run(install)
    await storage.store_of(workspace).run(connect)
    await storage.close()
    return shell


def register(shell: Shell, volt: VoltStandIn) -> None:
    """Register the address of the connection at Volt."""
    url = f"{shell.settings['PUBLIC_URL']}/volt/webhooks/{PATH_SECRET}"
    volt.registrations["1"] = Registration(url, None, None, id="1")


async def test_the_list(installed: Shell, volt: VoltStandIn) -> None:
    """Each workspace is a line: team, name, the ends of its numbers, and whether it is healthy, or what is not."""
    code, out, _ = await installed.run("workspaces")
    assert code == 0
    assert out.startswith(f"{SECOND}  Second  …0123  webhook: is not registered at this bot's address.")
    register(installed, volt)
    _, out, _ = await installed.run("workspaces")
    assert out == f"{SECOND}  Second  …0123  healthy\n"
    assert ACCOUNT not in out
    assert volt.token not in out


async def test_what_is_not_healthy(installed: Shell, slack: SlackStandIn, volt: VoltStandIn) -> None:
    """A token that no key opens, or that Slack or Volt refuses, is what the line says."""
    register(installed, volt)
    _, out, _ = await installed.run("workspaces", ENCRYPTION_KEYS=new_key())
    assert "token: no key of ENCRYPTION_KEYS opens it." in out
    volt.token = "another"
    _, out, _ = await installed.run("workspaces")
    assert "Volt token: Volt does not accept this token." in out
    slack.bot_token = "xoxb-other"
    _, out, _ = await installed.run("workspaces")
    assert "token: Slack does not accept it. An admin has to install the app again." in out


async def test_the_doctor(installed: Shell, slack: SlackStandIn, volt: VoltStandIn) -> None:
    """The doctor has lines of each workspace: its tokens, permissions, channels and webhook."""
    register(installed, volt)
    _, out, _ = await installed.run("doctor")
    lines = {line[6:].partition("  ")[0]: line for line in out.splitlines() if SECOND in line}
    assert list(lines) == [f"{SECOND} {what}" for what in ("token", "scopes", "…0123", "Volt token", "webhook")]
    assert all(line.startswith("good") for line in lines.values())
    slack.channels[CHANNEL].is_archived = True
    volt.registrations.clear()
    _, out, _ = await installed.run("doctor")
    lines = {line[6:].partition("  ")[0]: line for line in out.splitlines() if SECOND in line}
    assert "is archived" in lines[f"{SECOND} …0123"]
    assert "Register again" in lines[f"{SECOND} webhook"]


async def test_forget(installed: Shell) -> None:
    """A workspace is removed once that was confirmed; nothing of it is in the file, and it is not listed any more."""
    code, _, _ = await installed.run("workspaces", "forget", SECOND)
    assert code == 130
    code, _, err = await installed.run("workspaces", "forget", "T0NOBODY", "--yes")
    assert (code, err.strip()) == (2, "There is no workspace T0NOBODY. volt-bot workspaces lists them.")
    code, out, _ = await installed.run("workspaces", "forget", SECOND, "--yes")
    assert (code, out) == (0, f"{SECOND} is removed. Backups from before still hold it, and so do Slack and Volt.\n")
    with closing(sqlite3.connect(installed.folder / "bot.db")) as reader:
        assert reader.execute("SELECT count(*) FROM connection").fetchone() == (0,)
    assert (await installed.run("workspaces"))[1] == ""


async def test_forget_while_a_bot_runs(installed: Shell, bot: BotProcess) -> None:
    """A workspace is not removed while a bot runs on the database; that of the environment is listed, too."""
    assert bot.is_running
    code, _, err = await installed.run("workspaces", "forget", SECOND, "--yes")
    assert code == 2
    assert "another volt-bot is using it" in err
    lines = (await installed.run("workspaces"))[1].splitlines()
    assert lines[0].endswith("…0123  set in the environment, and looked at by volt-bot doctor")


async def test_a_login_at_carium(installed: Shell, volt: VoltStandIn) -> None:
    """A login at Carium that is refused, or is for another number than the workspace's, is what the line says."""
    register(installed, volt)
    async with CourierStandIn("+15555550199") as courier:
        own = CourierCredentials(
            USERNAME, PASSWORD, courier.organization_id, courier.account_id, courier.number_id
        ).text()

        def connect(tx: Transaction) -> None:
            made = tx.connections.add("courier", FernetSealer([KEY]).seal(own), "", AVA)
            tx.connections.set_account(Account(COURIER.account_of(E164(courier.number)), made.id, CHANNEL))

        storage = SqliteStorage(installed.folder / "bot.db", lambda: Micros(1), Telemetry(CHANNEL))
        await storage.start()
        workspace = (await storage.store.run(lambda tx: tx.installations.all()))[-1].workspace
        await storage.store_of(workspace).run(connect)
        await storage.close()
        given = {"COURIER_API_URL": courier.url, "SLACK_CLIENT_ID": "1.2", "SLACK_CLIENT_SECRET": "0123456789abcdef"}
        _, out, _ = await installed.run("workspaces", **given)
        assert out == f"{SECOND}  Second  …0123, …0199  healthy\n"
        courier.number = "+15555550198"
        _, out, _ = await installed.run("workspaces", **given)
        assert "Carium login: is for another number, …0198." in out
        courier.rules.wants_second_factor = True
        _, out, _ = await installed.run("workspaces", **given)
        assert "second factor" in out
        assert PASSWORD not in out
