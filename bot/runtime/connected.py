"""Connected part of a workspace's runtime: clients of the provider, webhook endpoints and the background tasks.

Part of the assembly. Made anew whenever a connection of the workspace was changed.
"""

from collections.abc import Iterator

from bot.bridge.inbox.stream_intake import StreamIntake
from bot.lifecycle import Lifecycle
from bot.providers.by_account import ProvidersByAccount
from bot.providers.courier.connection import CourierConnection
from bot.providers.glific.connection import GlificConnection
from bot.providers.volt.connection import VoltConnection
from bot.providers.volt.verification import trust_of
from bot.runtime.background import BackgroundTasks
from bot.runtime.connection_makers import ConnectedParts, ConnectionMakers
from bot.runtime.connection_store import ConnectionStore
from bot.runtime.settings import ConnectedSettings
from bot.slack.api.client import SlackClient
from bot.slack.context import Connected
from bot.webhook_registration import WebhookRegistrar


class ConnectedRuntime:
    """Connected part of a workspace, from start() to close()."""

    def __init__(self, parts: ConnectedParts, settings: ConnectedSettings, slack: SlackClient) -> None:
        self.settings = settings
        self._parts = parts
        makers = ConnectionMakers(parts, ConnectionStore(parts.store, parts.sealer, self._arrived))
        self._connections = [makers.make(one) for one in settings.connections]
        self._unread = makers.unread
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
            links=parts.links,
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
