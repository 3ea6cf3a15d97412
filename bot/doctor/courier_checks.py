"""Checks of the line at Carium: the login, whose the number is, where answers come, and whose data it carries.

Read only. Each says what to do where it fails.
"""

from collections.abc import Awaitable, Callable

from bot.config import Config
from bot.config_errors import BadConfig
from bot.doctor.check_failed import CheckFailed, Note
from bot.domain.errors import Rejected
from bot.ports.provider_grants import TOKEN_REFUSED
from bot.providers.courier.calls.account import CourierLine
from bot.providers.courier.credentials import CourierCredentials
from bot.providers.courier.grants import CourierGrants
from bot.providers.courier.profile import CALLBACK_PATH, HEALTH_WARNING
from bot.runtime.courier_line import configured_credentials

_KEYS = "Set ENCRYPTION_KEYS, too: without them no text can be answered any more once the Slack token is another one."


class CourierChecks:
    """Checks of the environment's line, each with its name; a check returns a sentence, or raises with one."""

    def __init__(self, config: Config) -> None:
        self._config = config

    def all(self) -> list[tuple[str, Callable[[], Awaitable[str]]]]:
        """List the checks; none where there is no line at Carium."""
        if not self._config.has_courier:
            return []
        return [
            ("Carium login", self._login),
            ("Carium number", self._number),
            ("Carium answers", self._answers),
            ("Carium data", self._data),
        ]

    async def _login(self) -> str:
        try:
            await self._line()
        except Rejected as error:
            if error.code == TOKEN_REFUSED:
                raise
        return "accepted"

    async def _number(self) -> str:
        return f"is the account's own, …{(await self._line()).number[-4:]}"

    async def _answers(self) -> str:
        self._credentials()
        words = (
            f"come to {self._config.public_url}{CALLBACK_PATH}; whether Carium reaches that shows with the first one."
        )
        return Note(words if self._config.encryption_keys is not None else f"{words} {_KEYS}")

    async def _data(self) -> str:
        return Note(HEALTH_WARNING)

    async def _line(self) -> CourierLine:
        return await CourierGrants(self._config.courier_root).line(self._credentials().text())

    def _credentials(self) -> CourierCredentials:
        try:
            return configured_credentials(self._config)
        except BadConfig as bad:
            raise CheckFailed(" ".join(str(bad).split())) from bad
