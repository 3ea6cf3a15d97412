"""Provider rules in a unit of work: a conversation knows its provider by the connection of its account number."""

from bot.domain.outbox import SEND_LIMIT, send_limit
from bot.domain.own_numbers import provider_of
from bot.domain.phone import E164
from bot.domain.provider_profile import UNKNOWN_PROVIDER, ProviderProfile
from bot.domain.workspaces import Connection
from bot.ports.storage import Transaction


def profile_of(tx: Transaction, account: E164) -> ProviderProfile:
    """Return the profile of the provider of one of our numbers.

    Of a number that is connected no more it is the one provider that there is, or an unknown one of several.
    """
    profiles = tx.limits.profiles
    if len(profiles) == 1:
        return next(iter(profiles.values()))
    code = provider_of(account)
    if not code:
        connection = _connection_of(tx, account)
        code = connection.provider if connection is not None else ""
    return profiles.get(code, UNKNOWN_PROVIDER)


def send_limit_of(tx: Transaction, account: E164) -> str:
    """Name the rate limit of texts from one of our numbers: that of all numbers of its connection."""
    connection = _connection_of(tx, account)
    return SEND_LIMIT if connection is None else send_limit(connection.provider, connection.id)


def _connection_of(tx: Transaction, account: E164) -> Connection | None:
    """Return the connection of one of our numbers; that of the environment is for all numbers of its organization."""
    found = tx.connections.of(account)
    return found or next((one for one in tx.connections.all() if _may_serve(tx, one, account)), None)


def _may_serve(tx: Transaction, connection: Connection, account: E164) -> bool:
    profile = tx.limits.profiles.get(connection.provider, UNKNOWN_PROVIDER)
    return connection.is_configured and profile.owns(account)
