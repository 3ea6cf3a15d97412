"""Workspace checks: each workspace that has installed the app, and each of its connections. Read only.

That of the environment is looked at in checks.py, by its settings.
"""

import itertools
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.config import Config
from bot.doctor.check_failed import CheckFailed
from bot.doctor.checks import (
    EXPIRY_WARNING_DAYS,
    SCOPES,
    WITHOUT_FACES,
    channel_words,
    days_left,
    granted_words,
    unanswered,
)
from bot.domain.errors import CallFailed, Rejected, WrongKey
from bot.domain.ids import ChannelId
from bot.domain.own_numbers import number_of
from bot.domain.text import counted
from bot.domain.timestamps import from_micros
from bot.domain.workspaces import Account, Connection, InstalledWorkspace, Sealed, webhook_address
from bot.providers.courier.grants import CourierGrants
from bot.providers.glific.grants import GlificGrants
from bot.providers.volt.grants import VoltGrants
from bot.slack.api.calls import call, call_with_headers
from bot.slack.api.errors import WORKSPACE_ERRORS
from bot.slack.ingress.connection import web_client
from bot.slack.oauth.scopes import OWN_CHANNEL_SCOPES
from bot.slack.render.faces import SCOPE as FACES_SCOPE
from bot.slack.render.faces import scopes_in
from bot.store.sealing import FernetSealer
from bot.time_of_day import utc_now

Check = Callable[[], Awaitable[str]]


