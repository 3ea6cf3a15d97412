"""Runtime of one workspace: all that runs for it, and what its handlers use. Part of the assembly.

A workspace without a connection has its handlers only. A connected one has the client of its provider, the endpoint of
its webhooks and its background tasks besides (connected.py); these are made anew whenever a connection was changed, the
handlers stay.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import aiohttp
import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.bridge.attachments.outgoing import AttachmentLinks
from bot.bridge.outbox.failures import record_interrupted
from bot.bridge.recovery.suspended import resume, suspend
from bot.bridge.steps.watcher import StepWatcher
from bot.bridge.unit_of_work import UnitsOfWork
from bot.domain.destination import Destination
from bot.domain.ids import MessageKey
from bot.domain.own_numbers import number_of
from bot.domain.phone import E164
from bot.domain.workspaces import FROM_ENVIRONMENT, Installation
from bot.lifecycle import Lifecycle
from bot.observability.health import Watched
from bot.observability.logs import conceal
from bot.outgoing_http import TimelyRequest, outgoing_socket
from bot.parsing.holidays import is_day_off
from bot.parsing.phone_numbers import NO_REGION, region_of
from bot.providers.courier.callbacks.endpoint import Take
from bot.providers.courier.grants import CourierGrants
from bot.providers.glific.flows.webhook import FlowWebhook
from bot.providers.glific.grants import GlificGrants
from bot.providers.profiles import PROFILES
from bot.providers.volt.grants import VoltGrants
from bot.providers.volt.webhook import VoltWebhook
from bot.runtime.connected import ConnectedRuntime
from bot.runtime.connection_makers import ConnectedParts
from bot.runtime.own_token import OtherWorkspace, check_token, store_identity
from bot.runtime.settings import ConnectedSettings, may_be_local, settings_of_environment, stored_settings
from bot.runtime.shared_parts import SharedParts
from bot.slack.api.client import TIMEOUT, SlackClient
from bot.slack.api.downloads import Downloads
from bot.slack.api.step_reports import StepReports
from bot.slack.api.ui import SlackUi
from bot.slack.context import Context
from bot.slack.features.threads.assign import only_colleagues
from bot.slack.features.workflows.runner import StepRunner
from bot.slack.ingress.bolt_app import RequestOrigin
from bot.slack.ingress.connection import identity_task, web_client
from bot.slack.ingress.workspace_ingress import WorkspaceIngress
from bot.slack.media.chart_links import PATH as CHART_PATH
from bot.slack.media.file_links import PATH as FILE_PATH
from bot.slack.media.signed_links import PATH as MEDIA_PATH
from bot.slack.render.chart import Chart
from bot.slack.render.faces import Faces
from bot.slack.render.lines import Lines
from bot.slack.render.renderer import Renderer

_log = structlog.get_logger(__name__)


class WorkspaceRuntime:
    """Runtime of one workspace, from start() to close(). `token` is its bot token.

    `is_refused`: the token is one of another workspace than the database knows here; no request is for this one then.
    """

    def __init__(self, shared: SharedParts, installation: Installation, token: str) -> None:
        self.installation = installation
        self.workspace = installation.workspace
        self._shared, self._token = shared, token
        self._store = shared.storage.store_of(self.workspace)
        self.telemetry = shared.telemetry.of_workspace(self.workspace)
        self._web_clients: list[AsyncWebClient] = []
        self.downloads = Downloads(self._web_client(shared.session))
        # As many connections as calls: one that waited for a free one might time out as if it had been made.
        self._calls = aiohttp.ClientSession(
            timeout=TIMEOUT,
            cookie_jar=aiohttp.DummyCookieJar(),
            request_class=TimelyRequest,
            connector=aiohttp.TCPConnector(limit=0, socket_factory=outgoing_socket),
        )
        self.slack = self._slack_client(NO_REGION)
        self.context = self._context()
        runner = StepRunner(self.context, StepReports(self._web_client(shared.session)), only_colleagues)
        self._steps = StepWatcher(self._store, runner, self.telemetry).loop()
        self.context.wake_steps = self._steps.wake
        self.ingress = WorkspaceIngress(self.context)
        self.connected: ConnectedRuntime | None = None
        self.webhooks: Sequence[VoltWebhook] = ()
        self.flows: FlowWebhook | None = None
        self.callbacks: Mapping[E164, Take] = {}
        self.is_refused = False
        self._open = Lifecycle()
        self._turn = asyncio.Lock()

    async def start(self) -> None:
        """Connect what is connected, and learn who we are in this workspace. Raises BadConfig."""
        self._open.close_later(self._calls.close)
        if self.workspace == FROM_ENVIRONMENT:
            await check_token(self._store, self.slack, self._token)
        self._open.close_later(self._disconnect)
        await self.reconnect()
        self._open.close_later(self.ingress.close)
        identity = identity_task(self.context, self.slack, self.telemetry, self._on_known)
        identity.start()
        self._open.close_later(identity.stop)
        await self._steps.start()
        self._open.close_later(self._steps.close)

    async def close(self) -> None:
        """Let calls under way end, and close everything."""
        await self._open.close()

    def is_of(self, origin: RequestOrigin) -> bool:
        """Whether a request with this origin is for this workspace."""
        if self.installation.is_org_wide:
            return origin.is_org_wide and origin.enterprise_id == self.installation.enterprise_id
        teams = {self.installation.team_id, *self.context.team_ids} - {""}
        return not origin.is_org_wide and origin.team_id in teams

    def renew(self, installation: Installation, token: str) -> None:
        """Go on with what a new installation of the same workspace brought."""
        self.installation = installation
        self.context.bot_id, self.context.bot_user_id = installation.bot_id, installation.bot_user_id
        self.use_token(token)

    def use_token(self, token: str) -> None:
        """Make all calls with another bot token from now on: Slack has given a fresh one."""
        self._token = token
        for client in self._web_clients:
            client.token = token

    async def reconnect(self) -> None:
        """Read from the store what is connected, and run that from now on; calls under way end before.

        Meanwhile webhooks are stored as before, and processed by what comes after.
        """
        async with self._turn:
            await self._stop_connected()
            await self._store.run(record_interrupted)
            settings = await self._settings()
            if settings is None:
                await self._store.run(suspend)
                self._show_none()
                return
            if held := await self._store.run(resume):
                _log.warning("workspace.texts_held", workspace=self.workspace, texts=held)
            await self._start_connected(settings)

    async def _start_connected(self, settings: ConnectedSettings) -> None:
        region = region_of(number_of(settings.account))
        self.slack = self.context.workspace = self._slack_client(region)
        connected = ConnectedRuntime(self._parts(), settings, self.slack)
        self.slack.use_lines(Lines(connected.providers))
        self.telemetry.home = settings.channel
        try:
            await connected.start()
        except BaseException:
            await connected.close()
            raise  # webhooks of before go on being stored, until it is tried again
        self.connected, self.webhooks, self.flows = connected, connected.webhooks, connected.flows
        self.callbacks = connected.callbacks
        lines = Lines(connected.providers)
        self.context.connected, self.context.renderer = connected.seen_by_handlers(), Renderer(region, lines=lines)

    async def _stop_connected(self) -> None:
        connected, self.connected = self.connected, None
        if connected is not None:
            await connected.close()

    def _show_none(self) -> None:
        self.webhooks, self.flows, self.callbacks, self.context.connected = (), None, {}, None

    async def _disconnect(self) -> None:
        await self._stop_connected()
        self._show_none()

    async def _on_known(self, identity: Mapping[str, Any]) -> None:
        """Store who we are in the workspace of the environment; the others' installation has said it."""
        if self.workspace != FROM_ENVIRONMENT:
            return
        try:
            self.installation = await store_identity(self._store, identity)
        except OtherWorkspace as other:
            _log.error("slack.other_workspace", todo=str(other))
            self.is_refused = True
            await self._disconnect()

    async def _settings(self) -> ConnectedSettings | None:
        if self.workspace == FROM_ENVIRONMENT:
            return await settings_of_environment(self._store, self._shared.config)
        return await self._store.run(lambda tx: stored_settings(tx, self._shared.sealer))

    # --- its parts

    def _web_client(self, session: aiohttp.ClientSession) -> AsyncWebClient:
        client = web_client(self._shared.config.slack_api_url, session, self._token)
        client.renew = self._renewed
        self._web_clients.append(client)
        return client

    async def _renewed(self, ended: str) -> str | None:
        """Give the token in place of one that has ended, to all clients at once: another bot may have renewed it."""
        token = await self._shared.renew(self.workspace, ended)
        if token is not None:
            self.use_token(token)
        return token

    def _slack_client(self, region: str) -> SlackClient:
        config = self._shared.config
        faces = Faces(region, config.public_url, is_on=config.slack_customer_faces == "on")
        self._web_clients = [client for client in self._web_clients if client.session is not self._calls]
        ours = self.installation
        return SlackClient(
            self._web_client(self._calls), Renderer(region, faces), self._shared.fitter, ours.bot_user_id, ours.bot_id
        )

    def _parts(self) -> ConnectedParts:
        shared = self._shared
        return ConnectedParts(
            shared.config,
            shared.clock,
            self._store,
            self.telemetry,
            shared.keys,
            shared.verification,
            shared.fetcher,
            shared.sealer,
            AttachmentLinks(shared.fetcher, *((self._link, self._page) if shared.config.public_url else ())),
            self.workspace,
            shared.own_files,
            shared.callbacks,
        )

    @property
    def _base_url(self) -> str:
        """Address under which the others here stand; "" without a public one."""
        return (self._shared.config.public_url or "").rstrip("/")

    def _link(self, key: MessageKey, number: int) -> str:
        """Give the address at which the provider finds a file of a text."""
        token = self._shared.signer.token(self.workspace, key, number, self._shared.clock.now())
        return f"{self._base_url}{MEDIA_PATH}{token}"

    def _page(self, key: MessageKey, number: int) -> str:
        """Give the address at which people find a file of a text."""
        return f"{self._base_url}{FILE_PATH}{self._shared.file_signer.token(self.workspace, key, number)}"

    def _chart_url(self, chart: Chart) -> str:
        """Give the address at which Slack finds a chart."""
        return f"{self._base_url}{CHART_PATH}{self._shared.chart_signer.token(chart, self._shared.clock.now())}"

    def _context(self) -> Context:
        shared = self._shared
        return Context(
            units=UnitsOfWork(self._store),
            read_model=shared.storage.read_model_of(self.workspace),
            ui=SlackUi(self._web_client(shared.session), shared.session),
            workspace=self.slack,
            renderer=Renderer(NO_REGION),
            count=lambda outcome: self.telemetry.metrics.slack_events.labels(outcome).inc(),
            bot_id=self.installation.bot_id,
            bot_user_id=self.installation.bot_user_id,
            team_id=self.installation.team_id,
            team_url=self.installation.url,
            team_ids=frozenset({self.installation.team_id, self.installation.enterprise_id} - {""}),
            quiet=shared.config.quiet,
            limits=replace(shared.config.limits, profiles=PROFILES, days_off=is_day_off),
            grants=VoltGrants(shared.config.volt_api_url, shared.open_window),
            logins=(
                GlificGrants(allows_local=may_be_local(shared.config), conceal=conceal),
                CourierGrants(shared.config.courier_root, conceal=conceal),
            ),
            sealer=shared.sealer,
            chart_url=self._chart_url if shared.config.public_url else None,
            base_url=self._base_url,
            reload=partial(shared.reload, self.workspace),
            tell_of_rights=self._tell_of_rights,
        )

    async def _tell_of_rights(self, whose: str) -> None:
        """Note for the other bots whose rights have changed. Raises StoreUnavailable."""
        if self._shared.storage.is_shared:
            await self._store.run(lambda tx: tx.installations.note_rights(self.workspace, whose))

    def watched(self) -> Watched:
        """Tell /readyz how to ask after what this workspace needs."""
        probes: dict[Destination, Callable[[], Awaitable[object]]] = {Destination.SLACK: self.slack.identity}
        if self.connected is not None:
            for provider in reversed(self.connected.providers.all()):  # of several at one provider the main one
                probes[Destination(provider.profile.code)] = provider.probe
        return Watched(self.telemetry, probes)
