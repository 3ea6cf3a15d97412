"""Connected part of a workspace's runtime: clients of the provider, webhook endpoints and the background tasks.

Part of the assembly. Made anew whenever a connection of the workspace was changed.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from bot.bridge.attachments.outgoing import AttachmentLinks
from bot.bridge.connections.sessions import keep_session, session_of
from bot.bridge.event_codec import Event
from bot.bridge.inbox.kept_aside import keep_aside
from bot.bridge.inbox.processor import InboxWriter
from bot.bridge.inbox.stream_intake import StreamIntake
from bot.bridge.workspaces.environment import close_bare_path
from bot.clock import Clock
from bot.config import Config, secret
from bot.config_errors import BadConfig
from bot.domain.destination import Destination
from bot.domain.ids import MessageKey
from bot.domain.own_numbers import number_of
from bot.domain.phone import E164
from bot.domain.workspaces import Sealed, WorkspaceId
from bot.lifecycle import Lifecycle
from bot.observability.logs import conceal
from bot.observability.telemetry import Telemetry
from bot.ports.messaging import Provider
from bot.ports.sealer import Sealer
from bot.ports.storage import Store, Transaction
from bot.providers.by_account import ProvidersByAccount
from bot.providers.courier.callbacks.address import CallbackSigner
from bot.providers.courier.channels.book import Change
from bot.providers.courier.connection import CourierAccess, CourierConnection, CourierSurroundings
from bot.providers.courier.credentials import LineIdentity, read_credentials, settings_faults
from bot.providers.courier.profile import PROFILE as COURIER
from bot.providers.glific.connection import GlificAccess, GlificConnection, GlificSurroundings
from bot.providers.glific.grant import read_grant
from bot.providers.glific.profile import PROFILE as GLIFIC
from bot.providers.media_fetcher import MediaFetcher
from bot.providers.session_shelf import SessionShelf
from bot.providers.volt.connection import VoltAccess, VoltConnection, VoltSurroundings
from bot.providers.volt.profile import PROFILE as VOLT
from bot.providers.volt.public_keys import PublicKeys
from bot.providers.volt.verification import Verification, trust_of
from bot.runtime.background import BackgroundTasks
from bot.runtime.courier_store import CourierStore
from bot.runtime.settings import ConnectedSettings, ConnectionSettings, may_be_local
from bot.slack.api.client import SlackClient
from bot.slack.context import Connected
from bot.webhook_registration import RegistrationTurn, WebhookRegistrar


@dataclass(frozen=True)
class ConnectedParts:
    """Parts that connections share with the rest of the bot. `link` gives the address of a file of a text.

    `own_files` reads those files, `callbacks` signs the addresses of single texts; None where nobody reaches the bot.
    """

    config: Config
    clock: Clock
    store: Store
    telemetry: Telemetry
    keys: PublicKeys
    verification: Verification
    fetcher: MediaFetcher
    sealer: Sealer | None
    link: Callable[[MessageKey, int], str] | None
    workspace: WorkspaceId
    own_files: MediaFetcher
    callbacks: CallbackSigner | None


class RunningConnection(Protocol):
    """Connection that runs, whatever its provider; from start() to close()."""

    @property
    def provider(self) -> Provider:
        """What texts of its numbers go by."""

    @property
    def open_window(self) -> Callable[[], Awaitable[None]] | None:
        """Let the provider try our address while that is registered; None where there is nothing to register."""

    async def start(self) -> None:
        """Open the connection."""

    async def close(self) -> None:
        """Close it."""


class ConnectedRuntime:
    """Connected part of a workspace, from start() to close()."""

    def __init__(self, parts: ConnectedParts, settings: ConnectedSettings, slack: SlackClient) -> None:
        self.settings = settings
        self._parts = parts
        self._inbox_writer = InboxWriter(parts.store)
        self._unread: list[CourierStore] = []
        makers: Mapping[str, Callable[[ConnectionSettings], RunningConnection]] = {
            VOLT.code: self._volt_connection,
            GLIFIC.code: self._glific_connection,
            COURIER.code: self._courier_connection,
        }
        self._connections = [makers[one.provider](one) for one in settings.connections]
        self.providers = self._providers()
        self.webhooks = [one.webhook for one in self._connections if isinstance(one, VoltConnection)]
        courier = [one for one in self._connections if isinstance(one, CourierConnection)]
        self.callbacks = {one.line.number: one.take for one in courier}
        glific = (one for one in self._connections if isinstance(one, GlificConnection))
        self.flows = next((one.flows for one in glific if one.flows is not None), None)
        self.background = BackgroundTasks(
            parts.config,
            parts.store,
            slack,
            self.providers,
            home=(settings.account, settings.channel),
            links=AttachmentLinks(parts.fetcher, parts.link),
            clock=parts.clock,
            observer=parts.telemetry,
        )
        self._intakes = list(self._stream_intakes())
        self._open = Lifecycle()

    async def start(self) -> None:
        """Open the connections, then start the background tasks, and at last what brings them work."""
        for connection in self._connections:
            await self._open.start(connection)
        await self._open.start(self.background)
        for intake in self._intakes:
            await self._open.start(intake)

    async def close(self) -> None:
        """Let calls under way end, and close everything."""
        await self._open.close()

    def seen_by_handlers(self) -> Connected:
        """Give what handlers use of it."""
        url = self.settings.main.webhook_url(self._parts.config.public_url)
        registry, window = self.providers.main.capabilities.webhooks, self._connections[0].open_window
        store = self._parts.store
        registers = WebhookRegistrar(url, registry, window, store).register if registry and window else None
        return Connected(
            providers=self.providers,
            account=self.settings.account,
            channel=self.settings.channel,
            register_bot=registers,
            webhook_url=url,
            trust=lambda: trust_of(self._parts.keys, self._parts.verification),
            unread=self._unread,
        )

    def _providers(self) -> ProvidersByAccount:
        """Give the providers by our numbers; that of the environment is for all numbers of its organization."""
        pairs = list(zip(self.settings.connections, self._connections, strict=True))
        by_number = {number: connection.provider for one, connection in pairs for number in one.numbers}
        ours = (connection for one, connection in pairs if not one.is_shared)
        others = next((one.provider for one in ours if isinstance(one, VoltConnection)), None)
        return ProvidersByAccount(by_number, self._connections[0].provider, others=others)

    def _volt_connection(self, settings: ConnectionSettings) -> VoltConnection:
        parts = self._parts
        access = VoltAccess(
            parts.config.volt_api_url,
            settings.token,
            settings.numbers,
            settings.path_secret,
            is_shared=settings.is_shared,
            is_bare_open=settings.is_bare_open,
        )
        surroundings = VoltSurroundings(
            parts.keys,
            parts.verification,
            self._keep,
            self._recall,
            self._remember,
            self._close_bare,
            lambda outcome: parts.telemetry.metrics.volt_events.labels(outcome).inc(),
            RegistrationTurn(parts.store),
        )
        return VoltConnection(access, surroundings)

    def _glific_connection(self, settings: ConnectionSettings) -> GlificConnection:
        parts, config = self._parts, self._parts.config
        stops_flows = config.glific_stop_flows == "on"
        grant = read_grant(settings.token)
        conceal(grant.password)
        # the phrase of the environment signs for its own line only
        phrase = secret(config.glific_flow_secret) if config.glific_flow_secret and not settings.is_shared else ""
        access = GlificAccess(
            grant.url,
            grant.phone,
            grant.password,
            settings.numbers[0],
            stops_flows=stops_flows,
            flow_phrase=phrase,
            is_public=settings.is_shared and not may_be_local(config),  # people typed it
        )
        surroundings = GlificSurroundings(
            self._shelf_of(settings.numbers[0]),
            self._keep,
            partial(self._keep_aside, f"{GLIFIC.code} {settings.numbers[0]}"),
            lambda outcome: parts.telemetry.metrics.stream_events.labels(GLIFIC.code, outcome).inc(),
            partial(parts.telemetry.on_unread, Destination(GLIFIC.code)),
        )
        return GlificConnection(access, surroundings)

    def _courier_connection(self, settings: ConnectionSettings) -> CourierConnection:
        """Make a connection to Carium. Raises BadConfig where no answer could come by it."""
        parts, config = self._parts, self._parts.config
        own, account = read_credentials(settings.token), settings.numbers[0]
        if parts.callbacks is None:
            raise BadConfig(settings_faults(config.courier_root, None, own))
        texts = CourierStore(parts.store, account, self._keep)
        self._unread.append(texts)
        around = CourierSurroundings(
            parts.callbacks,
            self._shelf_of(account),
            parts.own_files,
            texts,
            texts.record,
            self._keep,
            self._recall,
            self._alter,
            partial(parts.telemetry.on_unread, Destination(COURIER.code)),
            parts.telemetry.on_bug,
            lambda: parts.clock.now() / 1_000_000,
        )
        line = LineIdentity(parts.workspace, account, number_of(account), own)
        return CourierConnection(CourierAccess(config.courier_root, line, config.courier_channels == "on"), around)

    def _stream_intakes(self) -> Iterator[StreamIntake]:
        """Make what takes in the streams of those connections that have one."""
        parts = self._parts
        for one, connection in zip(self.settings.connections, self._connections, strict=True):
            stream = connection.provider.capabilities.stream
            if stream is not None:
                ours = one.numbers[0]
                yield StreamIntake(parts.store, stream, ours, arrived=self._arrived, observer=parts.telemetry)

    def _arrived(self) -> None:
        self.background.dispatcher.arrived()

    async def _keep(self, event: Event) -> bool:
        """Store an event; False where it is a repeat. Raises StoreUnavailable."""
        is_new = await self._inbox_writer.keep(event)
        if is_new:
            self._arrived()
        return is_new

    async def _keep_aside(self, source: str, event_id: str, brought: object) -> bool:
        """Keep what a stream brought and nobody can read; False where it is a repeat. Raises StoreUnavailable."""
        return await self._parts.store.run(partial(keep_aside, source=source, event_id=event_id, brought=brought))

    async def _close_bare(self) -> None:
        await self._parts.store.run(close_bare_path)

    def _shelf_of(self, account: E164) -> SessionShelf | None:
        """Give the place for the session of a number's connection; None where nothing can be sealed."""

        async def recall() -> Sealed | None:
            return await self._parts.store.run(lambda tx: session_of(tx, account))

        async def remember(session: Sealed) -> bool:
            return await self._parts.store.run(lambda tx: keep_session(tx, account, session))

        return SessionShelf(self._parts.sealer, recall, remember) if self._parts.sealer is not None else None

    async def _recall(self, name: str) -> str | None:
        return await self._parts.store.run(lambda tx: tx.settings.value(name))

    async def _remember(self, name: str, value: str) -> None:
        await self._parts.store.run(lambda tx: tx.settings.set_value(name, value))

    async def _alter(self, name: str, change: Change) -> None:
        """Change what is remembered under a name, in one unit of work; a change to None leaves it."""

        def unit(tx: Transaction) -> None:
            changed = change(tx.settings.value(name))
            if changed is not None:
                tx.settings.set_value(name, changed)

        await self._parts.store.run(unit)
