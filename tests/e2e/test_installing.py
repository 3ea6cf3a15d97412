"""From an empty database: the app is installed into two workspaces by its pages, each connects Volt, and texts go.

Both workspaces show their conversations in one channel that they share, with one contact: the same ids everywhere.
"""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

from bot.bridge.workspaces.installations import remove_installation, store_installation
from bot.domain.ids import UserId
from bot.domain.timestamps import Micros
from bot.domain.workspaces import WHOLE_DATABASE
from bot.sandbox import SlackStandIn
from bot.sandbox.slack.state.model import Message
from bot.sandbox.volt.organization import Organization
from bot.store.sealing import new_key
from tests.harness.in_process import Relay
from tests.harness.posts import seen
from tests.harness.windows import fill, opened, window, words
from tests.harness.world import DANA

GROUP, ROOM = "E0GROUP", "C0ROOM"


@dataclass(frozen=True)
class Tenant:
    """A workspace, its admin, and its organization at Volt."""

    team: str
    admin: UserId
    volt: Organization
    number: str


class Installed(Relay):
    """A bot that nothing was set up for but the app itself."""

    def __init__(self, folder: Path) -> None:
        slack = SlackStandIn(installed=False)
        super().__init__(folder, slack=slack, encryption_keys=new_key(), slack_client_id=slack.app.client_id)
        unset = ("slack_bot_token", "slack_channel", "volt_api_token", "volt_account_number")
        self._settings |= dict.fromkeys(unset, "") | {"slack_client_secret": slack.app.client_secret}
        self._settings["public_url"] = self.url
        self.tenants = [self._tenant("NORTH", "+15555550111"), self._tenant("SOUTH", "+15555550122")]
        slack.add_channel(ROOM, "texts", members=False, team_id="T0NORTH")
        slack.share(ROOM, "T0SOUTH")

    def _tenant(self, name: str, number: str) -> Tenant:
        team, admin = f"T0{name}", UserId(f"U0{name}")
        self.slack.add_team(team, name.title(), enterprise_id=GROUP)
        self.slack.add_user(admin, f"Admin of {name.title()}", is_admin=True, team_id=team)
        return Tenant(team, admin, self.volt.add_organization(number, name.title()), number)

    async def install(self, tenant: Tenant) -> str:
        """Install the app as an admin does, in a browser; returns the page they end on."""
        async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as browser:
            async with browser.get(f"{self.url}/slack/install") as page:
                found = re.search(r'<a class="button" href="([^"]+)"', await page.text())
            assert found is not None
            back = self.slack.approve(html.unescape(found[1]), tenant.team, user=tenant.admin)
            async with browser.get(back) as page:
                assert page.status == 200
                return await page.text()

    async def connect(self, tenant: Tenant) -> None:
        """Connect Volt as an admin does, by `/volt connect`."""
        await self.slack.command(tenant.admin, ROOM, "/volt", "connect")
        await opened(self, tenant.admin)
        token, number = tenant.volt.token, tenant.number
        await fill(self, tenant.admin, secret_token=token, connect_number=number, connect_channel=ROOM)
        await self.slack.until(lambda: "is connected" in words(window(self, tenant.admin)))

    def threads(self, tenant: Tenant) -> list[Message]:
        """Return the headers that the bot of a workspace has posted."""
        installed = self.slack.installation_for(tenant.team)
        assert installed is not None
        own = [post for post in self.posts(ROOM) if post.bot_id == installed.bot_id]
        return [post for post in own if not post.is_reply]

    async def talk(self, tenant: Tenant, heard: str, said: str) -> None:
        """Let the contact write to a workspace, and its admin answer in the thread."""
        assert (await tenant.volt.text(DANA, heard)).status == 200
        await self.slack.until(lambda: any(heard in seen(post) for post in self.posts(ROOM)))
        await self.slack.until(lambda: self.threads(tenant))
        await self.slack.say(tenant.admin, ROOM, said, thread_ts=self.threads(tenant)[-1].ts)
        await self.volt.until(lambda: said in [text.body for text in tenant.volt.messages])

    def under(self, tenant: Tenant) -> str:
        """Return all that stands in the threads of a workspace."""
        threads = [self.slack.thread(ROOM, header.ts) for header in self.threads(tenant)]
        return "\n".join(seen(post) for thread in threads for post in thread)

    def holds(self, secret: str) -> bool:
        """Tell whether any file of the database holds a secret, wherever in it."""
        files = self.database.parent.glob(f"{self.database.name}*")
        return any(secret.encode() in file.read_bytes() for file in files)


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[Installed]:
    """Give a bot that can be installed."""
    async with Installed(tmp_path) as bot:
        bot.volt.webhook_url = None
        yield bot


