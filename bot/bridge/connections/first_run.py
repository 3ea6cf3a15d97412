"""First run of a workspace: the steps that are left after an install, and the one message that names them.

The message is claimed before it is posted: where a crash cuts that short nobody can tell whether it arrived, and it is
not sent again; App Home shows the same steps.
"""

from dataclasses import dataclass

from bot.bridge.connections.records import Known, is_configured, known_connections
from bot.domain.workspaces import Connection, Installation
from bot.ports.storage import Transaction

WELCOMED = "welcomed"
"""Stored value: which installation was welcomed, by its moment."""


@dataclass(frozen=True)
class FirstSteps:
    """First steps: which are done. `has_texted`: a text went out."""

    is_connected: bool
    has_channel: bool
    has_texted: bool = False

    @property
    def are_done(self) -> bool:
        """Whether none is left."""
        return self.is_connected and self.has_channel and self.has_texted


def first_steps(known: Known) -> FirstSteps:
    """Tell which steps are done; whether a text went out is for the read model to say."""
    live = {connection.id for connection in known.connections if _is_live(connection)}
    is_connected = any(account.connection in live for account in known.accounts)
    return FirstSteps(is_connected, has_channel=any(account.channel for account in known.accounts))


def _is_live(connection: Connection) -> bool:
    """Tell whether texts come by a connection: a line by a login has no address of ours that is to be registered."""
    is_registered = bool(connection.webhook_id) or not connection.path_secret
    return is_configured(connection) or (connection.token is not None and is_registered)


def claim_welcome(tx: Transaction, installation: Installation) -> bool:
    """Claim the welcome of an installation; False where it was claimed before, or nothing is left to do."""
    moment = str(installation.installed_at)
    if tx.settings.value(WELCOMED) == moment or first_steps(known_connections(tx)).is_connected:
        return False
    tx.settings.set_value(WELCOMED, moment)
    return True


def give_welcome_back(tx: Transaction) -> None:
    """Note that the welcome certainly did not arrive, so that it may be sent again."""
    tx.settings.set_value(WELCOMED, "")
