"""Assembly: makes every part of the bot, starts and stops them. With the runtimes, the only module that knows them all.

Holds wiring, and nothing that decides about a text.
"""

import asyncio
from dataclasses import replace
from functools import partial

import aiohttp
import structlog
from aiohttp import web

from bot.bridge.unit_of_work import UnitsOfWork
from bot.clock import Clock
from bot.config import Config, secret
from bot.config_errors import BadConfig
from bot.domain.database_address import Engine
from bot.domain.errors import StoreUnavailable
from bot.domain.workspaces import WHOLE_DATABASE, WorkspaceId
from bot.http_server import LONGEST_REQUEST_BYTES, listen
from bot.lifecycle import Lifecycle
from bot.observability.health import HealthChecks, fleet_notes
from bot.observability.metrics import Metrics
from bot.observability.telemetry import Telemetry
from bot.outgoing_http import TimelyRequest, outgoing_socket
from bot.parsing.holidays import is_day_off
from bot.pictures.fitter import ProcessFitter
from bot.providers.courier.callbacks.address import CallbackSigner
from bot.providers.courier.callbacks.endpoint import CourierCallbacks
from bot.providers.courier.profile import PROFILE as COURIER
from bot.providers.glific.flows.signature import check_phrase
from bot.providers.glific.flows.webhook import FlowRoute
from bot.providers.media_fetcher import MediaFetcher
from bot.providers.profiles import PROFILES
from bot.providers.volt.public_keys import PublicKeys
from bot.providers.volt.verification import Verification, begun, trust_notes, trust_of
from bot.providers.volt.webhook import VoltWebhookRoutes
from bot.runtime.clock_watch import ClockWatch
from bot.runtime.courier_line import configured_credentials
from bot.runtime.erasures import Erasures
from bot.runtime.installing import OAuth
from bot.runtime.runtimes import Runtimes
from bot.runtime.shared_parts import SharedParts
from bot.slack.api.client import TIMEOUT
from bot.slack.ingress.bolt_app import BoltApp
from bot.slack.ingress.connection import SocketMode, web_client
from bot.slack.ingress.webhook import SlackWebhook
from bot.slack.media.chart_endpoint import ChartEndpoint
from bot.slack.media.chart_links import ChartSigner
from bot.slack.media.endpoint import MediaEndpoint
from bot.slack.media.face_endpoint import add_face_route
from bot.slack.media.file_endpoint import FileEndpoint
from bot.slack.media.file_links import FileSigner
from bot.slack.media.signed_links import LinkSigner
from bot.store.key_check import check_secrets
from bot.store.sealing import FernetSealer
from bot.store.storage import open_storage

_log = structlog.get_logger(__name__)


