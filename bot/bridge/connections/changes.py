"""Changes of connections: what is asked of the provider, what is then stored, and in which order.

The provider checks before anything is stored. A connection is stored before its address is registered, for the provider
tries the address at once; where the registration fails the connection stays, not receiving yet, and is registered by a
later try. It is removed only once the provider has removed the registration, or does not take the token any more. So
every state in between is one that people see, and that the same press ends.
"""

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from bot.bridge.connections import records
from bot.bridge.connections.records import (
    ConnectionRefusal,
    ConnectionRefused,
    Known,
    NewConnection,
    is_configured,
    known_connections,
    note_webhook,
)
from bot.bridge.unit_of_work import UnitsOfWork
from bot.domain.errors import CallFailed, Rejected, WrongKey
from bot.domain.ids import ChannelId, UserId
from bot.domain.own_numbers import number_of
from bot.domain.phone import E164
from bot.domain.workspaces import PATH_SECRET_BYTES, Account, Connection, ConnectionId, webhook_address
from bot.ports.provider_grants import FOREIGN_NUMBER, TOKEN_REFUSED, ProviderGrants
from bot.ports.sealer import Sealer


@dataclass(frozen=True)
class ConnectionChanges:
    """Changes of the connections of one workspace. `base_url` is where the provider reaches this bot.

    `reload` lets the bot go on with what is stored now. Raises CallFailed, ConnectionRefused or WrongKey.
    """

    units: UnitsOfWork
    grants: ProviderGrants
    sealer: Sealer
    base_url: str
    reload: Callable[[], Awaitable[None]]

    async def connect(self, token: str, wanted: NewConnection) -> CallFailed | None:
        """Connect a number in a channel; returns why it does not receive texts yet, if so.

        A token of an organization that is connected already takes the place of that one's token.
        """
        known = await self.units.run(known_connections)
        if any(map(is_configured, known.connections)):
            raise ConnectionRefused(ConnectionRefusal.CONFIGURED)
        await self.grants.account(token, wanted.number)
        same = await self._same_organization(token, known)
        wanted = replace(wanted, number=self.grants.profile.account_of(wanted.number))
        stored = await self.units.run(
            records.store_connection,
            wanted,
            self.sealer.seal(token),
            secrets.token_urlsafe(PATH_SECRET_BYTES),
            seen=[connection.id for connection in known.connections],
            same=same.id if same else None,
        )
        await self.reload()
        return await self._registered(stored, token)

    async def _same_organization(self, token: str, known: Known) -> Connection | None:
        """Find the connection whose numbers the token's organization has: two would bring each text twice."""
        for connection in known.connections:
            numbers = [account.number for account in known.accounts_of(connection)]
            is_there = connection.provider == self.grants.profile.code
            if is_there and numbers and await self._has(token, numbers[0]):
                return connection
        return None

    async def _has(self, token: str, account: E164) -> bool:
        try:
            await self.grants.account(token, number_of(account))
        except Rejected as error:
            if error.code != FOREIGN_NUMBER:
                raise
            return False
        return True

    async def replace_token(self, connection: ConnectionId, token: str, user: UserId) -> CallFailed | None:
        """Replace the token by another one of the same organization; returns why texts do not come in, if so."""
        await self.units.run(records.changeable, connection)
        known = await self.units.run(known_connections)
        for account in known.accounts:
            if account.connection == connection and not await self._has(token, account.number):
                raise ConnectionRefused(ConnectionRefusal.OTHER_ORGANIZATION, account=account)
        if all(account.connection != connection for account in known.accounts):
            await self.grants.registrations(token)
        stored = await self.units.run(records.replace_token, connection, self.sealer.seal(token), user)
        await self.reload()
        return await self._registered(stored, token)

    async def add_number(
        self, connection: ConnectionId, number: E164, channel: ChannelId, user: UserId
    ) -> CallFailed | None:
        """Add an account number of the same organization; returns why it does not receive texts yet, if so."""
        token = self._token(await self.units.run(records.changeable, connection))
        await self.grants.account(token, number)
        ours = self.grants.profile.account_of(number)
        stored = await self.units.run(records.add_account, connection, ours, channel, user)
        await self.reload()
        return None if stored.webhook_id else await self._registered(stored, token)

    async def change_account(self, changed: Account, user: UserId) -> None:
        """Change the channel or the label of an account number, or make it the main one."""
        if await self.units.run(records.change_account, changed, user):
            await self.reload()

    async def register(self, connection: ConnectionId, user: UserId) -> CallFailed | None:
        """Try once more to register the address of a connection; returns why that failed, if so."""
        found = await self.units.run(records.changeable, connection)
        failed = await self._registered(found, self._token(found))
        if failed is None:
            await self.units.run(records.note_registered_again, connection, user)
        return failed

    async def _registered(self, connection: Connection, token: str) -> CallFailed | None:
        try:
            made = await self.grants.register(token, self._address(connection))
        except CallFailed as error:
            await self.units.run_until_written(note_webhook, connection.id, "")
            return error
        if not await self.units.run_until_written(note_webhook, connection.id, made.id):
            await self.grants.deregister(token, made.id)  # it was disconnected meanwhile
        return None

    async def disconnect(self, connection: ConnectionId, user: UserId) -> bool:
        """End a connection; False where the provider did not let us remove the registration, which stays there."""
        found = await self.units.run(records.changeable, connection)
        is_removed = await self._deregistered(found)
        await self.units.run_until_written(records.drop_connection, connection, user)
        await self.reload()
        return is_removed

    async def _deregistered(self, connection: Connection) -> bool:
        """Remove every registration of our address, also one whose answer was lost. Raises CallFailed."""
        try:
            token = self._token(connection)
            ours = self._address(connection)
            for webhook in await self.grants.registrations(token):
                if webhook.url == ours or webhook.id == connection.webhook_id:
                    await self.grants.deregister(token, webhook.id)
        except WrongKey:
            return False
        except Rejected as error:
            if error.code != TOKEN_REFUSED:
                raise
            return False
        return True

    def _address(self, connection: Connection) -> str:
        return webhook_address(self.base_url, self.grants.profile.webhook_route, connection.path_secret)

    def _token(self, connection: Connection) -> str:
        """Open the token of a connection. Raises WrongKey, also where it was removed with the app."""
        if connection.token is None:
            raise WrongKey("the token was removed")
        return self.sealer.open(connection.token)
