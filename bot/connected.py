"""Connected part of a workspace's runtime: the provider's client, its webhook endpoint and the background tasks.

Part of the assembly. Made anew whenever the connection of the workspace was changed.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from bot.background import BackgroundTasks
from bot.bridge.attachments.outgoing import AttachmentLinks
from bot.bridge.inbox.processor import InboxWriter
from bot.clock import Clock
from bot.config import Config
from bot.domain.ids import ChannelId, MessageKey
from bot.domain.message import Inbound, Receipt
from bot.domain.phone import E164
from bot.lifecycle import Lifecycle
from bot.observability.telemetry import Telemetry
from bot.ports.storage import Store
from bot.providers.media_fetcher import MediaFetcher
from bot.providers.volt.client import VoltClient
from bot.providers.volt.pool_numbers import PoolNumbers
from bot.providers.volt.public_keys import PublicKeys
from bot.providers.volt.registration_window import RegistrationWindow
from bot.providers.volt.webhook import PATH, VoltWebhook
from bot.slack.api.client import SlackClient
from bot.slack.context import Connected
from bot.webhook_registration import WebhookRegistrar


@dataclass(frozen=True)
class ConnectionSettings:
    """Settings of a connection: its token, its main account and the channel where new conversations open.

    `path_secret` is the last segment of the path of its webhooks, "" for none.
    """

    token: str = field(repr=False)
    account: E164
    channel: ChannelId
    path_secret: str = field(default="", repr=False)

    def webhook_url(self, public_url: str | None) -> str:
        """Name the address that Volt should post to; "" without a public address."""
        if public_url is None:
            return ""
        return "/".join(filter(None, (f"{public_url.rstrip('/')}{PATH}", self.path_secret)))


@dataclass(frozen=True)
class ConnectedParts:
    """Parts that a connection shares with the rest of the bot. `link` gives the address of a file of a text."""

    config: Config
    clock: Clock
    store: Store
    telemetry: Telemetry
    keys: PublicKeys
    fetcher: MediaFetcher
    link: Callable[[MessageKey, int], str] | None


class ConnectedRuntime:
    """Connected part of a workspace, from start() to close()."""

    def __init__(self, parts: ConnectedParts, settings: ConnectionSettings, slack: SlackClient) -> None:
        self.settings = settings
        self._parts, self._slack = parts, slack
        self.volt = VoltClient(parts.config.volt_api_url, settings.token)
        self._pool_numbers = PoolNumbers(settings.account, self.volt, recall=self._recall, remember=self._remember)
        self._inbox_writer = InboxWriter(parts.store)
        self.webhook = self._webhook()
        self.background = self._background()
        self._open = Lifecycle()

    async def start(self) -> None:
        """Open the client, then start the background tasks."""
        await self._open.start(self.volt)
        await self._open.start(self.background)

    async def close(self) -> None:
        """Let calls under way end, and close everything."""
        await self._open.close()

    def seen_by_handlers(self) -> Connected:
        """Give what handlers use of it."""
        url = self.settings.webhook_url(self._parts.config.public_url)
        return Connected(
            directory=self.volt,
            account=self.settings.account,
            channel=self.settings.channel,
            register_bot=WebhookRegistrar(url, self.volt, self.webhook.registration.open).register,
            webhook_url=url,
        )

    def _webhook(self) -> VoltWebhook:
        parts, settings = self._parts, self.settings
        return VoltWebhook(
            parts.keys,
            self._record,
            enforce=parts.config.volt_webhook_verify == "enforce",
            path_secret=settings.path_secret or None,
            account=settings.account,
            pools=self._pool_numbers.known,
            registration=RegistrationWindow(settings.token),
            count=lambda outcome: parts.telemetry.metrics.volt_events.labels(outcome).inc(),
        )

    def _background(self) -> BackgroundTasks:
        parts, settings = self._parts, self.settings
        return BackgroundTasks(
            parts.config,
            parts.store,
            self._slack,
            self.volt,
            home=(settings.account, settings.channel),
            links=AttachmentLinks(parts.fetcher, parts.link),
            clock=parts.clock,
            observer=parts.telemetry,
        )

    async def _record(self, event: Inbound | Receipt) -> bool:
        is_new = await self._inbox_writer.keep(await self._pool_numbers.at_account(event))
        if is_new:
            self.background.dispatcher.arrived()
        return is_new

    async def _recall(self, name: str) -> str | None:
        return await self._parts.store.run(lambda tx: tx.settings.value(name))

    async def _remember(self, name: str, value: str) -> None:
        await self._parts.store.run(lambda tx: tx.settings.set_value(name, value))
