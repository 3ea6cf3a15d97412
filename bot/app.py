"""Assembly: the one file that knows every room. An App has start() and close(), so that tests run the real thing.

Holds wiring and nothing that decides about a text.
"""

import asyncio
import contextlib
import logging
from collections.abc import Coroutine
from dataclasses import replace
from typing import Any

import aiohttp
import structlog
from aiohttp import web
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_sdk.errors import SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot.bridge.arrivals import Gate
from bot.bridge.attached import Pictures
from bot.bridge.renaming import settle_in
from bot.clock import Clock
from bot.config import BadConfig, Config, secret
from bot.doctor import webhook_url
from bot.domain.errors import CallFailed
from bot.domain.ids import ChannelId, MessageKey
from bot.domain.message import Inbound, Receipt, SlackFile
from bot.lifecycle import Lifecycle
from bot.listen import LONGEST_REQUEST_BYTES, listen
from bot.metrics import Metrics
from bot.providers.fetch import MediaFetcher
from bot.providers.volt.client import VoltClient
from bot.providers.volt.keys import KeySource
from bot.providers.volt.pools import Pools
from bot.providers.volt.webhook import WebhookDoor
from bot.registration import Registrar
from bot.slack.client import TIMEOUT, SlackClient
from bot.slack.desk import Desk
from bot.slack.door import SlackDoor
from bot.slack.downloads import Downloads
from bot.slack.face_door import add_face_route
from bot.slack.faces import Faces
from bot.slack.failures import call_failed
from bot.slack.listeners import Listeners
from bot.slack.media import MediaDoor
from bot.slack.media_token import PATH as MEDIA_PATH
from bot.slack.media_token import Signer
from bot.slack.numbers import region_of
from bot.slack.surfaces import Surfaces
from bot.slack.views import Views
from bot.slack.wire import teams_of
from bot.store.board import SqliteBoard
from bot.store.checkup import Checkup
from bot.store.depth import read_depths
from bot.store.engine import Engine
from bot.store.sqlite import open_for_writing
from bot.store.store import SqliteStore
from bot.watch import Watch
from bot.workers import Workers

_log = structlog.get_logger(__name__)

_QUIET = logging.getLogger("slack_sdk")

ASK_AGAIN_S = 15.0
"""How often Slack is asked again at the start, until it answers."""


