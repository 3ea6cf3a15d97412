"""Assembly: makes every part of the bot, starts and stops them. The one module that knows all packages.

Holds wiring, and nothing that decides about a text.
"""

import asyncio
from functools import partial

import aiohttp
import structlog
from aiohttp import web

from bot.background import BackgroundTasks
from bot.bridge.attachments.outgoing import AttachmentLinks
from bot.bridge.channel_ids import set_default_channel
from bot.bridge.inbox.processor import InboxWriter
from bot.bridge.unit_of_work import UnitsOfWork
from bot.clock import Clock
from bot.config import Config, secret, webhook_url
from bot.config_errors import BadConfig
from bot.domain.destination import Destination
from bot.domain.ids import ChannelId, MessageKey
from bot.domain.message import Inbound, Receipt
from bot.domain.workspaces import FROM_ENVIRONMENT
from bot.http_server import LONGEST_REQUEST_BYTES, listen
from bot.lifecycle import Lifecycle
from bot.observability.health import HealthChecks
from bot.observability.metrics import Metrics
from bot.observability.telemetry import Telemetry
from bot.parsing.phone_numbers import region_of
from bot.providers.media_fetcher import MediaFetcher
from bot.providers.volt.client import VoltClient
from bot.providers.volt.pool_numbers import PoolNumbers
from bot.providers.volt.public_keys import PublicKeys
from bot.providers.volt.registration_window import RegistrationWindow
from bot.providers.volt.webhook import VoltWebhook
from bot.slack.api.client import TIMEOUT, SlackClient
from bot.slack.api.downloads import Downloads
from bot.slack.api.ui import SlackUi
from bot.slack.context import Context
from bot.slack.ingress.bolt_app import BoltApp
from bot.slack.ingress.connection import SocketMode, identity_task, web_client
from bot.slack.ingress.webhook import SlackWebhook
from bot.slack.media.endpoint import MediaEndpoint
from bot.slack.media.face_endpoint import add_face_route
from bot.slack.media.signed_links import PATH as MEDIA_PATH
from bot.slack.media.signed_links import LinkSigner
from bot.slack.render.faces import Faces
from bot.slack.render.renderer import Renderer
from bot.store.storage import open_storage
from bot.webhook_registration import WebhookRegistrar

_log = structlog.get_logger(__name__)


