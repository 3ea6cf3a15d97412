"""Grants of the app: codes that are exchanged once, tokens and how each of them ended, and refresh tokens.

https://docs.slack.dev/authentication/installing-with-oauth, https://docs.slack.dev/authentication/using-token-rotation.
Assumed, since Slack does not document it: an app that is installed again keeps its bot, and its token where that still
works; scopes add up until the app is uninstalled.
"""

from __future__ import annotations

import math
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.clock import clock
from bot.sandbox.slack.args import ApiError
from bot.sandbox.slack.state.membership import Membership
from bot.sandbox.slack.state.model import User
from bot.sandbox.slack.state.teams import Installation, Team

CODE_LIFETIME_S = 600
MAX_LIVE_TOKENS = 2


@dataclass
class AppSettings:
    """Settings of the app at Slack; without redirect URLs every address is taken."""

    client_id: str = "111.222"
    client_secret: str = "client-secret-of-the-sandbox"
    redirect_urls: list[str] = field(default_factory=list)
    rotates: bool = False  # token rotation
    expires_in: int = 43_200


@dataclass
class Code:
    """Code that a consent gave; `scopes` were granted, perhaps fewer than asked for."""

    team_id: str
    user: str
    scopes: list[str]
    redirect_uri: str
    is_org_wide: bool
    made_at: float = field(default_factory=clock.unix_time)
    is_used: bool = False


