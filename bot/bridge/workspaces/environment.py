"""The workspace of the environment: its rows are kept in step with SLACK_BOT_TOKEN and its connection at each start.

So all that lists workspaces, connections and accounts finds them, while the secrets stay in the environment: all but
the secret part of the webhooks' address, which is made here where the environment has none.
"""

import secrets
from collections.abc import Collection
from dataclasses import dataclass, field, replace

from bot.domain.ids import ChannelId, UserId
from bot.domain.phone import E164
from bot.domain.workspaces import FROM_ENVIRONMENT, PATH_SECRET_BYTES, Account, Connection, Installation
from bot.ports.storage import Transaction

_UNDER_SECRET = "webhooks come under the path secret"  # noqa: S105 - a name, and no secret


@dataclass(frozen=True)
class WebhookPath:
    """Path at which the webhooks of the environment's connection come: under the secret, its last segment.

    `is_bare_open`: the path without it is answered, too, because a registration of before may still lead there.
    """

    secret: str = field(repr=False)
    is_bare_open: bool


def keep_connection_in_step(
    tx: Transaction, provider: str, account: E164, channel: ChannelId, path_secret: str
) -> WebhookPath:
    """Store the one connection and account that the environment has at a provider; what it had before is removed.

    A connection for which no path secret is configured keeps the one that it has, and gets one where it has none.
    """
    is_configured = bool(path_secret)
    before = _connections_to(tx, provider)
    kept_secret = next((connection.path_secret for connection in before), "")
    path_secret = path_secret or kept_secret or secrets.token_urlsafe(PATH_SECRET_BYTES)
    for connection in before:
        if connection.path_secret != path_secret:
            tx.connections.remove(connection.id)
    found = next(iter(_connections_to(tx, provider)), None)
    kept = found or tx.connections.add(provider, None, path_secret, UserId(""))
    for known in tx.connections.accounts():
        if known.connection == kept.id and known.number != account:
            tx.connections.remove_account(known.number)
    others = (known for known in tx.connections.accounts() if known.connection != kept.id)
    is_main = not any(known.is_main for known in others)
    tx.connections.set_account(Account(account, kept.id, channel, is_main=is_main))
    return WebhookPath(path_secret, not is_configured and tx.settings.value(_UNDER_SECRET) is None)


def keep_line_in_step(tx: Transaction, provider: str, number: E164, channel: ChannelId) -> None:
    """Store the one connection and account that the environment has at a provider without webhooks."""
    found = next((known for known in _connections_to(tx, provider) if known.is_configured), None)
    kept = found or tx.connections.add(provider, None, "", UserId(""))
    for account in tx.connections.accounts():
        if account.connection == kept.id and account.number != number:
            tx.connections.remove_account(account.number)
    tx.connections.set_account(Account(number, kept.id, channel))


def keep_these_only(tx: Transaction, *, providers: Collection[str], main: E164) -> None:
    """Remove the environment's connections to providers that it names no more, and let one number be the main one.

    Connections that people made stay.
    """
    for connection in tx.connections.all():
        if connection.is_configured and connection.provider not in providers:
            tx.connections.remove(connection.id)
    for account in tx.connections.accounts():
        if account.number == main and not account.is_main:
            tx.connections.set_account(replace(account, is_main=True))


def _connections_to(tx: Transaction, provider: str) -> list[Connection]:
    return [connection for connection in tx.connections.all() if connection.provider == provider]


def close_bare_path(tx: Transaction) -> None:
    """Note that the provider calls the address with the secret, so that no other is answered from now on."""
    tx.settings.set_value(_UNDER_SECRET, "1")


def record_identity(tx: Transaction, seen: Installation) -> str:
    """Store who we are in the workspace of the environment; "", or in words for the operator why nothing is stored.

    Threads and people of two workspaces are never the same, and a workspace is served once.
    """
    stored = tx.installations.get(FROM_ENVIRONMENT)
    if stored is not None and stored.team_id not in ("", seen.team_id):
        return (
            f"This database belongs to the workspace {stored.team_id}. Set SLACK_BOT_TOKEN to a token of that one, or "
            "DATABASE_URL to a database of its own."
        )
    known = tx.installations.find(seen.team_id, seen.enterprise_id, is_org_wide=False)
    if known is not None and not known.is_from_environment:
        return (
            f"The workspace {seen.team_id} has installed the app by itself. Remove SLACK_BOT_TOKEN and the settings "
            f"beside it, or remove that installation: volt-bot workspaces forget {seen.team_id}."
        )
    tx.installations.save(replace(seen, workspace=FROM_ENVIRONMENT, installed_at=tx.now))
    return ""
