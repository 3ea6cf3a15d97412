"""A second workspace on a running bot: an admin connects Volt in Slack, and texts go both ways, each in its own."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from bot.domain.ids import ChannelId, UserId
from bot.domain.timestamps import Micros
from bot.domain.workspaces import Grant, Installation, WorkspaceId
from bot.observability.telemetry import Telemetry
from bot.sandbox.volt.model import VoltMessage
from bot.sandbox.volt.organization import Organization
from bot.sandbox.volt.wire import envelope, received
from bot.store.sealing import FernetSealer, new_key
from bot.store.sqlite.storage import SqliteStorage
from tests.harness.in_process import Relay
from tests.harness.posts import seen
from tests.harness.windows import fill, opened, window, words
from tests.harness.world import ACCOUNT, CHANNEL, DANA

SECOND, ZOE, ROOM = "T0SECOND", UserId("U0ZOE"), ChannelId("C0ROOM")
NUMBER = "+15555550188"
KEY = new_key()


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[Relay]:
    """Give a bot that serves the environment's workspace, and another one that has installed the app."""
    async with Relay(tmp_path) as relay:
        relay.slack.add_team(SECOND, "Second")
        relay.slack.add_user(ZOE, "Zoe Ito", is_admin=True, team_id=SECOND)
        relay.slack.add_channel(ROOM, "room", members=False, team_id=SECOND)
        await relay.stop()
        await _install(relay)
        await relay.start(encryption_keys=KEY, public_url=relay.url)
        relay.volt.webhook_url = None
        yield relay


async def _install(relay: Relay) -> None:
    granted = relay.slack.install(SECOND)
    grant = Grant(FernetSealer([KEY]).seal(granted.token), tuple(granted.scopes))
    wanted = Installation(
        WorkspaceId(0),
        SECOND,
        name="Second",
        bot_id=granted.bot_id,
        bot_user_id=granted.bot_user_id,
        installed_by=ZOE,
        installed_at=Micros(1),
        grant=grant,
    )
    storage = SqliteStorage(relay.database, lambda: Micros(1), Telemetry(CHANNEL))
    await storage.start()
    await storage.store.run(lambda tx: tx.installations.save(wanted))
    await storage.close()


async def ask_to_connect(bot: Relay, organization: Organization) -> None:
    """Fill in the form that connects Volt, and send it off."""
    await bot.slack.command(ZOE, ROOM, "/volt", "connect")
    await opened(bot, ZOE)
    await fill(bot, ZOE, secret_token=organization.token, connect_number=NUMBER, connect_channel=ROOM)


async def connect(bot: Relay, organization: Organization) -> None:
    """Connect Volt in the second workspace, as its admin does."""
    await ask_to_connect(bot, organization)
    await bot.slack.until(lambda: "is connected" in words(window(bot, ZOE)))


async def test_connect_and_text(bot: Relay) -> None:
    """What an admin of a second workspace connects is texted and received there, and nowhere else."""
    organization = bot.volt.add_organization(NUMBER, "Acme")
    await connect(bot, organization)
    assert (await organization.text(DANA, "Hello from Dana")).status == 200
    await bot.slack.until(lambda: any("Hello from Dana" in seen(post) for post in bot.posts(ROOM)))
    header = next(post for post in bot.posts(ROOM) if not post.is_reply)
    await bot.slack.say(ZOE, ROOM, "Hello Dana", thread_ts=header.ts)
    await bot.volt.until(lambda: organization.messages)
    assert [text.body for text in organization.messages] == ["Hello Dana"]
    assert bot.posts(CHANNEL) == []
    assert bot.volt.messages == []
    assert organization.token not in bot.log
    assert organization.token.encode() not in bot.database.read_bytes()


async def test_disconnect_and_connect_again(bot: Relay) -> None:
    """After disconnecting nothing is registered; connected again the old thread goes on."""
    organization = bot.volt.add_organization(NUMBER, "Acme")
    await connect(bot, organization)
    await organization.text(DANA, "First")
    await bot.slack.until(lambda: any("First" in seen(post) for post in bot.posts(ROOM)))
    await bot.slack.open_home(ZOE)
    await bot.slack.until(lambda: "Connections" in words(bot.slack.homes.get(ZOE, {"blocks": []})))
    await bot.slack.press_in_view(ZOE, bot.slack.homes[ZOE]["id"], "connect_end")
    await bot.slack.until(lambda: not organization.registrations)
    await bot.slack.until(lambda: "Disconnected." in words(window(bot, ZOE)))
    bot.slack.open_modals.clear()
    await connect(bot, organization)
    await organization.text(DANA, "Second")
    await bot.slack.until(lambda: any("Second" in seen(post) for post in bot.posts(ROOM)))
    assert len([post for post in bot.posts(ROOM) if not post.is_reply]) == 1