class Grants:
    """Grants of the app in the teams of a stand-in."""

    def __init__(self, slack: Membership) -> None:
        self.slack = slack
        self.app = AppSettings()
        self.codes: dict[str, Code] = {}
        self.ended: dict[str, str] = {}  # by token: the code of the error it is answered with
        self._former: dict[str, Installation] = {}  # by token: older tokens that still work
        self._expires_at: dict[str, float] = {}
        self._refresh: dict[str, Installation] = {}
        self._uninstalled: dict[str, Installation] = {}  # by team: who the bot was

    def caller(self, token: str) -> Installation:
        """Return the installation a token is of; raise ApiError with the reason where it works no more."""
        if token in self.ended:
            raise ApiError(self.ended[token])
        known = {one.token: one for one in self.slack.installations}
        found = known.get(token) or self._former.get(token)
        if found is None:
            raise ApiError("invalid_auth")
        if self._expires_at.get(token, math.inf) < clock.unix_time():
            raise ApiError("token_expired")
        return found

    def new_code(self, code: Code) -> str:
        """Return a code for a consent."""
        text = f"{secrets.randbelow(10**12)}.{secrets.token_hex(12)}"
        self.codes[text] = code
        return text

    def exchange(self, text: str, redirect_uri: str) -> dict[str, Any]:
        """Exchange a code for a grant."""
        code = self.codes.get(text)
        if code is None or clock.unix_time() - code.made_at > CODE_LIFETIME_S:
            raise ApiError("invalid_code")
        if code.is_used:
            raise ApiError("code_already_used")
        if redirect_uri != code.redirect_uri:
            raise ApiError("bad_redirect_uri")
        code.is_used = True
        installed = self.install(code.team_id, code.scopes, org_wide=code.is_org_wide)
        return self.answer(installed) | {"authed_user": {"id": code.user}}

    def install(self, team_id: str, scopes: Sequence[str], *, org_wide: bool) -> Installation:
        """Install the app in a team, or in every team of its organization; installed already, it may do more after."""
        teams = self._teams_of(team_id, org_wide=org_wide)
        places = (one for one in self.slack.installations if one.is_org_wide == org_wide)
        known = next((one for one in places if one.team is teams[0]), None) or self._begin(teams, org_wide=org_wide)
        if self.app.rotates or known.token in self.ended or not known.token:
            self._replace_token(known)
        known.scopes += [scope for scope in scopes if scope not in known.scopes]
        self._note_expiry(known)
        self.slack.tell("installation", known)
        return known

    def _begin(self, teams: list[Team], *, org_wide: bool) -> Installation:
        made = self._uninstalled.pop(self._key(teams[0], org_wide=org_wide), None) or self._bot_of(teams)
        made.teams, made.is_org_wide, made.scopes, made.token = teams, org_wide, [], ""
        self.slack.installations.append(made)
        self.slack.users[made.bot_user_id].deleted = False
        return made

    def _teams_of(self, team_id: str, *, org_wide: bool) -> list[Team]:
        team = self.slack.teams[team_id]
        if not org_wide:
            return [team]
        return [one for one in self.slack.teams.values() if one.enterprise_id == team.enterprise_id]

    def _key(self, team: Team, *, org_wide: bool) -> str:
        return str(team.enterprise_id) if org_wide else team.id

    def _bot_of(self, teams: Sequence[Team]) -> Installation:
        """Return a bot for an installation: the one kept for the first team, or a new one."""
        if teams[0] is self.slack.first.team and self.slack.first not in self.slack.installations:
            return self.slack.first
        tail = f"{len(self.slack.users)}{teams[0].id[1:]}"
        bot = User(f"U0BOT{tail}", "Volt", is_bot=True, team_id=teams[0].id, bot_id=f"B0BOT{tail}")
        self.slack.users[bot.id] = bot
        return Installation(list(teams), bot.id, f"B0BOT{tail}", "")

    def answer(self, installed: Installation) -> dict[str, Any]:
        """Return what oauth.v2.access says of a grant; it names no team where it is for an organization."""
        team = None if installed.is_org_wide else {"id": installed.team.id, "name": installed.team.name}
        owner = installed.team.enterprise_id
        shape: dict[str, Any] = {"access_token": installed.token, "token_type": "bot", "app_id": self.slack.app_id}
        shape |= {"scope": ",".join(installed.scopes), "bot_user_id": installed.bot_user_id, "team": team}
        shape |= {"enterprise": {"id": owner, "name": "Organization"} if owner else None}
        shape |= {"is_enterprise_install": installed.is_org_wide}
        if not self.app.rotates:
            return shape
        refresh = f"xoxe-1-{secrets.token_hex(16)}"
        self._refresh[refresh] = installed
        return shape | {"refresh_token": refresh, "expires_in": self.app.expires_in}

    def refresh(self, refresh_token: str) -> dict[str, Any]:
        """Give a new token for a refresh token, which works once; the older access token lives until it expires."""
        installed = self._refresh.pop(refresh_token, None)
        if installed is None or installed not in self.slack.installations:
            raise ApiError("invalid_refresh_token")
        self._replace_token(installed)
        self._note_expiry(installed)
        return self.answer(installed)

    def _replace_token(self, installed: Installation) -> None:
        if installed.token and installed.token not in self.ended:
            self._former[installed.token] = installed
        installed.token = new_token(rotates=self.app.rotates)
        mine = [token for token, one in self._former.items() if one is installed]
        for token in mine[: 1 - MAX_LIVE_TOKENS] if len(mine) >= MAX_LIVE_TOKENS else []:
            self.end_token(token, "token_revoked")

    def _note_expiry(self, installed: Installation) -> None:
        if self.app.rotates:
            self._expires_at[installed.token] = clock.unix_time() + self.app.expires_in

    def expire(self, token: str) -> None:
        """Let a token be past its time now."""
        self._expires_at[token] = 0.0

    def end_token(self, token: str, error: str) -> None:
        """Answer every call with a token by an error from now on."""
        self.ended[token] = error
        self._former.pop(token, None)

    def end(self, installed: Installation, error: str = "account_inactive") -> None:
        """End an installation with all its tokens; who its bot was is remembered for another time."""
        for token in [installed.token, *(token for token, one in self._former.items() if one is installed)]:
            self.end_token(token, error)
        self._refresh = {token: one for token, one in self._refresh.items() if one is not installed}
        self.slack.installations.remove(installed)
        self.slack.users[installed.bot_user_id].deleted = True
        self._uninstalled[self._key(installed.team, org_wide=installed.is_org_wide)] = installed
        self.slack.tell("installation", installed)


def new_token(*, rotates: bool) -> str:
    """Return a bot token that was never used."""
    return f"{'xoxe.' if rotates else ''}xoxb-{secrets.token_hex(16)}"
