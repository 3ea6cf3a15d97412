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

from bot import logs
from bot.app import App
from bot.config import Config, load
from bot.sandbox import SlackStandIn, VoltStandIn
from bot.sandbox.slack_model import Message
from bot.sandbox.slack_wire import envelope, message_event
from bot.sandbox.volt_model import Request as VoltRequest
from bot.sandbox.volt_model import VoltMessage
from tests.harness.posts import said, seen
from tests.harness.world import ACCOUNT, AVA, CHANNEL, DANA, shown

SOON = (0.05, *[0.1] * 300)
"""Seconds between retries of the stand-ins, which in life are minutes."""


class Relay:
    """Owns both stand-ins and the bot; an async context manager. Settings given to `start` stay until changed."""

    def __init__(self, folder: Path, *, volt: VoltStandIn | None = None) -> None:
        self.slack = SlackStandIn()
        self.volt = volt or VoltStandIn(account_number=ACCOUNT)
        self.database = folder / "bot.db"
        self.app: App | None = None
        self._settings: dict[str, Any] = {}
        self._port = 0
        self._log = io.StringIO()

    async def __aenter__(self) -> Self:
        await self.slack.start()
        await self.volt.start()
        self.volt.receipts = "manual"
        self.slack.rules.retry_delays_s = self.volt.rules.retry_delays_s = SOON
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
        return load(_env_file=None, **shared | self._settings)

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

    async def get(self, path: str) -> tuple[int, str]:
        """GET a page of the bot's own."""
        async with aiohttp.ClientSession() as session, session.get(self.url + path) as answer:
            return answer.status, await answer.text()

    async def fill_disk(self, *, is_full: bool = True) -> None:
        """Let the database grow no more, or again; a long text then needs room that is not there.

        The one thing done inside the bot: a disk that is full for it alone is not to be had from outside.
        """
        assert self.app is not None
        pages = 1 if is_full else 2**30
        await self.app.store._engine.run(lambda writer: writer.execute(f"PRAGMA max_page_count={pages}").fetchone())

    def forget_database(self) -> None:
        """Remove the database's files."""
        for file in self.database.parent.glob(f"{self.database.name}*"):
            file.unlink()

    # --- what people see in Slack

    def posts(self, channel: str = CHANNEL) -> list[Message]:
        """Return the bot's posts that stand in a channel, oldest first."""
        return [one for one in self.slack.channels[channel].messages if one.bot_id and not one.deleted]

    def headers(self, contact: str | None = None) -> list[Message]:
        """Return the headers in the channel: of one contact, or all."""
        roots = [one for one in self.posts() if not one.is_reply]
        return [one for one in roots if contact is None or shown(contact) in seen(one).split("\n")[0]]

    def thread(self, contact: str = DANA) -> list[Message]:
        """Return the bot's posts in the contact's newest thread, without the header; none before there is one."""
        headers = self.headers(contact)
        replies = self.slack.thread(CHANNEL, headers[-1].ts)[1:] if headers else []
        return [one for one in replies if one.bot_id]

    def lines(self, contact: str = DANA) -> list[str]:
        """Return what people read in the bot's posts of the contact's thread."""
        return [seen(one) for one in self.thread(contact)]

    def texts(self, contact: str = DANA) -> list[str]:
        """Return the contact's texts as the thread shows them, one item per text however they were posted."""
        return [text for one in self.thread(contact) for text in said(one)]

    async def line(self, words: str, contact: str = DANA, *, timeout_s: float = 10) -> Message:
        """Wait until a post in the contact's thread says these words."""

        def found() -> list[Message]:
            return [one for one in self.thread(contact) if words in seen(one)]

        try:
            return (await self.slack.until(found, timeout_s))[-1]
        except TimeoutError as error:
            raise TimeoutError(f"no line says {words!r}; there are {self.lines(contact)}; {error}") from None

    async def open_thread(self, contact: str = DANA, text: str = "Hello") -> str:
        """Let a contact text for the first time; return the ts of the header once the text is under it."""
        webhook = await self.volt.text(contact, text)
        assert webhook.status == 200
        await self.shows(contact, text)
        return self.headers(contact)[-1].ts

    async def shows(self, contact: str, *texts: str, timeout_s: float = 10) -> None:
        """Wait until the contact's thread ends with these texts."""
        try:
            await self.slack.until(lambda: tuple(self.texts(contact)[-len(texts) :]) == texts, timeout_s)
        except TimeoutError as error:
            raise TimeoutError(f"the thread shows {self.texts(contact)}; {error}") from None

    async def marked(self, ts: str, *names: str, timeout_s: float = 10) -> None:
        """Wait until a message carries exactly these reactions of the bot."""

        def reactions() -> set[str]:
            message = self.slack.find(CHANNEL, ts)
            return set(message.reactions) if message else set()

        try:
            await self.slack.until(lambda: reactions() == set(names), timeout_s)
        except TimeoutError as error:
            raise TimeoutError(f"marked {sorted(reactions())}; {error}") from None

    # --- what an agent does

    async def reply(self, thread_ts: str, text: str, user: str = AVA, **more: Any) -> str:
        """Write under a header; return the ts."""
        return await self.slack.say(user, CHANNEL, text, thread_ts=thread_ts, **more)

    def event_of(self, ts: str, **changes: Any) -> dict[str, Any]:
        """Return the event of a message as Slack delivers it, under a new event id, with fields changed or added."""
        message = next(one for one in self.slack.channels[CHANNEL].messages if one.ts == ts)
        return envelope(message_event(self.slack.channels[CHANNEL], message) | changes)

    async def agree(self, contact: str = DANA, *, user: str = AVA) -> None:
        """Press Send under the newest line that asks whether a text should really go."""
        asks = ("[Send anyway]", "[Send]")
        await self.slack.until(lambda: any(ask in said for ask in asks for said in self.lines(contact)))
        found = [one for one in self.thread(contact) if any(ask in seen(one) for ask in asks)][-1]
        action = "send_text_anyway" if "[Send anyway]" in seen(found) else "send_text"
        await self.slack.press(user, found.channel, found.ts, action)

    # --- what the phone got

    def phone(self, contact: str = DANA) -> list[str]:
        """Return the texts that Volt took for a contact, in order."""
        return [message.body for message in self.volt.outbound(contact)]

    async def receives(self, *texts: str, contact: str = DANA, timeout_s: float = 10) -> list[VoltMessage]:
        """Wait until as many texts went out to the contact, and check that they are exactly these, in this order."""
        try:
            await self.volt.until(lambda: len(self.phone(contact)) >= len(texts), timeout_s)
        except TimeoutError as error:
            raise TimeoutError(f"the phone got {self.phone(contact)}; {error}") from None
        assert self.phone(contact) == list(texts)
        return self.volt.outbound(contact)

    def sends(self) -> list[VoltRequest]:
        """Return the createMessage requests, answered or not."""
        return [request for request in self.volt.requests if request.operation == "CreateMessage"]