async def test_a_change_while_a_text_is_on_its_way(bot: Relay) -> None:
    """A text that Volt does not answer about while a token is replaced is looked up, and holds up no other for good."""
    organization = bot.volt.add_organization(NUMBER, "Acme")
    await connect(bot, organization)
    await organization.text(DANA, "Hello from Dana")
    await bot.slack.until(lambda: any("Hello from Dana" in seen(post) for post in bot.posts(ROOM)))
    header = next(post for post in bot.posts(ROOM) if not post.is_reply)
    organization.rules.hang = 1
    await bot.slack.say(ZOE, ROOM, "First", thread_ts=header.ts)
    await bot.slack.until(lambda: organization.rules.hang == 0)
    bot.slack.open_modals.clear()
    await bot.slack.open_home(ZOE)
    await bot.slack.until(lambda: "Connections" in words(bot.slack.homes.get(ZOE, {"blocks": []})))
    await bot.slack.press_in_view(ZOE, bot.slack.homes[ZOE]["id"], "connect_token")
    await opened(bot, ZOE)
    await fill(bot, ZOE, secret_token=organization.token)
    assert (await organization.text(DANA, "Meanwhile")).status == 200
    await bot.slack.say(ZOE, ROOM, "Second", thread_ts=header.ts)
    await bot.volt.until(lambda: len(organization.messages) == 2, 60)
    assert [text.body for text in organization.messages] == ["First", "Second"]
    assert any("Meanwhile" in seen(post) for post in bot.slack.thread(ROOM, header.ts))


async def test_a_change_that_cannot_be_taken_up_at_once(bot: Relay) -> None:
    """What was stored while the workspace could not be run anew is taken up by itself, once it can be."""
    organization = bot.volt.add_organization(NUMBER, "Acme")
    change = "UPDATE workspace SET token = ? WHERE team_id = ?"
    with closing(sqlite3.connect(bot.database, isolation_level=None)) as database:
        (token,) = database.execute("SELECT token FROM workspace WHERE team_id = ?", (SECOND,)).fetchone()
        database.execute(change, ("not to be opened", SECOND))
        await ask_to_connect(bot, organization)
        await bot.slack.until(lambda: "workspace.not_started" in bot.log)
        (path,) = database.execute("SELECT path_secret FROM connection WHERE token IS NOT NULL").fetchone()
        database.execute(change, (token, SECOND))
    organization.webhook_url = f"{bot.url}/volt/webhooks/{path}"
    await organization.text(DANA, "Hello from Dana")
    await bot.slack.until(lambda: any("Hello from Dana" in seen(post) for post in bot.posts(ROOM)), 60)


async def test_a_token_of_another_workspace_in_the_environment(bot: Relay) -> None:
    """Where the environment holds a token of a workspace that installed the app, that one alone takes what is its."""
    granted = bot.slack.installation_for(SECOND)
    assert granted is not None
    await bot.stop()
    bot.forget_database()
    await _install(bot)
    await bot.start(slack_bot_token=granted.token)
    bot.volt.webhook_url = None
    await bot.slack.until(lambda: "slack.other_workspace" in bot.log)
    await bot.slack.open_home(ZOE)
    await bot.slack.until(lambda: ZOE in bot.slack.homes)
    assert "Connect Volt" in words(bot.slack.homes[ZOE])
    organization = bot.volt.add_organization(NUMBER, "Acme")
    await connect(bot, organization)
    await organization.text(DANA, "To the second")
    await bot.slack.until(lambda: any("To the second" in seen(post) for post in bot.posts(ROOM)))
    header = next(post for post in bot.posts(ROOM) if not post.is_reply)
    await bot.slack.say(ZOE, ROOM, "From the second", thread_ts=header.ts)
    await bot.volt.until(lambda: organization.messages)
    assert [text.body for text in organization.messages] == ["From the second"]


async def test_events_of_others_at_its_address(bot: Relay) -> None:
    """At a connection's address only its own numbers count: not the own workspace's, nor others of its organization."""
    organization = bot.volt.add_organization(NUMBER, "Acme")
    await connect(bot, organization)
    await organization.text(DANA, "ours")
    await bot.slack.until(lambda: any("ours" in seen(post) for post in bot.posts(ROOM)))
    organization.add_account("+15555550191", "Sales")
    for number in (ACCOUNT, "+15555550191", "+15555550192"):
        message = VoltMessage(number, DANA, f"to {number}", direction="inbound", status="received")
        for _ in range(2):
            answer = await organization.post(json.dumps(envelope(received(message))).encode())
            assert answer[::2] == (200, "foreign")
    await organization.text(DANA, "ours again")
    await bot.slack.until(lambda: any("ours again" in seen(post) for post in bot.posts(ROOM)))
    assert not [post for channel in (ROOM, CHANNEL) for post in bot.posts(channel) if "to +" in seen(post)]
