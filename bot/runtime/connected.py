"""Connected part of a workspace's runtime: clients of the provider, webhook endpoints and the background tasks.

Part of the assembly. Made anew whenever a connection of the workspace was changed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from bot.bridge.attachments.outgoing import AttachmentLinks
from bot.bridge.inbox.processor import InboxWriter
from bot.bridge.workspaces.environment import close_bare_path
from bot.clock import Clock
from bot.config import Config
from bot.domain.ids import MessageKey
from bot.domain.message import Inbound, Receipt
from bot.domain.phone import E164
from bot.lifecycle import Lifecycle
from bot.observability.telemetry import Telemetry
from bot.ports.storage import Store
from bot.providers.by_account import ProviderByAccount
from bot.providers.media_fetcher import MediaFetcher
from bot.providers.volt.client import VoltClient
from bot.providers.volt.pool_numbers import ForeignNumber, PoolNumbers
from bot.providers.volt.public_keys import PublicKeys
from bot.providers.volt.registration_window import RegistrationWindow
from bot.providers.volt.verification import Verification, trust_of
from bot.providers.volt.webhook import VoltWebhook
from bot.runtime.background import BackgroundTasks
from bot.runtime.settings import ConnectedSettings, ConnectionSettings
from bot.slack.api.client import SlackClient
from bot.slack.context import Connected
from bot.webhook_registration import RegistrationTurn, WebhookRegistrar


@dataclass(frozen=True)
class ConnectedParts:
    """Parts that connections share with the rest of the bot. `link` gives the address of a file of a text."""

    config: Config
    clock: Clock
    store: Store
    telemetry: Telemetry
    keys: PublicKeys
    verification: Verification
    fetcher: MediaFetcher
    link: Callable[[MessageKey, int], str] | None


class ConnectedRuntime:
    """Connected part of a workspace, from start() to close()."""

    def __init__(self, parts: ConnectedParts, settings: ConnectedSettings, slack: SlackClient) -> None:
        self.settings = settings
        self._parts = parts
        self._clients = [VoltClient(parts.config.volt_api_url, one.token) for one in settings.connections]
        self.provider = self._provider()
        self._inbox_writer = InboxWriter(parts.store)
        self.webhooks = [self._webhook(*pair) for pair in zip(settings.connections, self._clients, strict=True)]
        self.background = BackgroundTasks(
            parts.config,
            parts.store,
            slack,
            self.provider,
            home=(settings.account, settings.channel),
            links=AttachmentLinks(parts.fetcher, parts.link),
            clock=parts.clock,
            observer=parts.telemetry,
        )
        self._open = Lifecycle()

    async def start(self) -> None:
        """Open the clients, then start the background tasks."""
        for client in self._clients:
            await self._open.start(client)
        await self._open.start(self.background)

    async def close(self) -> None:
        """Let calls under way end, and close everything."""
        await self._open.close()

    def seen_by_handlers(self) -> Connected:
        """Give what handlers use of it."""
        url = self.settings.main.webhook_url(self._parts.config.public_url)
        return Connected(
            directory=self.provider,
            account=self.settings.account,
            channel=self.settings.channel,
            register_bot=WebhookRegistrar(
                url, self.provider, self.webhooks[0].registration.open, self._parts.store
            ).register,
            webhook_url=url,
            trust=lambda: trust_of(self._parts.keys, self._parts.verification),
        )

    def _provider(self) -> VoltClient | ProviderByAccount:
        """Give the one client of the environment, for all numbers of its organization; else one for each number."""
        if not self.settings.main.is_shared:
            return self._clients[0]
        clients = zip(self.settings.connections, self._clients, strict=True)
        return ProviderByAccount(
            {number: client for one, client in clients for number in one.numbers}, self._clients[0]
        )

    def _webhook(self, settings: ConnectionSettings, client: VoltClient) -> VoltWebhook:
        parts, only = self._parts, settings.numbers if settings.is_shared else ()
        return VoltWebhook(
            parts.keys,
            partial(self._record, self._pools(settings, client), only),
            record_unproven=partial(self._record, self._pools(settings, client), only),
            is_enforced=lambda: parts.verification.is_enforced,
            path_secret=settings.path_secret or None,
            is_bare_open=settings.is_bare_open,
            close_bare=self._close_bare,
            registration=self._window(settings),
            count=lambda outcome: parts.telemetry.metrics.volt_events.labels(outcome).inc(),
        )

    def _pools(self, settings: ConnectionSettings, client: VoltClient) -> PoolNumbers:
        pools = PoolNumbers(settings.numbers[0], client, recall=self._recall, remember=self._remember)
        for number in settings.numbers:
            pools.add(number)
        return pools

    def _window(self, settings: ConnectionSettings) -> RegistrationWindow:
        stored = f"registration of {settings.numbers[0]}"
        return RegistrationWindow(
            settings.token,
            RegistrationTurn(self._parts.store),
            recall=partial(self._recall, stored),
            remember=partial(self._remember, stored),
        )

    async def _record(self, pools: PoolNumbers, only: Sequence[E164], event: Inbound | Receipt) -> bool:
        """Store an event; False where it is a repeat.

        Raises ForeignNumber for what is about no number of ours, or about one that another workspace may have.
        """
        event = await pools.at_account(event)
        if only and event.account not in only:
            raise ForeignNumber
        is_new = await self._inbox_writer.keep(event)
        if is_new:
            self.background.dispatcher.arrived()
        return is_new

    async def _close_bare(self) -> None:
        await self._parts.store.run(close_bare_path)

    async def _recall(self, name: str) -> str | None:
        return await self._parts.store.run(lambda tx: tx.settings.value(name))

    async def _remember(self, name: str, value: str) -> None:
        await self._parts.store.run(lambda tx: tx.settings.set_value(name, value))
