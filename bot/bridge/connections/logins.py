"""Changes of connections that are logins: one for each tenant, checked at the provider before anything is stored.

Nothing is registered there: the bot asks, and the provider answers. A login is replaced by another one of the same
tenant only, or its conversations would go on with other people's.
"""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

from bot.bridge.connections import records
from bot.bridge.connections.health import ConnectionHealth
from bot.bridge.connections.records import (
    ConnectionRefusal,
    ConnectionRefused,
    NewConnection,
    is_configured,
    known_connections,
    was_made_by,
)
from bot.bridge.unit_of_work import UnitsOfWork
from bot.domain.errors import CallFailed, FailureScope, Rejected, Retryable, WrongKey
from bot.domain.ids import ChannelId, UserId
from bot.domain.workspaces import Connection, ConnectionId
from bot.ports.provider_grants import CheckedLogin, LoginGrants, TypedLogin
from bot.ports.sealer import Sealer


@dataclass(frozen=True)
class NewLogin:
    """Login that an admin asks for, in a channel. `form` is the id of the form, by which it is made once."""

    typed: TypedLogin
    channel: ChannelId
    author: UserId
    form: str


@dataclass(frozen=True)
class LoginChanges:
    """Changes of the logins of one workspace. `reload` lets the bot go on with what is stored now.

    Raises CallFailed, ConnectionRefused or WrongKey.
    """

    units: UnitsOfWork
    grants: LoginGrants
    sealer: Sealer
    reload: Callable[[], Awaitable[None]]

    async def connect(self, wanted: NewLogin) -> CheckedLogin:
        """Connect a tenant in a channel."""
        known = await self.units.run(known_connections)
        if any(map(is_configured, known.connections)):
            raise ConnectionRefused(ConnectionRefusal.CONFIGURED)
        login = await self.grants.checked(wanted.typed)
        code, account = self.grants.profile.code, self.grants.profile.account_of(login.number)
        for connection in known.connections:
            ours = known.accounts_of(connection)
            if self._tenant_of(connection) == login.tenant and not await self.units.run(was_made_by, wanted.form):
                raise ConnectionRefused(
                    ConnectionRefusal.TENANT_TAKEN, author=connection.author, account=ours[0] if ours else None
                )
        new = NewConnection(code, account, wanted.channel, wanted.author, wanted.form)
        seen = [connection.id for connection in known.connections]
        sealed = self.sealer.seal(login.grant)
        await self.units.run(records.store_connection, new, sealed, "", seen=seen, same=None)
        await self.reload()
        return login

    async def replace(self, connection: ConnectionId, typed: TypedLogin, user: UserId) -> None:
        """Replace a login by another one of the same tenant."""
        found = await self._own(connection)
        login = await self.grants.checked(typed)
        if self._tenant_of(found) not in ("", login.tenant):
            known = await self.units.run(known_connections)
            raise ConnectionRefused(
                ConnectionRefusal.OTHER_ORGANIZATION, account=next(iter(known.accounts_of(found)), None)
            )
        await self.units.run(records.replace_token, connection, self.sealer.seal(login.grant), user)
        await self.reload()

    async def disconnect(self, connection: ConnectionId, user: UserId) -> None:
        """End a connection; the login stays at the provider, for whoever else uses it."""
        await self._own(connection)
        await self.units.run_until_written(records.drop_connection, connection, user)
        await self.reload()

    def owns(self, connection: Connection) -> bool:
        """Tell whether a connection is a login at this provider."""
        return connection.provider == self.grants.profile.code

    async def _own(self, connection: ConnectionId) -> Connection:
        found = await self.units.run(records.changeable, connection)
        if not self.owns(found):
            raise ConnectionRefused(ConnectionRefusal.GONE)
        return found

    def _tenant_of(self, connection: Connection) -> str:
        """Name the tenant of a connection; "" for one of another provider, and where its login cannot be opened."""
        with suppress(WrongKey):
            if self.owns(connection) and connection.token is not None:
                return self.grants.tenant(self.sealer.open(connection.token))
        return ""


async def login_health(
    connection: Connection, sealer: Sealer, alive: Callable[[str], Awaitable[None]]
) -> ConnectionHealth:
    """Tell whether a connection that is a login works; `alive` asks the provider, with what is stored of it."""
    if connection.token is None:
        return ConnectionHealth.CONFIGURED if is_configured(connection) else ConnectionHealth.TOKEN_REMOVED
    try:
        await alive(sealer.open(connection.token))
    except WrongKey:
        return ConnectionHealth.TOKEN_CLOSED
    except Rejected:
        return ConnectionHealth.TOKEN_REFUSED
    except Retryable as error:
        is_refused = error.scope is FailureScope.DESTINATION
        return ConnectionHealth.TOKEN_REFUSED if is_refused else ConnectionHealth.NOT_KNOWN
    except CallFailed:
        return ConnectionHealth.NOT_KNOWN
    return ConnectionHealth.RECEIVING