async def test_two_workspaces_from_nothing(bot: Installed) -> None:
    """Each text comes once, in its own workspace, with the same contact and the same channel id in both."""
    north, south = bot.tenants
    for tenant in bot.tenants:
        assert f"Installed in {tenant.team[2:].title()}" in await bot.install(tenant)
        await bot.connect(tenant)
    await bot.talk(north, "To the north", "From the north")
    await bot.talk(south, "To the south", "From the south")
    assert [text.body for text in north.volt.messages] == ["From the north"]
    assert [text.body for text in south.volt.messages] == ["From the south"]
    assert [len(bot.threads(tenant)) for tenant in bot.tenants] == [1, 1]
    assert "south" not in bot.under(north)
    assert "north" not in bot.under(south)
    for tenant, heard in zip(bot.tenants, ("To the north", "To the south"), strict=True):
        assert [line for line in bot.under(tenant).split("\n") if line == heard] == [heard] * 2  # header and reply
    assert not any(secret in bot.log for secret in (north.volt.token, south.volt.token))


async def test_events_of_a_shared_channel_that_come_once(bot: Installed) -> None:
    """Where Slack tells of a shared channel once, as one workspace's, both take what is theirs, and nothing twice."""
    bot.slack.rules.shared_once = True
    north, south = bot.tenants
    for tenant in bot.tenants:
        await bot.install(tenant)
        await bot.connect(tenant)
    await bot.talk(north, "To the north", "From the north")
    await bot.talk(south, "To the south", "From the south")
    await bot.slack.say(south.admin, ROOM, "Once more", thread_ts=bot.threads(south)[0].ts)
    await bot.volt.until(lambda: "Once more" in [text.body for text in south.volt.messages])
    assert [text.body for text in north.volt.messages] == ["From the north"]
    assert [text.body for text in south.volt.messages] == ["From the south", "Once more"]
    await bot.slack.say(north.admin, ROOM, "By somebody of the north", thread_ts=bot.threads(south)[0].ts)
    await bot.slack.until(lambda: "Not texted" in bot.under(south))
    assert "By somebody of the north" not in [text.body for text in south.volt.messages]


async def test_uninstalled_and_installed_again(bot: Installed) -> None:
    """An uninstalled workspace leaves no token in the files and stops; the other goes on; old threads work again."""
    north, south = bot.tenants
    for tenant in bot.tenants:
        await bot.install(tenant)
        await bot.connect(tenant)
    await bot.talk(north, "Before", "Answered before")
    await bot.talk(south, "Also before", "Also answered")
    installed = bot.slack.installation_for(north.team)
    assert installed is not None
    old = bot.threads(north)[0]
    await bot.slack.uninstall(north.team)
    assert not any(bot.holds(secret) for secret in (installed.token, north.volt.token))
    assert (await north.volt.text(DANA, "While away")).status in (401, 404)
    await bot.talk(south, "Still here", "So are we")
    await bot.install(north)
    await bot.connect(north)
    await bot.slack.say(north.admin, ROOM, "Back again", thread_ts=old.ts)
    await bot.volt.until(lambda: "Back again" in [text.body for text in north.volt.messages])
    assert [text.body for text in south.volt.messages] == ["Also answered", "So are we"]


async def test_what_another_bot_has_changed(bot: Installed) -> None:
    """What another bot on the same database installs, connects or removes is run here before a request is nobody's."""
    north, _ = bot.tenants
    await bot.install(north)
    await bot.connect(north)
    assert bot.app is not None
    storage = bot.app.storage
    storage.is_shared = True
    whole = storage.store_of(WHOLE_DATABASE)
    known = next(one for one in await whole.run(lambda tx: tx.installations.all()) if one.team_id == north.team)
    await whole.run(lambda tx: remove_installation(tx, known.team_id, known.enterprise_id, Micros(2**60), None))
    await bot.app.runtimes.learn()
    assert list(bot.app.runtimes.volt_webhooks()) == []
    await whole.run(lambda tx: store_installation(tx, known))
    await bot.slack.command(north.admin, ROOM, "/volt", "connect")
    await opened(bot, north.admin)
    assert len(bot.app.runtimes.watched()) == 1
