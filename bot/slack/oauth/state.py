"""State of an installation that is under way: sealed, valid for ten minutes, once, in the browser that began it.

It is made without writing anything, so that nobody who only opens the page fills the database; noted once it is used.
Source: https://docs.slack.dev/authentication/installing-with-oauth
"""

import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from slack_sdk.oauth import OAuthStateUtils
from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore

from bot.bridge.unit_of_work import UnitsOfWork
from bot.bridge.workspaces.installations import consume_state, is_state_used
from bot.domain.errors import WrongKey
from bot.domain.timestamps import Micros, add_seconds
from bot.domain.workspaces import Sealed
from bot.ports.sealer import Sealer
from bot.slack.oauth.outcomes import FORGED, NO_STATE, OTHER_BROWSER, STALE, USED, InstallRefused, Outcome

STATE_VALID_S = 600
"""Validity of a state, in seconds; Slack's code lives as long."""

COOKIE = "volt-install"

_SHAPE = re.compile(r"[A-Za-z0-9_=-]{20,500}")
_CONTENT = re.compile(r"state of an installation 1 ([A-Za-z0-9_-]{24}) (\d{1,17})")


class InstallStates(AsyncOAuthStateStore):
    """States of installations. `clock` is the bot's."""

    def __init__(self, sealer: Sealer, units: UnitsOfWork, clock: Callable[[], Micros]) -> None:
        self._sealer, self._units, self._clock = sealer, units, clock

    async def async_issue(self, *_: Any, **__: Any) -> str:
        """Make a new state."""
        return self._sealer.seal(f"state of an installation 1 {secrets.token_urlsafe(18)} {self._clock()}")

    async def async_consume(self, state: str) -> bool:
        """Take a state, once. Raises InstallRefused with what is wrong with it, or StoreUnavailable."""
        nonce = self._read(state)
        if not await self._units.run(consume_state, nonce, self._oldest):
            raise InstallRefused(USED)
        return True

    async def fault(self, state: str) -> Outcome:
        """Say why a state does not count that came without its cookie."""
        if not state:
            return NO_STATE
        try:
            nonce = self._read(state)
        except InstallRefused as refused:
            return refused.outcome
        return USED if await self._units.run(is_state_used, nonce) else OTHER_BROWSER

    @property
    def _oldest(self) -> Micros:
        return add_seconds(self._clock(), -STATE_VALID_S)

    def _read(self, state: str) -> str:
        """Read the random part of a state that is ours and valid."""
        try:
            found = _SHAPE.fullmatch(state) and _CONTENT.fullmatch(self._sealer.open(Sealed(state)))
        except WrongKey:
            found = None
        if not found:
            raise InstallRefused(FORGED)
        if int(found[2]) < self._oldest:
            raise InstallRefused(STALE)
        return found[1]


class StateCookie(OAuthStateUtils):
    """Cookie that binds a state to a browser; Bolt's own has no SameSite, and does not come back over http."""

    def __init__(self, path: str, *, is_https: bool) -> None:
        super().__init__(cookie_name=COOKIE, expiration_seconds=STATE_VALID_S)
        self._marks = f"HttpOnly; SameSite=Lax; Path={path}" + ("; Secure" if is_https else "")

    def build_set_cookie_for_new_state(self, state: str) -> str:
        """Write the header that sets the cookie."""
        return f"{self.cookie_name}={state}; {self._marks}; Max-Age={self.expiration_seconds}"

    def build_set_cookie_for_deletion(self) -> str:
        """Write the header that removes the cookie."""
        return f"{self.cookie_name}=; {self._marks}; Max-Age=0"

    def is_valid_browser(self, state: str | None, request_headers: Mapping[str, str | Sequence[str]]) -> bool:
        """Tell whether the browser bears the cookie of this state."""
        return bool(state) and super().is_valid_browser(state, dict(request_headers))
