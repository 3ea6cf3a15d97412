"""Assembly: the one file that knows every room. An App has start() and close(), so that tests run the real thing.

Holds wiring, the small routes for hosts and monitors, and nothing that decides about a text.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import aiohttp
import structlog
from aiohttp import web
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_sdk.web.async_client import AsyncWebClient

from bot.bridge.calls import Caller
from bot.bridge.dispatch import Dispatcher, Report
from bot.bridge.inbound import record_inbound
from bot.bridge.jobs import Job
from bot.bridge.pace import Pacer
from bot.bridge.receipts import record_receipt
from bot.bridge.reconcile import Reconciler
from bot.config import BadConfig, Config, secret
from bot.domain.errors import CallFailed
from bot.domain.ids import ChannelId
from bot.domain.message import Inbound, Receipt
from bot.domain.moment import Micros
from bot.domain.phone import E164
from bot.metrics import Metrics
from bot.providers.volt.client import VoltClient
from bot.providers.volt.keys import KeySource
from bot.providers.volt.webhook import WebhookDoor
from bot.slack.client import TIMEOUT, SlackClient
from bot.slack.door import SlackDoor
from bot.slack.listeners import Desk, Listeners
from bot.slack.numbers import region_of
from bot.slack.views import Views
from bot.store.engine import Engine
from bot.store.sqlite import open_for_writing
from bot.store.store import SqliteStore

_log = structlog.get_logger(__name__)

IDENTITY_RETRY_S = 15.0
"""How often Slack is asked again who we are, until it answers."""

DOOR_CLOSING_S = 2.0
"""How long requests under way may take once the bot is told to stop."""


def now() -> Micros:
    """Tell the time in microseconds since 1970."""
    return Micros(time.time_ns() // 1_000)


class App:
    """The bot: everything that `serve` runs."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.metrics = Metrics()
        self.store = SqliteStore(Engine(lambda: open_for_writing(config.database)), now)
        self._pools: dict[str, E164] = {}
        self._troubles: dict[str, str] = {}
        self._runner: web.AppRunner | None = None
        self._closers: list[Callable[[], Awaitable[None]]] = []
        self.port = 0

    async def start(self) -> None:
        """Open the database, then what works it off, and the doors last. Raises what cannot be opened."""
        try:
            await self._start()
        except BaseException:
            await self.close()
            raise

    async def _start(self) -> None:
        interrupted = await self.store.start()
        self._closers.append(self.store.close)
        if interrupted:
            _log.info("store.resumed", calls_to_look_up=interrupted)
        session = aiohttp.ClientSession(timeout=TIMEOUT, cookie_jar=aiohttp.DummyCookieJar())
        self._closers.append(session.close)
        self._volt = VoltClient(self.config.volt_api_url, secret(self.config.volt_api_token))
        await self._volt.start()
        self._closers.append(self._volt.close)
        token = secret(self.config.slack_bot_token)
        self._slack = SlackClient(self._web_client(session, token=token), Views(region_of(self.config.account)))
        await self._start_working()
        await self._open_doors(session)

    def _web_client(self, session: aiohttp.ClientSession, *, token: str | None) -> AsyncWebClient:
        quiet = logging.getLogger("slack_sdk")
        base_url = self.config.slack_api_url.rstrip("/") + "/"
        return AsyncWebClient(token=token, base_url=base_url, session=session, retry_handlers=[], logger=quiet)

    async def _start_working(self) -> None:
        undo_s = self.config.undo_seconds
        dispatcher = Dispatcher(
            store=self.store,
            caller=Caller(self.store, self._slack, self._volt, undo_s=undo_s),
            pacer=Pacer(self.config.slack_post_rate),
            clock=now,
            on_report=self._reported,
            on_crash=self._stumbled,
        )
        self._dispatcher = dispatcher
        self.store.on_owed = dispatcher.wake
        reconciler = Reconciler(
            self.store, self._slack, self._volt, now, undo_s, lambda error: self._stumbled(None, error)
        )
        await dispatcher.start()
        self._closers.append(dispatcher.close)
        await reconciler.start()
        self._closers.append(reconciler.close)

    async def _open_doors(self, session: aiohttp.ClientSession) -> None:
        config = self.config
        web_app = web.Application(client_max_size=1024 * 1024)
        desk = Desk(
            store=self.store,
            account=config.account,
            channel=ChannelId(config.slack_channel),
            undo_s=config.undo_seconds,
            views=Views(region_of(config.account)),
            count=lambda outcome: self.metrics.slack_events.labels(outcome).inc(),
            bot_token=secret(config.slack_bot_token),
        )
        listeners = Listeners(desk, self._web_client(session, token=None))
        identity = asyncio.create_task(self._learn_identity(desk), name="identity")
        self._closers.append(_stopper(identity))
        if config.slack_signing_secret is not None:
            count = desk.count
            SlackDoor(listeners.bolt, secret(config.slack_signing_secret), count).add_routes(web_app)
        (await self._volt_door(session)).add_routes(web_app)
        web_app.add_routes(
            [web.get("/healthz", _alive), web.get("/readyz", self._ready), web.get("/metrics", self._metrics)]
        )
        await self._listen(web_app)
        if config.slack_app_token is not None:
            await self._connect_socket(listeners, secret(config.slack_app_token))

    async def _volt_door(self, session: aiohttp.ClientSession) -> WebhookDoor:
        keys = KeySource(
            self.config.volt_webhook_key,
            session,
            recall=lambda: self.store.run(lambda ledger: ledger.fact("webhook key")),
            remember=lambda text: self.store.run(lambda ledger: ledger.set_fact("webhook key", text)),
        )
        try:
            await keys.start()
        except ValueError as error:
            raise BadConfig([f"VOLT_WEBHOOK_KEY  {str(error).removeprefix('VOLT_WEBHOOK_KEY ')}"]) from error
        self._closers.append(keys.close)
        path_secret = self.config.volt_webhook_path_secret
        return WebhookDoor(
            keys,
            self._record,
            enforce=self.config.volt_webhook_verify == "enforce",
            path_secret=secret(path_secret) if path_secret else None,
            account=self.config.account,
            pools=self._pools,
            registration_secret=secret(self.config.volt_api_token),
            count=lambda outcome: self.metrics.volt_events.labels(outcome).inc(),
        )

    async def _listen(self, web_app: web.Application) -> None:
        # aiohttp logs a traceback for a malformed HTTP head, which any stranger can send
        logging.getLogger("aiohttp.server").addFilter(_without_traceback)
        self._runner = web.AppRunner(web_app, access_log=None, handle_signals=False, shutdown_timeout=DOOR_CLOSING_S)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self.config.host, self.config.port)
        await site.start()
        # Doors close first: nothing new is taken in while what is under way is paid.
        self._closers.append(self._runner.cleanup)
        self.port = self._runner.addresses[0][1]
        _log.info("listening", host=self.config.host, port=self.port, mode=self._mode())

    def _mode(self) -> str:
        return "socket mode" if self.config.slack_app_token is not None else "http"

    async def _connect_socket(self, listeners: Listeners, app_token: str) -> None:
        handler = AsyncSocketModeHandler(listeners.bolt, app_token, logger=logging.getLogger("slack_sdk"))
        connecting = asyncio.create_task(handler.connect_async(), name="socket mode")  # type: ignore[no-untyped-call]
        self._closers.append(handler.close_async)
        self._closers.append(_stopper(connecting))

    async def _record(self, event: Inbound | Receipt) -> bool:
        event = replace(event, account=await self._account_of(event))
        channel = ChannelId(self.config.slack_channel)
        if isinstance(event, Inbound):
            inbound = event
            return await self.store.run(lambda ledger: record_inbound(ledger, inbound, channel=channel))
        receipt = event
        return await self.store.run(lambda ledger: record_receipt(ledger, receipt, channel=channel))

    async def _account_of(self, event: Inbound | Receipt) -> E164:
        """Map a number of the account's pool to the account number, asking Volt once for a number we do not know."""
        number = event.account
        if number == self.config.account:
            return number
        if number not in self._pools:
            known = await self.store.run(lambda ledger: ledger.fact(f"pool {number}"))
            home = E164(known) if known else await self._ask_account_of(event)
            if home is None:
                return number  # not remembered: Volt is asked again with the next text
            self._pools[number] = home
        return self._pools[number]

    async def _ask_account_of(self, event: Inbound | Receipt) -> E164 | None:
        try:
            home = await self._volt.account_of(self.config.account, event.account, event.contact, event.legacy_id)
        except CallFailed:
            return None
        await self.store.run(lambda ledger: ledger.set_fact(f"pool {event.account}", home))
        return home

    async def _learn_identity(self, desk: Desk) -> None:
        """Ask Slack who we are, for links and to know our own posts; nothing waits for the answer."""
        while True:
            try:
                identity = await self._slack.identity()
            except CallFailed as error:
                self._trouble("slack", error)
                await asyncio.sleep(IDENTITY_RETRY_S)
                continue
            desk.bot_id = str(identity.get("bot_id") or "")
            desk.bot_user_id = str(identity.get("user_id") or "")
            desk.team_url = str(identity.get("url") or "")
            self._troubles.pop("slack", None)
            _log.info("slack.connected", team=identity.get("team_id"))
            return

    # --- what operators see

    def _reported(self, report: Report) -> None:
        kind = report.job.effects[0].kind.value
        outcome = type(report.failure).__name__ if report.failure else "done"
        self.metrics.calls.labels(kind, outcome).inc()
        self.metrics.call_seconds.labels(kind).observe(report.seconds)
        place = "volt" if kind == "send" else "slack"
        if report.failure is None:
            self._troubles.pop(place, None)
            _log.info("call.done", kind=kind, id=report.job.key, seconds=round(report.seconds, 3))
        else:
            self._trouble(place, report.failure, kind=kind, id=report.job.key)

    def _trouble(self, place: str, error: CallFailed, **where: Any) -> None:
        if not error.is_certain or type(error).__name__ == "NotNow":
            self._troubles[place] = error.words
        _log.warning(
            "call.failed", place=place, code=error.code, outcome=type(error).__name__, words=error.words, **where
        )

    def _stumbled(self, job: Job | None, error: Exception) -> None:
        _log.error("bug", id=job.key if job else None, exc_info=error)

    async def _ready(self, _request: web.Request) -> web.Response:
        reasons = [f"{place}: {words}" for place, words in sorted(self._troubles.items())]
        try:
            await self.store.run(lambda ledger: ledger.set_fact("ready", "asked"))
        except Exception as error:  # noqa: BLE001 - any reason at all means: not ready
            reasons.append(f"database: {type(error).__name__}")
        return web.Response(status=503 if reasons else 200, text="\n".join(reasons) or "ready")

    async def _metrics(self, _request: web.Request) -> web.Response:
        self.metrics.under_way.set(self._dispatcher.under_way)
        self.metrics.store_waiting.set(self.store.waiting)
        return web.Response(
            body=self.metrics.text(), headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"}
        )

    async def close(self) -> None:
        """Close the doors, let calls under way end, commit, and close everything."""
        while self._closers:
            try:
                await self._closers.pop()()
            except Exception as error:  # noqa: BLE001 - the rest must be closed all the same
                _log.error("close.failed", exc_info=error)


def _without_traceback(record: logging.LogRecord) -> bool:
    record.exc_info, record.exc_text = None, None
    return True


async def _alive(_request: web.Request) -> web.Response:
    return web.Response(text="alive")


def _stopper(task: "asyncio.Task[Any]") -> Callable[[], Awaitable[None]]:
    async def stop() -> None:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError, Exception):
            await task

    return stop
