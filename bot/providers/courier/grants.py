"""Grants at Carium: logins and numbers checked, for connections that have no runtime yet.

A grant is the credentials as one text (credentials.py). Each check has a session of its own, for the password may be
typed wrongly, and stores nothing. No password is in what is raised.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from bot.domain.errors import CallFailed, FailureScope, OutcomeUnknown, Rejected, Retryable
from bot.domain.phone import E164
from bot.ports.provider_grants import FOREIGN_NUMBER, LOGIN_REFUSED, TOKEN_REFUSED, CheckedLogin, TypedLogin
from bot.providers.courier.calls.account import (
    FOREIGN_ACCOUNT,
    NO_ACCOUNT,
    NO_NUMBER,
    NO_TEXTS,
    CourierAccount,
    CourierLine,
)
from bot.providers.courier.calls.error_mapping import INVALID_LOGIN, SECOND_FACTOR
from bot.providers.courier.calls.json_api import CourierCalls
from bot.providers.courier.calls.session import CourierSession, Login
from bot.providers.courier.credentials import CourierCredentials, is_own_id, read_credentials
from bot.providers.courier.login_form import FORM, IDS, PASSWORD, USERNAME, no_id
from bot.providers.courier.profile import PROFILE

CHECK_TIMEOUT_S = 8.0

_UNREADABLE = "These are no credentials of Carium's. Fill in the form again."
_NO_ID = "This is no id of Carium's, which has 36 characters. Copy it whole."
_NOT_NOW = "Carium cannot be reached just now. Please try again in a minute."
_BUSY = "Carium is busy just now. Please try again in a minute."

_REJECTIONS = {
    INVALID_LOGIN: (
        LOGIN_REFUSED,
        "Carium does not accept this username or password. Try them in its own pages first.",
    ),
    SECOND_FACTOR: (
        SECOND_FACTOR,
        "Carium wants a second factor for this user, which a bot cannot give. Use a user that logs in without one.",
    ),
    NO_ACCOUNT: (NO_ACCOUNT, "This organization has no such account, or this user may not see it. Check both ids."),
    NO_NUMBER: (NO_NUMBER, "This account has no such number. Check both ids."),
    NO_TEXTS: (NO_TEXTS, "This number cannot send texts. Use the id of another one."),
    FOREIGN_ACCOUNT: (
        FOREIGN_ACCOUNT,
        "Carium says that this belongs to another organization than the user's. Check the three ids.",
    ),
}
"""What a failure means to an admin who types a login, by its code."""

_OF_SETTINGS = {
    **dict.fromkeys((INVALID_LOGIN, SECOND_FACTOR), TOKEN_REFUSED),
    **dict.fromkeys((NO_ACCOUNT, NO_NUMBER, FOREIGN_ACCOUNT), FOREIGN_NUMBER),
}
"""Codes of what is wrong with the settings, whose own words name them, by the code of a failure."""


class CourierGrants:
    """LoginGrants (bot.ports.provider_grants) at Carium, whose API is at `url`.

    `conceal` is told each password that is typed, so that no log shows it.
    """

    profile = PROFILE
    form = FORM

    def __init__(self, url: str, *, conceal: Callable[[str], None] | None = None) -> None:
        self._url, self._conceal = url, conceal

    async def checked(self, typed: TypedLogin) -> CheckedLogin:
        """Log in, and find out which number the ids are for. Raises CallFailed with words for an admin."""
        if self._conceal is not None:
            self._conceal(typed[PASSWORD])
        ids = {name: typed[name].strip().lower() for name in IDS}
        for name, own_id in ids.items():
            if not is_own_id(own_id):
                raise Rejected(no_id(name), _NO_ID)
        own = CourierCredentials(typed[USERNAME].strip(), typed[PASSWORD], **ids)
        line = await self._found(own)
        return CheckedLogin(own.text(), own.number_id, line.number, line.number)

    async def line(self, grant: str) -> CourierLine:
        """Find out which number credentials from the settings are for. Raises CallFailed, whose words name these."""
        try:
            own = read_credentials(grant)
        except ValueError:
            raise Rejected(TOKEN_REFUSED, _UNREADABLE) from None
        if faults := own.faults():
            raise Rejected(TOKEN_REFUSED, " ".join(faults))
        try:
            async with _account(self._url, own) as account:
                return await account.line()
        except CallFailed as error:
            if error.code not in _OF_SETTINGS:
                raise
            failed = Rejected(_OF_SETTINGS[error.code], error.user_message)
        raise failed

    async def alive(self, grant: str) -> None:
        """Check that a stored login is still accepted, and its number still there. Raises CallFailed."""
        await self.number_of(grant)

    async def number_of(self, grant: str) -> E164:
        """Check a stored login, and find out which number it is for. Raises CallFailed with words for an admin."""
        try:
            own = read_credentials(grant)
        except ValueError:
            raise Rejected(LOGIN_REFUSED, _UNREADABLE) from None
        return (await self._found(own)).number

    def tenant(self, grant: str) -> str:
        """Name the line of a stored login, by the id of its number; "" for what cannot be read."""
        try:
            return read_credentials(grant).number_id
        except ValueError:
            return ""

    async def _found(self, own: CourierCredentials) -> CourierLine:
        try:
            async with _account(self._url, own) as account:
                return await account.line()
        except CallFailed as error:
            failed = _reworded(error)
        raise failed


@asynccontextmanager
async def _account(url: str, own: CourierCredentials) -> AsyncIterator[CourierAccount]:
    """Open a session for one check."""
    login = Login(own.username, own.password)
    session = CourierSession(url, login, timeout_s=CHECK_TIMEOUT_S)
    calls = CourierCalls(url, session, timeout_s=CHECK_TIMEOUT_S)
    await session.start()
    await calls.start()
    try:
        yield CourierAccount(calls, own)
    finally:
        await calls.close()
        await session.close()


def _reworded(error: CallFailed) -> CallFailed:
    if error.code in _REJECTIONS:
        return Rejected(*_REJECTIONS[error.code])
    if isinstance(error, OutcomeUnknown) or (isinstance(error, Retryable) and not _is_about_the_address(error)):
        return Retryable(error.code, _BUSY if error.code == "http_429" else _NOT_NOW)
    return error


def _is_about_the_address(error: Retryable) -> bool:
    """Tell whether there is no Carium where the bot calls: whoever runs the bot mends that, and no other try."""
    return error.scope is FailureScope.DESTINATION
