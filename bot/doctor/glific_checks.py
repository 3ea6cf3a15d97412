"""Checks of the line at Glific: the login, its role, what that Glific knows, its stream, and the phrase of its flows.

Read only. Each says what to do where it fails.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from bot.config import Config, secret
from bot.doctor.check_failed import CheckFailed
from bot.domain.errors import CallFailed
from bot.domain.message import HandOver
from bot.domain.phone import E164
from bot.providers.glific.calls.client import GlificClient
from bot.providers.glific.connection import GlificAccess, GlificConnection, GlificSurroundings
from bot.providers.glific.flows.signature import check_phrase
from bot.time_of_day import utc_now

_NOBODY = E164("+10000000")

_ROLE = (
    "may not see the phones of contacts. In Glific → Staff Management, give the bot's user the role manager, and no "
    "restriction to groups."
)
_SUSPENDED = "Glific has suspended what the organisation sends. Look at its balance and its rate limit in Glific."
_NO_STREAM = (
    "cannot be opened, so the bot would hear of messages only when it looks for them. The way to GLIFIC_API_URL has to "
    "let websockets pass, and Glific has to be of November 2022 or later."
)
_OTHER_PHRASE = (
    "GLIFIC_FLOW_SECRET is not the organisation's signature phrase, so every flow would be refused. Copy it from "
    "Glific → Settings → Organization."
)


class GlificChecks:
    """Checks of the environment's line, each with its name; a check returns a sentence, or raises with one."""

    def __init__(self, config: Config) -> None:
        self._config = config

    def all(self) -> list[tuple[str, Callable[[], Awaitable[str]]]]:
        """List the checks; none where there is no line at Glific."""
        if not self._config.has_glific:
            return []
        checks: list[tuple[str, Callable[[], Awaitable[str]]]] = [
            ("Glific login", self._login),
            ("Glific role", self._role),
            ("Glific version", self._version),
            ("Glific stream", self._stream),
        ]
        return [*checks, ("Glific flows", self._flows)] if self._config.glific_flow_secret is not None else checks

    async def _login(self) -> str:
        async with self._connected() as connection:
            user = await connection.provider.calls.user()
        return f"accepted, organisation {user.organization_name or user.organization_id}"

    async def _role(self) -> str:
        async with self._connected() as connection:
            organization = await connection.provider.calls.organization()
        if organization.is_hidden:
            raise CheckFailed(_ROLE)
        if organization.is_suspended:
            raise CheckFailed(_SUSPENDED)
        return "may see what the bot needs"

    async def _version(self) -> str:
        async with self._connected() as connection:
            await _try_out(connection.provider.calls)
        return "knows all that the bot asks for"

    async def _stream(self) -> str:
        async with self._connected() as connection:
            await connection.provider.calls.user()  # a login that fails is not the stream's fault
            try:
                await connection.stream.try_out()
            except CallFailed as error:
                raise CheckFailed(_NO_STREAM) from error
        return "can be opened"

    async def _flows(self) -> str:
        phrase = secret(self._config.glific_flow_secret)
        try:
            check_phrase(phrase)
        except ValueError as error:
            raise CheckFailed(str(error)) from error
        async with self._connected() as connection:
            organization = await connection.provider.calls.organization()
        if organization.signature_phrase and organization.signature_phrase != phrase:
            raise CheckFailed(_OTHER_PHRASE)
        return "are signed by the organisation's own phrase"

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[GlificConnection]:
        config = self._config
        phone, password = config.glific_phone or "", secret(config.glific_password)
        access = GlificAccess(config.glific_api_url or "", phone, password, E164(phone))
        around = GlificSurroundings(None, _keep, _keep_aside, _ignore, _ignore)
        connection = GlificConnection(access, around)
        await connection.start()
        try:
            yield connection
        finally:
            await connection.close()


async def _try_out(calls: GlificClient) -> None:
    """Ask one of each kind of what an old Glific does not know. Raises CallFailed."""
    await calls.find_contact(_NOBODY)
    await calls.search_contacts("0000000")
    await calls.changed_since(utc_now())
    await calls.templates()


async def _keep(_event: HandOver) -> bool:
    return False


async def _keep_aside(_event_id: str, _row: object) -> bool:
    return False


def _ignore(_what: object) -> None:
    """Say nothing: the check says it."""
