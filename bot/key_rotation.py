"""Rotation of the keys that secrets are stored under, for the command line. No key is shown.

The bot must be stopped: it alone may write its database, and it has to be started with the new key anyway.
"""

from bot.config import Config
from bot.config_errors import BadConfig
from bot.domain.text import counted
from bot.store.key_check import check_secrets
from bot.store.sealing import FernetSealer
from bot.store.storage import open_operations

WHAT_TO_DO = (
    "Set ENCRYPTION_KEYS to it. Where a key stands there already, put this one in front with a comma between, stop the"
    " bot, and run: volt-bot keys rotate. Keep a copy: without it the stored tokens are lost."
)


def rotate(config: Config) -> str:
    """Seal all stored secrets under the newest key; returns words for people. Raises BadConfig or StoreUnavailable."""
    keys = config.sealing_keys
    if not keys:
        raise BadConfig(["ENCRYPTION_KEYS  missing. Make one with: volt-bot keys new"])
    operations, sealer = open_operations(config.database_url), FernetSealer(keys)
    check_secrets(operations, sealer)  # which says whose secret does not open
    sealed = operations.seal_again(sealer)
    done = f"Sealed {counted(sealed, 'secret')} again under the newest key."
    return f"{done if sealed else 'No secret is stored yet.'}\n{_what_may_go(len(keys) - 1)}"


def _what_may_go(older: int) -> str:
    """Say which keys are not needed any more."""
    if not older:
        return (
            "There is no older key. To replace this one, put a new one in front of it (volt-bot keys new) and rotate."
        )
    which, them = ("The second key", "it") if older == 1 else (f"The last {older} keys", "them")
    return (
        f"{which} in ENCRYPTION_KEYS may be removed in a week: until then links in texts may need {them}."
        f" Keep {them} with the backups made before now, which need {them}."
    )