class App:
    """Assembled bot: everything that `serve` runs, from start() to close()."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.clock = Clock()
        self.telemetry = Telemetry(config.slack_channel)
        self.storage = open_storage(
            config.database_url, self.clock.now, self.telemetry, undo_window_s=config.undo_seconds
        )
        self._token = secret(config.slack_bot_token)
        self._signer = LinkSigner(self._token)
        self._web_client = partial(web_client, config.slack_api_url)
        self._open = Lifecycle()
        self.port = 0

    async def start(self) -> None:
        """Open the database, then start the background tasks, and the endpoints last. Raises what cannot be opened."""
        try:
            await self._start()
        except BaseException:
            await self.close()
            raise

    async def _start(self) -> None:
        await self._open.start(self.storage)
        self._channel = await self._default_channel()
        if self.config.slack_client_id:
            _log.warning("config.ignored", setting="SLACK_CLIENT_ID", reason="one workspace only, by SLACK_BOT_TOKEN")
        session = aiohttp.ClientSession(timeout=TIMEOUT, cookie_jar=aiohttp.DummyCookieJar())
        self._open.close_later(session.close)
        self._volt = VoltClient(self.config.volt_api_url, secret(self.config.volt_api_token))
        await self._open.start(self._volt)
        self._slack = self._slack_client()
        volt_webhook = await self._volt_webhook(session)  # a key that cannot be read stops us before anything leaves
        await self._start_background()
        await self._open_endpoints(session, volt_webhook)

    async def close(self) -> None:
        """Close the endpoints, let calls under way end, commit, and close everything."""
        await self._open.close()

    async def _default_channel(self) -> ChannelId:
        """Find the channel that SLACK_CHANNEL names, which may have a new id since."""
        configured = ChannelId(self.config.slack_channel)
        channel = await self.storage.store.run(lambda tx: set_default_channel(tx, configured))
        if channel != configured:
            reason = f"Slack knows the channel as {channel} now; set it to that"
            _log.warning("config.outdated", setting="SLACK_CHANNEL", reason=reason)
        return channel

    def _slack_client(self) -> SlackClient:
        # As many connections as calls: one that waited for a free one might time out as if it had been made.
        calls = aiohttp.ClientSession(
            timeout=TIMEOUT, cookie_jar=aiohttp.DummyCookieJar(), connector=aiohttp.TCPConnector(limit=0)
        )
        self._open.close_later(calls.close)
        region = region_of(self.config.account)
        faces = Faces(region, self.config.public_url, is_on=self.config.slack_customer_faces == "on")
        return SlackClient(self._web_client(calls, self._token), Renderer(region, faces))

    async def _start_background(self) -> None:
        self._inbox_writer = InboxWriter(self.storage.store)
        fetcher = MediaFetcher(self.config.volt_api_url)
        await self._open.start(fetcher)
        self._background = BackgroundTasks(
            self.config.model_copy(update={"slack_channel": self._channel}),
            self.storage.store,
            self._slack,
            self._volt,
            links=AttachmentLinks(fetcher, self._link if self.config.public_url else None),
            clock=self.clock,
            observer=self.telemetry,
        )
        await self._open.start(self._background)

    def _link(self, key: MessageKey, number: int) -> str:
        """Give the address at which Volt finds a file of a text."""
        base = (self.config.public_url or "").rstrip("/")
        return f"{base}{MEDIA_PATH}{self._signer.token(FROM_ENVIRONMENT, key, number, self.clock.now())}"

    # --- endpoints

    async def _open_endpoints(self, session: aiohttp.ClientSession, volt_webhook: VoltWebhook) -> None:
        config = self.config
        context = self._context(session, volt_webhook)
        bolt_app = BoltApp(context, self._web_client(session, None))
        self._open.close_later(bolt_app.close)
        identity = identity_task(context, self._slack, self.telemetry)
        identity.start()
        self._open.close_later(identity.stop)
        web_app = web.Application(client_max_size=LONGEST_REQUEST_BYTES)
        if config.slack_signing_secret is not None:
            slack_webhook = SlackWebhook(bolt_app.bolt, secret(config.slack_signing_secret), context.count)
            slack_webhook.add_routes(web_app, self.telemetry.timed("slack"))
        volt_webhook.add_routes(web_app, self.telemetry.timed("volt"))
        downloads = Downloads(self._web_client(session, self._token))
        units = UnitsOfWork(self.storage.store)
        media = MediaEndpoint(
            self._signer,
            units_of=lambda workspace: units if workspace == FROM_ENVIRONMENT else None,
            downloads_of=lambda workspace: downloads if workspace == FROM_ENVIRONMENT else None,
            clock=self.clock.now,
        )
        media.add_routes(web_app, self.telemetry.timed("media"))
        add_face_route(web_app, self.telemetry.timed("face"))
        self._health_checks().add_routes(web_app)
        self.port, close = await listen(web_app, config.host, config.port, self.telemetry)
        self._open.close_later(close)  # before all else: nothing new is taken in while calls under way end
        mode = "socket mode" if config.slack_app_token is not None else "http"
        _log.info("listening", host=config.host, port=self.port, mode=mode)
        if config.slack_app_token is not None:
            await self._open.start(SocketMode(bolt_app.bolt, secret(config.slack_app_token), self.telemetry))

    def _context(self, session: aiohttp.ClientSession, volt_webhook: VoltWebhook) -> Context:
        own_url = webhook_url(self.config) or ""
        return Context(
            units=UnitsOfWork(self.storage.store),
            read_model=self.storage.read_model,
            directory=self._volt,
            ui=SlackUi(self._web_client(session, self._token), session),
            workspace=self._slack,
            account=self.config.account,
            channel=self._channel,
            renderer=Renderer(region_of(self.config.account)),
            count=lambda outcome: self.telemetry.metrics.slack_events.labels(outcome).inc(),
            register_bot=WebhookRegistrar(own_url, self._volt, volt_webhook.registration.open).register,
            bot_token=self._token,
            webhook_url=own_url,
            quiet=self.config.quiet,
        )

    async def _volt_webhook(self, session: aiohttp.ClientSession) -> VoltWebhook:
        config = self.config
        keys = PublicKeys(
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
        self._pool_numbers = PoolNumbers(config.account, self._volt, recall=self._recall, remember=self._remember)
        return VoltWebhook(
            keys,
            self._record,
            enforce=config.volt_webhook_verify == "enforce",
            path_secret=secret(config.volt_webhook_path_secret) if config.volt_webhook_path_secret else None,
            account=config.account,
            pools=self._pool_numbers.known,
            registration=RegistrationWindow(secret(config.volt_api_token)),
            count=lambda outcome: self.telemetry.metrics.volt_events.labels(outcome).inc(),
        )

    async def _record(self, event: Inbound | Receipt) -> bool:
        is_new = await self._inbox_writer.keep(await self._pool_numbers.at_account(event))
        if is_new:
            self._background.dispatcher.arrived()
        return is_new

    async def _recall(self, name: str) -> str | None:
        return await self.storage.store.run(lambda tx: tx.settings.value(name))

    async def _remember(self, name: str, value: str) -> None:
        await self.storage.store.run(lambda tx: tx.settings.set_value(name, value))

    def _health_checks(self) -> HealthChecks:
        return HealthChecks(
            self.telemetry,
            probes={Destination.SLACK: self._slack.identity, Destination.PROVIDER: self._volt.probe},
            write=lambda: self._remember("ready", "asked"),
            update_gauges=self._update_gauges,
        )

    async def _update_gauges(self, metrics: Metrics) -> None:
        metrics.in_flight.set(self._background.dispatcher.under_way)
        metrics.store_waiting.set(self.storage.waiting)
        metrics.depths(await asyncio.to_thread(self.storage.operations.queue_depths), self.clock.now())
