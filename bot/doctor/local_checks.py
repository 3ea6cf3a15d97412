"""Checks of what lies on this machine: whether stored secrets open, and who may read the files that hold them."""

import shlex
from collections.abc import Awaitable, Callable
from pathlib import Path

from bot.config import Config
from bot.config_errors import BadConfig
from bot.doctor.check_failed import CheckFailed
from bot.domain.database_address import Engine
from bot.domain.text import counted
from bot.store.key_check import check_secrets
from bot.store.sealing import FernetSealer
from bot.store.storage import open_operations

SETTINGS_FILE = Path(".env")


class LocalChecks:
    """Local checks in order, each with its name; a check returns a sentence, or raises with one."""

    def __init__(self, config: Config) -> None:
        self._keys = config.sealing_keys
        self._operations = open_operations(config.database_url)
        self._is_on_server = config.database_url.engine is Engine.POSTGRES

    def all(self) -> list[tuple[str, Callable[[], Awaitable[str]]]]:
        """List the checks."""
        return [("secrets", self._secrets), ("files", self._files)]

    async def _secrets(self) -> str:
        try:
            count = check_secrets(self._operations, FernetSealer(self._keys) if self._keys else None)
        except BadConfig as bad:
            raise CheckFailed(" ".join(str(bad).split())) from bad
        return f"ENCRYPTION_KEYS opens {counted(count, 'stored secret')}" if count else "none are stored"

    async def _files(self) -> str:
        """Look who may read the settings and the database; the bot narrows the database's files when it starts."""
        found = self._operations.open_to_others()
        if is_open_to_others(SETTINGS_FILE):
            found.insert(0, str(SETTINGS_FILE))
        if found:
            which, them = ", ".join(found), "it" if len(found) == 1 else "them"
            raise CheckFailed(f"{which}: not the owner alone may read {them}. Run: chmod 600 {shlex.join(found)}")
        whose = "the settings are for their" if self._is_on_server else "the settings and the database are for their"
        return f"{whose} owner alone"


def is_open_to_others(file: Path) -> bool:
    """Tell whether group or others may read a file, or write it; not where there is none."""
    return file.exists() and bool(file.stat().st_mode & 0o077)
