"""Settings of the connections that a workspace runs by: from the environment, or as admins have stored them.

Part of the assembly. Tokens are opened here, and shown nowhere.
"""

from dataclasses import dataclass, field
from functools import partial
from urllib.parse import urlsplit

import structlog

from bot.bridge.channel_ids import set_default_channel
from bot.bridge.workspaces.environment import keep_connection_in_step, keep_line_in_step, keep_these_only
from bot.config import Config, secret
from bot.domain.ids import ChannelId
from bot.domain.phone import E164
from bot.domain.url_safety import is_loopback
from bot.domain.workspaces import webhook_address
from bot.ports.sealer import Sealer
from bot.ports.storage import Store, Transaction
from bot.providers.courier.profile import PROFILE as COURIER
from bot.providers.glific.grant import GlificGrant
from bot.providers.glific.profile import PROFILE as GLIFIC
from bot.providers.profiles import PROFILES
from bot.providers.volt.profile import PROFILE as VOLT
from bot.runtime.courier_line import configured_credentials, number_of_line

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class ConnectionSettings:
    """Settings of a connection: the code of its provider, its token or login, and its numbers, the main one first.

    `path_secret` is the last segment of the path of its webhooks, "" for none; `is_bare_open`: the path without it is
    answered as well. `is_shared`: texts to other numbers of its organization are none of this workspace's; else they
    are shown, too.
    """

    provider: str
    token: str = field(repr=False)
    numbers: tuple[E164, ...]
    path_secret: str = field(default="", repr=False)
    is_shared: bool = False
    is_bare_open: bool = False

    def webhook_url(self, public_url: str | None) -> str:
        """Name the address that the provider should post to; "" without a public address, or where it posts nothing."""
        route = PROFILES[self.provider].webhook_route
        return "" if public_url is None or not route else webhook_address(public_url, route, self.path_secret)


@dataclass(frozen=True)
class ConnectedSettings:
    """Settings of all connections of a workspace, the main one first, and the channel of its main number."""

    connections: tuple[ConnectionSettings, ...]
    channel: ChannelId

    @property
    def main(self) -> ConnectionSettings:
        """The connection of the main number."""
        return self.connections[0]

    @property
    def account(self) -> E164:
        """The main number."""
        return self.main.numbers[0]


def may_be_local(config: Config) -> bool:
    """Tell whether what people type may lead to this machine: only where the bot itself runs beside stand-ins."""
    return is_loopback(urlsplit(config.slack_api_url).hostname or "")


async def settings_of_environment(store: Store, config: Config) -> ConnectedSettings:
    """Read the connections of the environment, and keep their rows in step with them. Raises BadConfig."""
    configured = ChannelId(config.slack_channel)
    channel = await store.run(lambda tx: set_default_channel(tx, configured))
    if channel != configured:
        reason = f"Slack knows the channel as {channel} now; set it to that"
        _log.warning("config.outdated", setting="SLACK_CHANNEL", reason=reason)
    found: list[ConnectionSettings] = []
    if config.has_volt:
        found.append(await _volt_of_environment(store, config, channel))
    if config.has_glific:
        account = GLIFIC.account_of(E164(config.glific_phone or ""))
        await store.run(lambda tx: keep_line_in_step(tx, GLIFIC.code, account, channel))
        grant = GlificGrant(config.glific_api_url or "", config.glific_phone or "", secret(config.glific_password))
        found.append(ConnectionSettings(GLIFIC.code, grant.written(), (account,)))
    if config.has_courier:
        found.append(await _courier_of_environment(store, config, channel))
    settings, providers = ConnectedSettings(tuple(found), channel), frozenset(one.provider for one in found)
    await store.run(partial(keep_these_only, providers=providers, main=settings.account))
    return settings


async def _courier_of_environment(store: Store, config: Config, channel: ChannelId) -> ConnectionSettings:
    """Read the line at Carium, and keep its row in step. Raises BadConfig where that cannot be right."""
    credentials = configured_credentials(config)
    account = COURIER.account_of(await number_of_line(store, config.courier_root, credentials))
    await store.run(lambda tx: keep_line_in_step(tx, COURIER.code, account, channel))
    return ConnectionSettings(COURIER.code, credentials.text(), (account,))


async def _volt_of_environment(store: Store, config: Config, channel: ChannelId) -> ConnectionSettings:
    path_secret = secret(config.volt_webhook_path_secret) if config.volt_webhook_path_secret else ""
    account = VOLT.account_of(config.account)
    path = await store.run(lambda tx: keep_connection_in_step(tx, VOLT.code, account, channel, path_secret))
    token = secret(config.volt_api_token)
    return ConnectionSettings(VOLT.code, token, (account,), path.secret, is_bare_open=path.is_bare_open)


def stored_settings(tx: Transaction, sealer: Sealer | None) -> ConnectedSettings | None:
    """Read the connections that have a token and a number; None where there is none. Raises WrongKey."""
    accounts = tx.connections.accounts()
    if sealer is None:
        return None
    found: list[ConnectionSettings] = []
    for connection_id in dict.fromkeys(account.connection for account in accounts):
        connection = tx.connections.get(connection_id)
        if connection is not None and connection.token is not None and connection.provider in PROFILES:
            numbers = tuple(account.number for account in accounts if account.connection == connection_id)
            token = sealer.open(connection.token)
            provider, path_secret = connection.provider, connection.path_secret
            found.append(ConnectionSettings(provider, token, numbers, path_secret, is_shared=True))
    if not found:
        return None
    main = found[0].numbers[0]
    channel = next(account.channel for account in accounts if account.number == main)
    return ConnectedSettings(tuple(found), set_default_channel(tx, channel))
