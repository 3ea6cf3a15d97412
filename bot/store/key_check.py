"""Key check: every sealed secret of the database is tried, before anything leaves and by the doctor.

Changes nothing. A secret that does not open would be found only when it is needed, with texts waiting behind it.
"""

from collections.abc import Sequence

from bot.config_errors import BadConfig
from bot.domain.errors import WrongKey
from bot.domain.text import counted
from bot.domain.workspaces import FROM_ENVIRONMENT, StoredSecret
from bot.ports.operations import Operations
from bot.ports.sealer import Sealer

_NAMED = 5
_LONGEST_NAME = 40


def check_secrets(operations: Operations, sealer: Sealer | None) -> int:
    """Try all secrets; returns how many there are. Raises BadConfig where one does not open, and StoreUnavailable.

    `sealer` is None where ENCRYPTION_KEYS is not set.
    """
    secrets = operations.stored_secrets()
    closed = [secret for secret in secrets if sealer is None or not _opens(secret, sealer)]
    if closed and sealer is None:
        are = "is" if len(closed) == 1 else "are"
        raise _bad(
            f"missing, and {counted(len(closed), 'secret')} of {_owners(closed)} {are} stored. Nothing was changed."
            " Set it to what it was before."
        )
    if closed:
        raise _bad(
            f"does not open {counted(len(closed), 'stored secret')} of {_owners(closed)}. Nothing was changed."
            " Put the old key back behind the new one, with a comma between."
        )
    return len(secrets)


def _bad(words: str) -> BadConfig:
    return BadConfig([f"ENCRYPTION_KEYS  {words}"])


def _opens(secret: StoredSecret, sealer: Sealer) -> bool:
    try:
        sealer.open(secret.sealed)
    except WrongKey:
        return False
    return True


def _owners(secrets: Sequence[StoredSecret]) -> str:
    """Name the workspaces, the first few of many."""
    names = sorted({_owner(secret) for secret in secrets})
    named, others = names[:_NAMED], len(names) - _NAMED
    if others > 0:
        named.append(counted(others, "other"))
    return " and ".join([*([", ".join(named[:-1])] if named[1:] else []), named[-1]])


def _owner(secret: StoredSecret) -> str:
    """Name a workspace; its name is its admins' own text, and may not spoil the line."""
    if secret.workspace == FROM_ENVIRONMENT and not secret.name:
        return "the workspace of SLACK_BOT_TOKEN"
    known = secret.name if secret.name.isprintable() else ""
    return known[:_LONGEST_NAME] or secret.team_id or f"workspace {secret.workspace}"
