"""A bot between a stand-in Slack and a stand-in Volt, in one process and over real HTTP, for the end-to-end tests.

Refuses to look inside the bot: what a test sees is what people see in a thread or on a phone, and what crossed the
wire.
"""

from __future__ import annotations

import contextlib
import io
import logging
from pathlib import Path
from typing import Any, Self

import aiohttp
import structlog

from bot.app import App
from bot.config import Config, load
from bot.observability import logs
from bot.sandbox import SlackStandIn, VoltStandIn
from bot.sandbox.bot_process import free_port
from bot.store.sqlite.storage import SqliteStorage
from tests.harness.database import make_database
from tests.harness.sight import Sight
from tests.harness.world import ACCOUNT, CHANNEL, DANA

SOON = (0.05, *[0.1] * 300)
"""Seconds between retries of the stand-ins, which in life are minutes."""


class Relay(Sight):
    """Owns both stand-ins and the bot; an async context manager. Settings given to `start` stay until changed."""

    def __init__(
        self, folder: Path, *, volt: VoltStandIn | None = None, slack: SlackStandIn | None = None, **settings: Any
    ) -> None:
        super().__init__(slack or SlackStandIn(), volt or VoltStandIn(account_number=ACCOUNT))
        self.database = folder / "bot.db"
        self.app: App | None = None
        self._settings = settings
        self._port = free_port()  # kept over restarts
        self._log = io.StringIO()

    async def __aenter__(self) -> Self:
        await self.slack.start()
        await self.volt.start()
        self.volt.receipts = "manual"
        self.slack.rules.retry_delays_s = self.volt.rules.retry_delays_s = SOON
        make_database(self.database)
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        # The stand-ins first: a bot that stops waits a while for requests that are on their way to it.
        await self.slack.close()
        await self.volt.close()
        await self.stop()
        structlog.reset_defaults()
        for handler in logging.getLogger().handlers[:]:
            if isinstance(handler, logging.StreamHandler) and handler.stream is self._log:
                logging.getLogger().removeHandler(handler)

    # --- the bot

    async def start(self, **settings: Any) -> None:
        """Start the bot on its database, with settings besides those that every test shares."""
        self._settings |= settings
        config = self._config()
        with contextlib.redirect_stderr(self._log):
            logs.configure(config.log_level, config.log_format, config.secrets())
        app = App(config)
        await app.start()
        self.app, self._port = app, app.port
        path_secret = self._settings.get("volt_webhook_path_secret")
        self.volt.webhook_url = f"{self.url}/volt/webhooks" + (f"/{path_secret}" if path_secret else "")
        if not self._settings.get("slack_app_token"):
            self.slack.events_url = f"{self.url}/slack/events"

    def _config(self) -> Config:
        return load(_env_file=None, **self.settings())

    def settings(self) -> dict[str, Any]:
        """Return what the bot is started with: what every test shares, and what this one has set."""
        shared: dict[str, Any] = {
            "slack_signing_secret": self.slack.signing_secret,
            "slack_bot_token": self.slack.bot_token,
            "slack_channel": CHANNEL,
            "slack_api_url": self.slack.api_url,
            "slack_post_rate": 100,
            "volt_api_token": self.volt.token,
            "volt_account_number": ACCOUNT,
            "volt_api_url": self.volt.graphql_url,
            "volt_webhook_key": self.volt.key_url,
            "database_url": f"sqlite:///{self.database}",
            "undo_seconds": 0,
            "log_level": "debug",
            "port": self._port,
        }
        return shared | self._settings

    async def stop(self) -> None:
        """Stop the bot in an orderly way; the stand-ins stay, and find nobody listening."""
        if self.app is not None:
            await self.app.close()
            self.app = None

    async def restart(self, **settings: Any) -> None:
        """Stop the bot and start it again on the same database and port."""
        await self.stop()
        await self.start(**settings)

    @property
    def url(self) -> str:
        """Where the bot listens."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def log(self) -> str:
        """Everything the bot wrote to its log."""
        return self._log.getvalue()

    async def get(self, path: str, **headers: str) -> tuple[int, str]:
        """GET a page of the bot's own; a header is named with underscores."""
        bears = {name.replace("_", "-"): value for name, value in headers.items()}
        async with aiohttp.ClientSession() as session, session.get(self.url + path, headers=bears) as answer:
            return answer.status, await answer.text()

    async def fill_disk(self, *, is_full: bool = True) -> None:
        """Let the database grow no more, or again; a long text then needs room that is not there.

        The one thing done inside the bot: a disk that is full for it alone is not to be had from outside.
        """
        assert self.app is not None
        assert isinstance(self.app.storage, SqliteStorage)
        pages = 1 if is_full else 2**30
        await self.app.storage.writer.run(lambda writer: writer.execute(f"PRAGMA max_page_count={pages}").fetchone())

    def forget_database(self) -> None:
        """Remove the database's files."""
        for file in self.database.parent.glob(f"{self.database.name}*"):
            file.unlink()

    # --- what people do

    async def hear(self, contact: str = DANA, text: str = "Hello") -> None:
        """Let Volt bring a text of a contact, and wait until the thread shows it."""
        webhook = await self.volt.text(contact, text)
        assert webhook.status == 200
        await self.shows(contact, text)