class App:
    """Assembled bot: everything that `serve` runs, from start() to close()."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.clock = Clock()
        self.telemetry = Telemetry(config.slack_channel)
        self.storage = open_storage(
            config.database_url,
            self.clock.now,
            self.telemetry,
            undo_window_s=config.undo_seconds,
            limits=replace(config.limits, profiles=PROFILES, days_off=is_day_off),
        )
        self._sealer = FernetSealer(config.sealing_keys) if config.encryption_keys is not None else None
        self._signer = LinkSigner(*config.link_secrets)
        self._file_signer = FileSigner(*config.link_secrets)
        self._chart_signer = ChartSigner(*config.link_secrets)
        self._fitter = ProcessFitter()
        self._callbacks = CallbackSigner(config.public_url, *config.link_secrets) if config.public_url else None
        self._installing: OAuth | None = None
        self._open = Lifecycle()
        self._had_database = False
        self.port = 0

    async def start(self) -> None:
        """Open the database, then start the workspaces, and the endpoints last. Raises what cannot be opened."""
        try:
            await self._start()
        except BaseException:
            await self.close()
            raise

    async def _start(self) -> None:
        self._check_flow_phrase()
        if self.config.has_courier:
            configured_credentials(self.config)
        await self._open.start(self.storage)
        self._had_database = True
        if (server_now := self.storage.server_now()) is not None:
            self.clock.set_to(server_now)
        await asyncio.to_thread(check_secrets, self.storage.operations, self._sealer)
        session = aiohttp.ClientSession(
            timeout=TIMEOUT,
            cookie_jar=aiohttp.DummyCookieJar(),
            request_class=TimelyRequest,
            connector=aiohttp.TCPConnector(socket_factory=outgoing_socket),
        )
        self._open.close_later(session.close)
        keys = await self._public_keys(session)  # a key that cannot be read stops us before anything leaves
        verification = await begun(self.config.volt_webhook_verify, self._recall, self._remember)
        self._trust = partial(trust_of, keys, verification)
        fetcher = MediaFetcher(self.config.volt_api_url, self.config.glific_api_url or "")
        own_files = MediaFetcher(self.config.public_url or "")
        await self._open.start(fetcher)
        await self._open.start(own_files)
        self.runtimes = Runtimes(
            lambda runtimes: self._shared(runtimes, session, keys, verification, (fetcher, own_files))
        )
        oauth = self._oauth(session)
        await self._open.start(self.runtimes)
        watch = ClockWatch(
            self.clock, self.storage.store, self.runtimes.forget_moments, self.telemetry, self.storage.server_now
        )
        await self._open.start(watch)
        await self._open.start(Erasures(self.storage, self.clock.now, self.telemetry, self.config.keep_days))
        if oauth is not None:
            await self._open.start(oauth.keeper)
        await self._open_endpoints(session, oauth)

    def _check_flow_phrase(self) -> None:
        """Refuse the phrase that everybody knows. Raises BadConfig."""
        try:
            check_phrase(secret(self.config.glific_flow_secret) if self.config.glific_flow_secret else "")
        except ValueError as error:
            raise BadConfig([f"GLIFIC_FLOW_SECRET  {str(error).removeprefix('GLIFIC_FLOW_SECRET ')}"]) from error

    @property
    def has_lost_server(self) -> bool:
        """Whether a start that failed for its database found that at first: its server may come back."""
        return self._had_database and self.config.database_url.engine is Engine.POSTGRES

    def _shared(
        self,
        runtimes: Runtimes,
        session: aiohttp.ClientSession,
        keys: PublicKeys,
        verification: Verification,
        fetchers: tuple[MediaFetcher, MediaFetcher],
    ) -> SharedParts:
        return SharedParts(
            self.config,
            self.clock,
            self.telemetry,
            self.storage,
            session,
            keys,
            verification,
            *fetchers,
            self._signer,
            self._file_signer,
            self._chart_signer,
            self._fitter,
            self._callbacks,
            self._sealer,
            runtimes.open_window,
            runtimes.reload,
            self._renew,
        )

    def _oauth(self, session: aiohttp.ClientSession) -> OAuth | None:
        """Make what installs the app, where it can be installed."""
        if self._sealer is None or self.config.slack_client_id is None:
            return None
        units = UnitsOfWork(self.storage.store_of(WHOLE_DATABASE))
        self._installing = OAuth(self.config, session, units, self._sealer, self.runtimes, self.clock, self.telemetry)
        return self._installing

    async def _renew(self, workspace: WorkspaceId, token: str) -> str | None:
        return await self._installing.keeper.renew_expired(workspace, token) if self._installing else None

    async def close(self) -> None:
        """Close the endpoints, let calls under way end, commit, and close everything."""
        await self._open.close()

    async def _public_keys(self, session: aiohttp.ClientSession) -> PublicKeys:
        keys = PublicKeys(
            self.config.volt_webhook_key,
            session,
            recall=lambda: self._recall("webhook key"),
            remember=lambda text: self._remember("webhook key", text),
        )
        if not self.config.uses_volt:
            return keys  # no webhook of Volt's comes: there is nothing to ask for its key
        try:
            await keys.start()
        except ValueError as error:
            raise BadConfig([f"VOLT_WEBHOOK_KEY  {str(error).removeprefix('VOLT_WEBHOOK_KEY ')}"]) from error
        self._open.close_later(keys.close)
        return keys

    # --- endpoints

    async def _open_endpoints(self, session: aiohttp.ClientSession, oauth: OAuth | None) -> None:
        config, runtimes = self.config, self.runtimes
        take_removal = oauth.uninstalls.take if oauth is not None else None
        client = web_client(config.slack_api_url, session, None)
        bolt_app = BoltApp(
            runtimes.ingress_of,
            client,
            self._count,
            take_removal,
            oauth.pages.settings if oauth else None,
            is_outdated=runtimes.is_outdated,
            find_others=runtimes.others_at,
            learn=runtimes.learn,
        )
        web_app = web.Application(client_max_size=LONGEST_REQUEST_BYTES)
        if oauth is not None:
            oauth.pages.add_routes(web_app, self.telemetry.timed("install"))
        if config.slack_signing_secret is not None:
            slack_webhook = SlackWebhook(bolt_app.bolt, secret(config.slack_signing_secret), self._count)
            slack_webhook.add_routes(web_app, self.telemetry.timed("slack"))
        VoltWebhookRoutes(runtimes.volt_webhooks, runtimes.learn).add_routes(web_app, self.telemetry.timed("volt"))
        if config.glific_flow_secret is not None:
            FlowRoute(runtimes.flow_webhook).add_routes(web_app, self.telemetry.timed("flows"))
        if self._callbacks is not None:
            callbacks = CourierCallbacks(
                self._callbacks,
                runtimes.callbacks_of,
                learn=runtimes.learn_or_wait,
                count=lambda outcome: self.telemetry.metrics.callbacks.labels(COURIER.code, outcome).inc(),
            )
            callbacks.add_routes(web_app, self.telemetry.timed("callbacks"))
        media = MediaEndpoint(self._signer, self._fitter, runtimes.units_of, runtimes.downloads_of, self.clock.now)
        media.add_routes(web_app, self.telemetry.timed("media"))
        files = FileEndpoint(self._file_signer, runtimes.units_of, runtimes.downloads_of)
        files.add_routes(web_app, self.telemetry.timed("file"))
        ChartEndpoint(self._chart_signer, self.clock.now).add_routes(web_app, self.telemetry.timed("chart"))
        add_face_route(web_app, self.telemetry.timed("face"))
        self._health_checks().add_routes(web_app)
        self.port, close = await listen(web_app, config.host, config.port, self.telemetry)
        self._open.close_later(close)  # before all else: nothing new is taken in while calls under way end
        mode = "socket mode" if config.slack_app_token is not None else "http"
        _log.info("listening", host=config.host, port=self.port, mode=mode)
        if config.slack_app_token is not None:
            await self._open.start(SocketMode(bolt_app.bolt, secret(config.slack_app_token), self.telemetry))

    def _count(self, outcome: str) -> None:
        self.telemetry.metrics.slack_events.labels(outcome).inc()

    async def _recall(self, name: str) -> str | None:
        return await self.storage.store.run(lambda tx: tx.settings.value(name))

    async def _remember(self, name: str, value: str) -> None:
        await self.storage.store.run(lambda tx: tx.settings.set_value(name, value))

    def _health_checks(self) -> HealthChecks:
        return HealthChecks(
            self.telemetry.metrics,
            watched=self.runtimes.watched,
            write=lambda: self._remember("ready", "asked"),
            update_gauges=self._update_gauges,
            notes=self._notes,
            token=secret(self.config.metrics_token) if self.config.metrics_token else "",
        )

    async def _notes(self) -> list[str]:
        try:
            bots = await asyncio.to_thread(self.storage.operations.running_bots)
        except StoreUnavailable:
            bots = []  # /readyz has just seen it answer: the next reading tells
        return [*trust_notes(self._trust()), *fleet_notes(bots)]

    async def _update_gauges(self, metrics: Metrics) -> None:
        metrics.in_flight.set(self.runtimes.calls_under_way)
        metrics.weakened_trust(self._trust())
        metrics.store_waiting.set(self.storage.waiting)
        operations = self.storage.operations
        try:
            depths, bots = await asyncio.to_thread(lambda: (operations.queue_depths(), operations.running_bots()))
        except StoreUnavailable:
            metrics.fleet.database_up.set(0)  # what was read of it last stays
            return
        metrics.fleet.database_up.set(1)
        metrics.depths(depths, self.clock.now())
        metrics.fleet.running(bots)
