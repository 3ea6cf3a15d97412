"""Installation pages over real HTTP, between a stand-in Slack and people's browsers."""

from __future__ import annotations

import html
import re
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import aiohttp
import pytest
from aiohttp import web

from bot.bridge.unit_of_work import UnitsOfWork
from bot.clock import Clock
from bot.domain.ids import UserId
from bot.domain.timestamps import Micros, add_seconds
from bot.domain.workspaces import WHOLE_DATABASE, Installation, WorkspaceId
from bot.http_server import listen
from bot.ports.storage import Transaction
from bot.sandbox import SlackStandIn
from bot.sandbox.bot_process import free_port
from bot.sandbox.slack.state.teams import Installation as Granted
from bot.slack.ingress.connection import web_client
from bot.slack.oauth.install_pages import InstallPages
from bot.slack.oauth.settings import AppSettings
from bot.slack.oauth.token_keeper import TokenKeeper
from bot.slack.oauth.uninstalls import Uninstalls
from bot.store.sealing import FernetSealer, new_key
from bot.store.sqlite.storage import SqliteStorage
from tests.harness.database import make_database
from tests.harness.observed import Observed

T = TypeVar("T")
ACME, HARBOUR = "T0ACME", "T0HARBOUR"
"""Teams that install the app; the second one belongs to an organisation."""
GROUP = "E0GROUP"


class Page(NamedTuple):
    """What a browser got; `text` is what a person reads."""

    status: int
    text: str
    html: str
    headers: Any


