"""Health of a connection: whether texts come in and go out by it, as the provider says now."""

from enum import Enum

from bot.bridge.connections.records import is_configured
from bot.domain.errors import CallFailed, Rejected, WrongKey
from bot.domain.workspaces import Connection, webhook_address
from bot.ports.provider_grants import TOKEN_REFUSED, ProviderGrants
from bot.ports.sealer import Sealer


class ConnectionHealth(Enum):
    """Health of a connection."""

    RECEIVING = "receiving"
    NOT_RECEIVING = "not receiving"  # its address is not registered
    TOKEN_REFUSED = "token refused"  # noqa: S105 - words about a token
    TOKEN_REMOVED = "token removed"  # noqa: S105 - with the app
    TOKEN_CLOSED = "token closed"  # noqa: S105 - no key opens it
    NOT_KNOWN = "not known"  # the provider does not answer
    CONFIGURED = "configured"  # the environment holds it, and doctor looks at it


def stored_health(connection: Connection) -> ConnectionHealth:
    """Tell what is known of a connection without asking anybody."""
    if is_configured(connection):
        return ConnectionHealth.CONFIGURED
    if connection.token is None:
        return ConnectionHealth.TOKEN_REMOVED
    return ConnectionHealth.RECEIVING if connection.webhook_id else ConnectionHealth.NOT_RECEIVING


async def health_of(connection: Connection, grants: ProviderGrants, sealer: Sealer, base_url: str) -> ConnectionHealth:
    """Ask the provider about a connection."""
    if connection.token is None:
        return stored_health(connection)
    try:
        registered = await grants.registrations(sealer.open(connection.token))
    except WrongKey:
        return ConnectionHealth.TOKEN_CLOSED
    except Rejected as error:
        return ConnectionHealth.TOKEN_REFUSED if error.code == TOKEN_REFUSED else ConnectionHealth.NOT_KNOWN
    except CallFailed:
        return ConnectionHealth.NOT_KNOWN
    ours = webhook_address(base_url, grants.profile.webhook_route, connection.path_secret)
    is_registered = any(webhook.url == ours for webhook in registered)
    return ConnectionHealth.RECEIVING if is_registered else ConnectionHealth.NOT_RECEIVING