class WorkspaceChecks:
    """Checks of one workspace in order, each with its name; a check returns a sentence, or raises with one."""

    def __init__(self, config: Config, session: aiohttp.ClientSession, workspace: InstalledWorkspace) -> None:
        self._config, self._session, self._workspace = config, session, workspace
        self._grants = VoltGrants(config.volt_api_url)
        self._logins = GlificGrants()
        self._courier = CourierGrants(config.courier_root)
        self._scopes: frozenset[str] | None = None
        self._opened = ""

    @property
    def name(self) -> str:
        """Id of the team or the organisation, as `workspaces forget` takes it."""
        installation = self._workspace.installation
        return installation.team_id or installation.enterprise_id

    def all(self) -> list[tuple[str, Check]]:
        """List the checks; one that says so where the app was uninstalled."""
        if self._workspace.installation.grant is None:
            return [(self.name, self._uninstalled)]
        checks: list[tuple[str, Check]] = [
            (f"{self.name} token", self._token),
            (f"{self.name} scopes", self._has_scopes),
        ]
        if not self._workspace.connections:
            return [*checks, (f"{self.name} Volt", self._nothing)]
        return [*checks, *itertools.chain.from_iterable(map(self._of_connection, self._workspace.connections))]

    def _of_connection(self, connection: Connection) -> list[tuple[str, Check]]:
        async def token() -> str:
            return await self._volt_token(connection)

        async def webhook() -> str:
            return await self._webhook(connection)

        accounts = [account for account in self._workspace.accounts if account.connection == connection.id]
        channels = [(f"{self.name} …{account.number[-4:]}", self._in_channel(account.channel)) for account in accounts]
        if connection.provider == self._logins.profile.code:
            return [*channels, (f"{self.name} {self._logins.profile.name} login", partial(self._login, connection))]
        if connection.provider == self._courier.profile.code:
            name = self._courier.profile.name
            return [*channels, (f"{self.name} {name} login", partial(self._courier_line, connection, accounts))]
        if connection.provider != self._grants.profile.code:
            return channels  # its token means nothing to this provider
        return [*channels, (f"{self.name} Volt token", token), (f"{self.name} webhook", webhook)]

    async def _uninstalled(self) -> str:
        at = self._workspace.installation.removed_at
        since = f" on {from_micros(at):%Y-%m-%d}" if at else ""
        return (
            f"has uninstalled the app{since}; its conversations are kept until: volt-bot workspaces forget {self.name}"
        )

    async def _nothing(self) -> str:
        raise CheckFailed("is not connected. An admin of that workspace writes /volt connect in Slack.")

    def _open(self, sealed: Sealed) -> str:
        """Open a stored token. Raises CheckFailed."""
        keys = self._config.sealing_keys
        try:
            if keys:
                return FernetSealer(keys).open(sealed)
        except WrongKey:
            pass
        raise CheckFailed("no key of ENCRYPTION_KEYS opens it. Put the key back that it was sealed with.")

    # --- Slack

    def _slack(self) -> AsyncWebClient:
        return web_client(self._config.slack_api_url, self._session, self._opened)

    async def _token(self) -> str:
        grant = self._workspace.installation.grant
        assert grant is not None
        self._opened = self._open(grant.token)
        try:
            answer = await call_with_headers(self._slack().auth_test)
        except CallFailed as error:
            if error.code in WORKSPACE_ERRORS:
                raise CheckFailed("Slack does not accept it. An admin has to install the app again.") from error
            raise unanswered(error) from error
        self._scopes = scopes_in({name.lower(): value for name, value in answer.headers.items()})
        return f"accepted, workspace {answer.get('team') or self.name}"

    async def _has_scopes(self) -> str:
        if self._scopes is None:
            raise CheckFailed("Slack did not say which permissions the token has. Look again once Slack accepts it.")
        unwanted = set() if self._config.slack_customer_faces == "on" else {FACES_SCOPE}
        missing = sorted(SCOPES - self._scopes - unwanted - OWN_CHANNEL_SCOPES)
        if missing:
            cost = WITHOUT_FACES if FACES_SCOPE in missing else ""
            raise CheckFailed(f"missing {', '.join(missing)}. {cost}An admin has to install the app again.")
        return granted_words(self._scopes)

    def _in_channel(self, channel: ChannelId) -> Check:
        async def look() -> str:
            if not self._opened:
                raise CheckFailed("its channel cannot be looked at. Look again once Slack accepts the token.")
            try:
                return channel_words(await call(self._slack().conversations_info, channel=channel))
            except CallFailed as error:
                if error.code == "channel_not_found":
                    raise CheckFailed(
                        f"Slack does not show its channel to the bot. {_press('Change a number')}"
                    ) from error
                raise unanswered(error) from error

        return look

    # --- Volt

    async def _volt_token(self, connection: Connection) -> str:
        if connection.token is None:
            raise CheckFailed(f"was removed with the app. {_press('Replace token')}")
        token = self._open(connection.token)
        await self._grants.registrations(token)
        days = days_left(token, utc_now())
        if days is not None and days < EXPIRY_WARNING_DAYS:
            raise CheckFailed(f"expires in {counted(days, 'day')}. {_press('Replace token')}")
        return "accepted" if days is None else f"accepted, good for {counted(days, 'more day')}"

    async def _login(self, connection: Connection) -> str:
        if connection.token is None:
            raise CheckFailed(f"was removed with the app. {_press('Replace login')}")
        try:
            await self._logins.alive(self._open(connection.token))
        except Rejected as error:
            raise CheckFailed(f"{error.user_message} {_press('Replace login')}") from error
        return "accepted"

    async def _courier_line(self, connection: Connection, accounts: Sequence[Account]) -> str:
        """Check a login at Carium, and that it may send from its number."""
        if connection.token is None:
            raise CheckFailed(f"was removed with the app. {_press('Replace login')}")
        token = self._open(connection.token)
        try:
            number = await self._courier.number_of(token)
        except Rejected as error:
            raise CheckFailed(f"{error.user_message} {_press('Replace login')}") from error
        if number not in (number_of(account.number) for account in accounts):
            raise CheckFailed(f"is for another number, …{number[-4:]}. {_press('Replace login')}")
        return "accepted"

    async def _webhook(self, connection: Connection) -> str:
        if self._config.public_url is None:
            raise CheckFailed("PUBLIC_URL is not set, so Volt cannot reach the bot. Set it, and start the bot again.")
        if connection.token is None:
            raise CheckFailed("cannot be looked at without a token.")
        ours = webhook_address(self._config.public_url, self._grants.profile.webhook_route, connection.path_secret)
        registered = await self._grants.registrations(self._open(connection.token))
        if not any(webhook.url == ours for webhook in registered):
            raise CheckFailed(f"is not registered at this bot's address. {_press('Register again')}")
        return "is registered"


def _press(label: str) -> str:
    return f"In that workspace, in the app's Home under Connections, an admin uses {label}."


async def health_in_words(checks: WorkspaceChecks) -> str:
    """Say that a workspace is healthy, or the first thing that is not."""
    said = "healthy"
    for name, check in checks.all():
        try:
            words = await check()
        except CheckFailed as failed:
            return f"{name.removeprefix(checks.name).strip()}: {failed}"
        except CallFailed as failed:
            return f"{name.removeprefix(checks.name).strip()}: {failed.user_message}"
        if name == checks.name:  # the one check of a workspace that has uninstalled the app
            said = words
    return said