class App:
    """The bot: everything that `serve` runs."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.clock = Clock()
        probes = {"slack": self._probe_slack, "volt": self._probe_volt}
        self.watch = Watch(self._write, self._gauge, probes, config.slack_channel)
        self.store = SqliteStore(Engine(lambda: open_for_writing(config.database)), self.clock.now, self.watch)
        self._open = Lifecycle()
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
        self._open.close_later(self.store.close)
        self._board = SqliteBoard(self.config.database, self.store.give_up)
        self._open.close_later(self._board.close)
        checkup = Checkup(self.config.database, self._commit, self.store.give_up, self.watch)
        await checkup.start()
        self._open.close_later(checkup.close)
        if interrupted:
            _log.info("store.resumed", calls_to_look_up=interrupted)
        self._home = await self._settle_in()
        if self.config.slack_client_id:
            _log.warning("config.ignored", setting="SLACK_CLIENT_ID", reason="one workspace only, by SLACK_BOT_TOKEN")
        session = aiohttp.ClientSession(timeout=TIMEOUT, cookie_jar=aiohttp.DummyCookieJar())
        self._open.close_later(session.close)
        self._volt = VoltClient(self.config.volt_api_url, secret(self.config.volt_api_token))
        await self._volt.start()
        self._open.close_later(self._volt.close)
        token = secret(self.config.slack_bot_token)
        self._signer = Signer(token)
        # As many connections as calls: one that waited for a free one might time out as if it had been made.
        calls = aiohttp.ClientSession(
            timeout=TIMEOUT, cookie_jar=aiohttp.DummyCookieJar(), connector=aiohttp.TCPConnector(limit=0)
        )
        self._open.close_later(calls.close)
        self._slack = SlackClient(self._web_client(calls, token=token), self._views())
        volt_door = await self._volt_door(session)  # a key that cannot be read stops us before anything leaves
        await self._start_working()
        await self._open_doors(session, volt_door)

    def _views(self) -> Views:
        region = region_of(self.config.account)
        faces = Faces(region, self.config.public_url, is_on=self.config.slack_customer_faces == "on")
        return Views(region, faces)

    async def _settle_in(self) -> ChannelId:
        """Find the channel that SLACK_CHANNEL names, which may have a new id since."""
        configured = ChannelId(self.config.slack_channel)
        home = await self.store.run(lambda ledger: settle_in(ledger, configured))
        if home != configured:
            _log.warning(
                "config.outdated",
                setting="SLACK_CHANNEL",
                reason=f"Slack knows the channel as {home} now; set it to that",
            )
        return home

    def _web_client(self, session: aiohttp.ClientSession, *, token: str | None) -> AsyncWebClient:
        base_url = self.config.slack_api_url.rstrip("/") + "/"
        return AsyncWebClient(token=token, base_url=base_url, session=session, retry_handlers=[], logger=_QUIET)

    async def _start_working(self) -> None:
        self._gate = Gate(self.store)
        fetcher = MediaFetcher(self.config.volt_api_url)
        await fetcher.start()
        self._open.close_later(fetcher.close)
        self._workers = Workers(
            self.config.model_copy(update={"slack_channel": self._home}),
            self.store,
            self._slack,
            self._volt,
            pictures=Pictures(fetcher, self._link if self.config.public_url else None),
            clock=self.clock,
            observer=self.watch,
        )
        await self._workers.start()
        self._open.close_later(self._workers.close)

    def _link(self, key: MessageKey, number: int) -> str:
        """Give the address at which Volt finds a file of a text."""
        base = (self.config.public_url or "").rstrip("/")
        return f"{base}{MEDIA_PATH}{self._signer.token(key, number, self.clock.now())}"

    async def _files_of(self, key: MessageKey) -> tuple[SlackFile, ...]:
        message = await self.store.run(lambda ledger: ledger.message_by_key(key))
        return message.files if message is not None else ()

    # --- doors

    async def _open_doors(self, session: aiohttp.ClientSession, volt_door: WebhookDoor) -> None:
        config = self.config
        web_app = web.Application(client_max_size=LONGEST_REQUEST_BYTES)
        desk = self._desk(session, volt_door)
        listeners = Listeners(desk, self._web_client(session, token=None))
        self._open.close_later(listeners.close)
        self._keep_running(self._learn_identity(desk))
        if config.slack_signing_secret is not None:
            SlackDoor(listeners.bolt, secret(config.slack_signing_secret), desk.count).add_routes(
                web_app, self.watch.timed("slack")
            )
        volt_door.add_routes(web_app, self.watch.timed("volt"))
        downloads = Downloads(self._web_client(session, token=secret(config.slack_bot_token)))
        media_door = MediaDoor(self._signer, downloads, self._files_of, self.clock.now)
        media_door.add_routes(web_app, self.watch.timed("media"))
        add_face_route(web_app, self.watch.timed("face"))
        self.watch.add_routes(web_app)
        self.port, close = await listen(web_app, config.host, config.port, self.watch)
        self._open.close_later(close)  # before all else: nothing new is taken in while what is under way is paid
        mode = "socket mode" if config.slack_app_token is not None else "http"
        _log.info("listening", host=config.host, port=self.port, mode=mode)
        if config.slack_app_token is not None:
            handler = AsyncSocketModeHandler(listeners.bolt, secret(config.slack_app_token), logger=_QUIET)
            self._open.close_later(handler.close_async)
            self._keep_running(self._connect_socket(handler))

    def _desk(self, session: aiohttp.ClientSession, volt_door: WebhookDoor) -> Desk:
        token = secret(self.config.slack_bot_token)
        own_url = webhook_url(self.config) or ""
        return Desk(
            store=self.store,
            board=self._board,
            directory=self._volt,
            surfaces=Surfaces(self._web_client(session, token=token), session),
            workspace=self._slack,
            account=self.config.account,
            channel=self._home,
            undo_s=self.config.undo_seconds,
            views=Views(region_of(self.config.account)),
            count=lambda outcome: self.watch.metrics.slack_events.labels(outcome).inc(),
            register_bot=Registrar(own_url, self._volt, volt_door.open_registration).register,
            bot_token=token,
            webhook_url=own_url,
            quiet=self.config.quiet,
        )

    async def _volt_door(self, session: aiohttp.ClientSession) -> WebhookDoor:
        config = self.config
        keys = KeySource(
            config.volt_webhook_key,
            session,
            recall=lambda: self._recall("webhook key"),
            remember=lambda text: self._remember("webhook key", text),
        )
        try:
            await keys.start()
        except ValueError as error:
            raise BadConfig([f"VOLT_WEBHOOK_KEY  {str(error).removeprefix('VOLT_WEBHOOK_KEY ')}"]) from error
        self._open.close_later(keys.close)
        self._pools = Pools(config.account, self._volt, recall=self._recall, remember=self._remember)
        return WebhookDoor(
            keys,
            self._record,
            enforce=config.volt_webhook_verify == "enforce",
            path_secret=secret(config.volt_webhook_path_secret) if config.volt_webhook_path_secret else None,
            account=config.account,
            pools=self._pools.known,
            registration_secret=secret(config.volt_api_token),
            count=lambda outcome: self.watch.metrics.volt_events.labels(outcome).inc(),
        )

    async def _record(self, event: Inbound | Receipt) -> bool:
        account = await self._pools.account_of(event)
        if account != event.account:
            event = replace(event, account=account)
        is_new = await self._gate.keep(event)
        if is_new:
            self._workers.dispatcher.arrived()
        return is_new

    # --- what runs beside

    def _keep_running(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)

        async def stop() -> None:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

        self._open.close_later(stop)

    async def _connect_socket(self, handler: AsyncSocketModeHandler) -> None:
        """Connect once; from then on the handler reconnects by itself."""
        while True:
            try:
                await handler.connect_async()  # type: ignore[no-untyped-call]
            except (SlackClientError, aiohttp.ClientError, OSError) as error:
                self.watch.on_failure("slack", call_failed(error))
                await asyncio.sleep(ASK_AGAIN_S)
                continue
            self.watch.on_success("slack")
            return

    async def _learn_identity(self, desk: Desk) -> None:
        """Ask Slack who we are, for links and to know our own posts; nothing waits for the answer."""
        while True:
            try:
                identity = await self._slack.identity()
            except CallFailed as error:
                self.watch.on_failure("slack", error)
                await asyncio.sleep(ASK_AGAIN_S)
                continue
            desk.bot_id = str(identity.get("bot_id") or "")
            desk.bot_user_id = str(identity.get("user_id") or "")
            desk.team_url = str(identity.get("url") or "")
            desk.team_ids = teams_of(identity)
            self.watch.on_success("slack")
            _log.info("slack.connected", team=identity.get("team_id"))
            return

    async def _recall(self, name: str) -> str | None:
        return await self.store.run(lambda ledger: ledger.fact(name))

    async def _remember(self, name: str, value: str) -> None:
        await self.store.run(lambda ledger: ledger.set_fact(name, value))

    async def _commit(self) -> None:
        await self.store.run(lambda _ledger: None)

    async def _write(self) -> None:
        await self._remember("ready", "asked")

    async def _probe_slack(self) -> None:
        await self._slack.identity()

    async def _probe_volt(self) -> None:
        await self._volt.probe()

    async def _gauge(self, metrics: Metrics) -> None:
        metrics.under_way.set(self._workers.dispatcher.under_way)
        metrics.store_waiting.set(self.store.waiting)
        metrics.depths(await asyncio.to_thread(read_depths, self.config.database), self.clock.now())

    async def close(self) -> None:
        """Close the doors, let calls under way end, commit, and close everything."""
        await self._open.close()
