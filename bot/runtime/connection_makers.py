"""Makers of connections: from the settings of a connection to the one that runs, for each provider.

Part of the assembly, and the one place that knows what each provider's connection needs of the bot.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from bot.bridge.attachments.outgoing import AttachmentLinks
from bot.clock import Clock
from bot.config import Config, secret
from bot.config_errors import BadConfig
from bot.domain.destination import Destination
from bot.domain.own_numbers import number_of
from bot.domain.workspaces import WorkspaceId
from bot.observability.logs import conceal
from bot.observability.telemetry import Telemetry
from bot.ports.messaging import Provider
from bot.ports.sealer import Sealer
from bot.ports.storage import Store
from bot.providers.courier.callbacks.address import CallbackSigner
from bot.providers.courier.connection import CourierAccess, CourierConnection, CourierSurroundings
from bot.providers.courier.credentials import LineIdentity, read_credentials, settings_faults
from bot.providers.courier.profile import PROFILE as COURIER
from bot.providers.glific.connection import GlificAccess, GlificConnection, GlificSurroundings
from bot.providers.glific.grant import read_grant
from bot.providers.glific.profile import PROFILE as GLIFIC
from bot.providers.media_fetcher import MediaFetcher
from bot.providers.volt.connection import VoltAccess, VoltConnection, VoltSurroundings
from bot.providers.volt.profile import PROFILE as VOLT
from bot.providers.volt.public_keys import PublicKeys
from bot.providers.volt.verification import Verification
from bot.runtime.connection_store import ConnectionStore
from bot.runtime.courier_store import CourierStore
from bot.runtime.settings import ConnectionSettings, may_be_local
from bot.webhook_registration import RegistrationTurn


@dataclass(frozen=True)
class ConnectedParts:
    """Parts that connections share with the rest of the bot. `links` give the addresses of the files of a text.

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
    links: AttachmentLinks
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


class ConnectionMakers:
    """Makers of the connections of one workspace. `unread` are those that may have answers nobody could read."""

    def __init__(self, parts: ConnectedParts, store: ConnectionStore) -> None:
        self._parts, self._store = parts, store
        self.unread: list[CourierStore] = []
        self._makers: Mapping[str, Callable[[ConnectionSettings], RunningConnection]] = {
            VOLT.code: self._volt,
            GLIFIC.code: self._glific,
            COURIER.code: self._courier,
        }

    def make(self, settings: ConnectionSettings) -> RunningConnection:
        """Make one. Raises BadConfig where it could not work."""
        return self._makers[settings.provider](settings)

    def _volt(self, settings: ConnectionSettings) -> VoltConnection:
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
            self._store.keep,
            self._store.recall,
            self._store.remember,
            self._store.close_bare,
            lambda outcome: parts.telemetry.metrics.volt_events.labels(outcome).inc(),
            RegistrationTurn(parts.store),
        )
        return VoltConnection(access, surroundings)

    def _glific(self, settings: ConnectionSettings) -> GlificConnection:
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
            self._store.shelf_of(settings.numbers[0]),
            self._store.keep,
            partial(self._store.keep_aside, f"{GLIFIC.code} {settings.numbers[0]}"),
            lambda outcome: parts.telemetry.metrics.stream_events.labels(GLIFIC.code, outcome).inc(),
            partial(parts.telemetry.on_unread, Destination(GLIFIC.code)),
        )
        return GlificConnection(access, surroundings)

    def _courier(self, settings: ConnectionSettings) -> CourierConnection:
        """Make a connection to Carium. Raises BadConfig where no answer could come by it."""
        parts, config = self._parts, self._parts.config
        own, account = read_credentials(settings.token), settings.numbers[0]
        conceal(own.password)
        if parts.callbacks is None:
            raise BadConfig(settings_faults(config.courier_root, None, own))
        texts = CourierStore(parts.store, account, self._store.keep)
        self.unread.append(texts)
        around = CourierSurroundings(
            parts.callbacks,
            self._store.shelf_of(account),
            parts.own_files,
            texts,
            texts.record,
            self._store.keep,
            self._store.recall,
            self._store.alter,
            partial(parts.telemetry.on_unread, Destination(COURIER.code)),
            parts.telemetry.on_bug,
            lambda: parts.clock.now() / 1_000_000,
        )
        line = LineIdentity(parts.workspace, account, number_of(account), own)
        return CourierConnection(CourierAccess(config.courier_root, line, config.courier_channels == "on"), around)
