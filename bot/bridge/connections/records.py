"""Records of connections and account numbers: what is stored about them, each change with its audit line.

Refuses what somebody else has changed meanwhile, in the same unit of work. Tokens come sealed; none is in the trail.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from enum import Enum

from bot.domain.dedup import DedupScope
from bot.domain.errors import VoltBotError
from bot.domain.ids import ChannelId, UserId
from bot.domain.phone import E164
from bot.domain.workspaces import FROM_ENVIRONMENT, VOLT, Account, Connection, ConnectionId, Sealed
from bot.ports.storage import Transaction


class ConnectionRefusal(Enum):
    """Reason why a connection or an account number is not stored, or not changed."""

    NUMBER_TAKEN = "number"
    CHANGED_MEANWHILE = "meanwhile"
    CONFIGURED = "configured"  # the environment holds it
    GONE = "gone"
    OTHER_ORGANIZATION = "organization"
    LABEL_TAKEN = "label"


class ConnectionRefused(VoltBotError):
    """Refusal of a change; nothing was stored. `account` is the number that it is about, if there is one.

    `author` made what stands in the way.
    """

    def __init__(
        self, reason: ConnectionRefusal, *, author: UserId | None = None, account: Account | None = None
    ) -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.author = author
        self.account = account


@dataclass(frozen=True)
class NewConnection:
    """Connection that an admin asks for. `form` is the id of the form, by which it is made once."""

    number: E164
    channel: ChannelId
    author: UserId
    form: str


@dataclass(frozen=True)
class Known:
    """Connections of a workspace, the first made first, and their account numbers, the main one first."""

    connections: tuple[Connection, ...]
    accounts: tuple[Account, ...]

    def accounts_of(self, connection: Connection) -> list[Account]:
        """List the account numbers of one connection."""
        return [account for account in self.accounts if account.connection == connection.id]

    def account(self, number: str) -> Account | None:
        """Find an account by its number."""
        return next((account for account in self.accounts if account.number == number), None)


def is_configured(connection: Connection) -> bool:
    """Tell whether the environment holds the token of a connection, so that nobody changes it in Slack."""
    return connection.workspace == FROM_ENVIRONMENT and connection.token is None


def known_connections(tx: Transaction) -> Known:
    """Read what a workspace has connected."""
    return Known(tuple(tx.connections.all()), tuple(tx.connections.accounts()))


def changeable(tx: Transaction, connection: ConnectionId) -> Connection:
    """Read a connection that may be changed in Slack. Raises ConnectionRefused."""
    found = tx.connections.get(connection)
    if found is None:
        raise ConnectionRefused(ConnectionRefusal.GONE)
    if is_configured(found):
        raise ConnectionRefused(ConnectionRefusal.CONFIGURED)
    return found


def store_connection(
    tx: Transaction,
    wanted: NewConnection,
    token: Sealed,
    path_secret: str,
    *,
    seen: Collection[ConnectionId],
    same: ConnectionId | None,
) -> Connection:
    """Store a connection with its first account number; a form that comes again stores nothing more.

    `seen` are the connections that were there when the provider was asked, `same` the one of them at the same
    organization: it gets the token and the number. Raises ConnectionRefused where anybody else was faster.
    """
    known = known_connections(tx)
    account = known.account(wanted.number)
    is_first = tx.inbox.first_seen(DedupScope.SLACK_TRIGGER, f"connect {wanted.form}")
    if account is not None and not is_first:
        return changeable(tx, account.connection)
    if newer := [one for one in known.connections if one.id not in seen]:
        raise ConnectionRefused(ConnectionRefusal.CHANGED_MEANWHILE, author=newer[-1].author)
    connection = _connection(tx, wanted, token, path_secret, same)
    _check_free(tx, known, wanted.number, unless=connection if account and connection.token is None else None)
    tx.connections.set_token(connection.id, token)
    tx.connections.set_account(_account(connection, wanted.number, wanted.channel, account))
    tx.installations.note_change(tx.workspace)
    return replace(connection, token=token)


def _connection(
    tx: Transaction, wanted: NewConnection, token: Sealed, path_secret: str, same: ConnectionId | None
) -> Connection:
    if same is not None:
        found = changeable(tx, same)
        tx.audit.add(wanted.author, "connected again", None, f"{found.provider} in {wanted.channel}")
        return found
    tx.audit.add(wanted.author, "connected", None, f"{VOLT} in {wanted.channel}")
    return tx.connections.add(VOLT, token, path_secret, wanted.author)


def _account(connection: Connection, number: E164, channel: ChannelId, before: Account | None) -> Account:
    """Make an account in a channel; what it was called before stays."""
    if before is None:
        return Account(number, connection.id, channel)
    return replace(before, connection=connection.id, channel=channel)


def _check_free(tx: Transaction, known: Known, number: E164, *, unless: Connection | None = None) -> None:
    """Check that a number is not connected. Raises ConnectionRefused."""
    taken = known.account(number)
    if taken is None or (unless is not None and taken.connection == unless.id):
        return
    owner = tx.connections.get(taken.connection)
    author = owner.author if owner is not None else None
    raise ConnectionRefused(ConnectionRefusal.NUMBER_TAKEN, author=author, account=taken)


def replace_token(tx: Transaction, connection: ConnectionId, token: Sealed, user: UserId) -> Connection:
    """Store another token of a connection. Raises ConnectionRefused."""
    found = changeable(tx, connection)
    tx.connections.set_token(connection, token)
    tx.installations.note_change(tx.workspace)
    tx.audit.add(user, "replaced token", None, found.provider)
    return replace(found, token=token)


def add_account(
    tx: Transaction, connection: ConnectionId, number: E164, channel: ChannelId, user: UserId
) -> Connection:
    """Store one more account number of a connection. Raises ConnectionRefused."""
    found = changeable(tx, connection)
    _check_free(tx, known_connections(tx), number)
    tx.connections.set_account(Account(number, connection, channel))
    tx.installations.note_change(tx.workspace)
    tx.audit.add(user, "added number", None, f"{found.provider} in {channel}")
    return found


def change_account(tx: Transaction, changed: Account, user: UserId) -> bool:
    """Store another channel or label of an account, or make it the main one; False where nothing changes.

    Raises ConnectionRefused.
    """
    known = known_connections(tx)
    before = known.account(changed.number)
    if before is None:
        raise ConnectionRefused(ConnectionRefusal.GONE)
    changeable(tx, before.connection)
    changed = replace(changed, connection=before.connection, is_main=changed.is_main or before.is_main)
    if changed == before:
        return False
    label = changed.label.casefold()
    if any(label and other.label.casefold() == label and other.number != changed.number for other in known.accounts):
        raise ConnectionRefused(ConnectionRefusal.LABEL_TAKEN)
    tx.connections.set_account(changed)
    tx.installations.note_change(tx.workspace)
    tx.audit.add(user, "changed number", None, f"in {changed.channel}" + (" main" if changed.is_main else ""))
    return True


def note_webhook(tx: Transaction, connection: ConnectionId, webhook_id: str) -> bool:
    """Note the registration of a connection's webhooks; False where the connection is not there any more."""
    if tx.connections.get(connection) is None:
        return False
    tx.connections.set_webhook(connection, webhook_id)
    return True


def note_registered_again(tx: Transaction, connection: ConnectionId, user: UserId) -> None:
    """Record who had the address of a connection registered again."""
    found = tx.connections.get(connection)
    tx.audit.add(user, "registered webhook", None, found.webhook_id if found else "")


def drop_connection(tx: Transaction, connection: ConnectionId, user: UserId) -> None:
    """Remove a connection with its account numbers; conversations stay. Raises ConnectionRefused."""
    found = changeable(tx, connection)
    tx.connections.remove(connection)
    tx.installations.note_change(tx.workspace)
    tx.audit.add(user, "disconnected", None, found.provider)
