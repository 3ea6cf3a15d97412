"""Sessions: what a connection has at its provider from one start to the next. Sealed, and gone with the connection.

Units of work only. Nothing is stored for a number that is connected no more: whoever still runs it has to log out.
"""

from bot.domain.phone import E164
from bot.domain.workspaces import Sealed
from bot.ports.storage import Transaction


def session_of(tx: Transaction, account: E164) -> Sealed | None:
    """Read the session of the connection of one of our numbers."""
    connection = tx.connections.of(account)
    return None if connection is None else tx.connections.session(connection.id)


def keep_session(tx: Transaction, account: E164, session: Sealed) -> bool:
    """Store the session of a number's connection; False where the number is connected no more."""
    connection = tx.connections.of(account)
    if connection is None:
        return False
    tx.connections.set_session(connection.id, session)
    return True