class Bench:
    """A bot that can be installed and does nothing else, with a stand-in Slack and a database of its own."""

    def __init__(self, folder: Path) -> None:
        self.slack = SlackStandIn(installed=False)
        self.slack.add_team(ACME, "Acme <b>Ltd</b>")
        self.slack.add_team(HARBOUR, "Harbour", enterprise_id=GROUP)
        self.slack.app.redirect_urls = ["http://127.0.0.1:"]
        self.database = folder / "bot.db"
        self.observer, self.sealer = Observed(), FernetSealer([new_key()])
        self.later_s = 0.0
        self.installed: list[tuple[WorkspaceId, UserId]] = []
        self.removed: list[WorkspaceId] = []
        self.renewed: list[tuple[WorkspaceId, str]] = []
        self.told: Callable[[], Awaitable[None]] | None = None
        self.port = free_port()
        self._clock, self._open = Clock(), AsyncExitStack()

    def now(self) -> Micros:
        """Tell the time, as late as a test wants it to be."""
        return add_seconds(self._clock.now(), self.later_s)

    async def start(self, **settings: Any) -> None:
        """Open the database and the pages."""
        await self._open.enter_async_context(self.slack)
        make_database(self.database)
        self.storage = SqliteStorage(self.database, self.now, self.observer)
        await self.storage.start()
        self._open.push_async_callback(self.storage.close)
        self.units = UnitsOfWork(self.storage.store_of(WHOLE_DATABASE))
        self.uninstalls = Uninstalls(self.units, self._on_removed)
        self.session = await self._open.enter_async_context(aiohttp.ClientSession())
        self.app = AppSettings(
            **{
                "client_id": self.slack.app.client_id,
                "client_secret": self.slack.app.client_secret,
                "public_url": self.url,
                "api_url": self.slack.api_url,
            }
            | settings
        )
        self.web = web_client(self.slack.api_url, self.session, None)
        self.pages = InstallPages(
            self.app,
            self.web,
            self.units,
            self.sealer,
            clock=self.now,
            on_installed=self._on_installed,
            observer=self.observer,
        )
        site = web.Application()
        self.pages.add_routes(site, lambda handler: handler)
        _, close = await listen(site, "127.0.0.1", self.port, self.observer)
        self._open.push_async_callback(close)

    async def crash(self) -> None:
        """Start the bot on the files as they are now, without an orderly end; they are elsewhere from now on."""
        left = self.database
        self.database = left.parent / "after-the-crash" / left.name
        self.database.parent.mkdir()
        for file in left.parent.glob(f"{left.name}*"):
            shutil.copyfile(file, self.database.parent / file.name)
        self.storage = SqliteStorage(self.database, self.now, self.observer)
        await self.storage.start()
        self._open.push_async_callback(self.storage.close)

    async def close(self) -> None:
        """Close everything."""
        await self._open.aclose()

    @property
    def url(self) -> str:
        """Address of the pages."""
        return f"http://127.0.0.1:{self.port}"

    def keeper(self) -> TokenKeeper:
        """Make a keeper of tokens; the test starts and closes it."""
        return TokenKeeper(
            self.app,
            self.web,
            self.units,
            self.sealer,
            clock=self.now,
            on_renewed=self._on_renewed,
            observer=self.observer,
        )

    async def _on_renewed(self, workspace: WorkspaceId, token: str) -> None:
        self.renewed.append((workspace, token))
        self.slack.tell("renewed", workspace)

    async def _on_installed(self, workspace: WorkspaceId, installer: UserId) -> None:
        self.installed.append((workspace, installer))
        if self.told is not None:
            await self.told()

    async def _on_removed(self, workspace: WorkspaceId) -> None:
        self.removed.append(workspace)

    # --- what people do

    async def browser(self) -> aiohttp.ClientSession:
        """Open a browser with its own cookies."""
        jar = aiohttp.CookieJar(unsafe=True)
        return await self._open.enter_async_context(aiohttp.ClientSession(cookie_jar=jar))

    async def visit(self, browser: aiohttp.ClientSession, url: str) -> Page:
        """Open an address, relative or not."""
        url = url if url.startswith("http") else self.url + url
        async with browser.get(url, allow_redirects=False) as answer:
            source = await answer.text()
            body = source.partition("<body>")[2]
            text = " ".join(html.unescape(re.sub(r"<[^>]*>", " ", body)).split())
            return Page(answer.status, text, source, answer.headers)

    async def begin(self, browser: aiohttp.ClientSession, query: str = "") -> str:
        """Open the installation page; returns the address behind its button."""
        page = await self.visit(browser, f"/slack/install{query}")
        assert page.status == 200
        found = re.search(r'<a class="button" href="([^"]+)"', page.html)
        assert found is not None
        return html.unescape(found[1])

    async def install(self, team: str = ACME, browser: aiohttp.ClientSession | None = None, **consent: Any) -> Page:
        """Install the app in a team, as an admin does."""
        browser = browser or await self.browser()
        back = self.slack.approve(await self.begin(browser), team, **consent)
        return await self.visit(browser, back)

    # --- what is stored

    async def read(self, unit: Callable[[Transaction], T]) -> T:
        """Run a unit of work over the whole database."""
        return await self.storage.store_of(WHOLE_DATABASE).run(unit)

    async def stored(self) -> list[Installation]:
        """List what is stored, but for the workspace of the environment."""
        every = await self.read(lambda tx: tx.installations.all())
        return [one for one in every if not one.is_from_environment]

    async def count_of(self, scope: str) -> int:
        """Count what is stored as seen in a scope."""
        count = "SELECT COUNT(*) FROM seen_event WHERE scope = ?"
        return int(await self.storage.writer.run(lambda writer: writer.execute(count, (scope,)).fetchone()[0]))

    def granted(self, team: str) -> Granted:
        """Return what Slack knows of the installation in a team."""
        found = self.slack.installation_for(team)
        assert found is not None
        return found

    def token_of(self, installation: Installation) -> str:
        """Open the token of an installation."""
        assert installation.grant is not None
        return self.sealer.open(installation.grant.token)

    def holds(self, *secrets: str) -> bool:
        """Tell whether any of the database's files holds one of these, wherever in it."""
        files = [self.database.with_name(self.database.name + end) for end in ("", "-wal", "-shm")]
        held = b"".join(file.read_bytes() for file in files if file.exists())
        return any(secret.encode() in held for secret in secrets)


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    """Give an installable bot that has been started."""
    bench = Bench(tmp_path)
    try:
        await bench.start()
        yield bench
    finally:
        await bench.close()


@pytest.fixture
async def unopened(tmp_path: Path) -> AsyncIterator[Bench]:
    """Give an installable bot that the test starts, with settings of its own."""
    bench = Bench(tmp_path)
    try:
        yield bench
    finally:
        await bench.close()
