"""Life of an installation as people decide it: approved, declined, uninstalled, tokens revoked; with Slack's events.

Shapes of the two events: as recorded by Slack's libraries; they name no authorizations, and one of an org-wide
installation no team. They come in either order (https://docs.slack.dev/reference/events/app_uninstalled).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.sandbox.clock import clock
from bot.sandbox.slack.oauth.consent import Consent
from bot.sandbox.slack.oauth.grants import AppSettings, Grants
from bot.sandbox.slack.state.teams import SCOPES, Installation
from bot.sandbox.slack.state.wire import envelope
from bot.sandbox.slack.state.workspace import Workspace

ENDINGS = ("app_uninstalled", "tokens_revoked")


class InstallActions(Workspace):
    """Actions of admins on the app, over a workspace that can deliver events."""

    oauth: Grants
    consent: Consent

    async def _carry_event(self, whole: dict[str, Any]) -> int:
        raise NotImplementedError

    @property
    def app(self) -> AppSettings:
        """Settings of the app: client id and secret, redirect URLs, token rotation."""
        return self.oauth.app

    def approve(
        self,
        url: str,
        team_id: str | None = None,
        *,
        user: str | None = None,
        scopes: Sequence[str] | None = None,
        org_wide: bool = False,
    ) -> str:
        """Allow what an authorize URL asks for and return where the browser is sent; `scopes`: fewer than asked for."""
        return self.consent.approve(url, team_id or self.team_id, user=user, scopes=scopes, org_wide=org_wide)

    def decline(self, url: str) -> str:
        """Decline what an authorize URL asks for and return where the browser is sent."""
        return self.consent.decline(url)

    def install(self, team_id: str, *, scopes: Sequence[str] = SCOPES, org_wide: bool = False) -> Installation:
        """Install the app in a team without a browser, as though its consent had been exchanged already."""
        return self.oauth.install(team_id, list(scopes), org_wide=org_wide)

    async def uninstall(
        self, team_id: str | None = None, *, order: Sequence[str] = ENDINGS, told: bool = True
    ) -> list[dict[str, Any]]:
        """Uninstall the app from a team: its tokens are account_inactive at once, and the events follow in order.

        Returns the events' bodies; `told` False keeps them back, for a test to `deliver` later.
        """
        ended = self._installed(team_id)
        self.oauth.end(ended)
        return await self._tell_end(ended, order, told=told)

    async def revoke_tokens(self, team_id: str | None = None, *, told: bool = True) -> list[dict[str, Any]]:
        """Revoke the bot token of a team, as Slack does with a leaked one: token_revoked, and the event for it."""
        ended = self._installed(team_id)
        self.oauth.end_token(ended.token, "token_revoked")
        return await self._tell_end(ended, ["tokens_revoked"], told=told)

    def expire_token(self, team_id: str | None = None) -> None:
        """Let the token of a team be past its time: token_expired until it is refreshed."""
        self.oauth.expire(self._installed(team_id).token)

    def _installed(self, team_id: str | None) -> Installation:
        found = self.installation_for(team_id or self.team_id)
        if found is None:
            raise LookupError(f"the app is not installed in {team_id or self.team_id}")
        return found

    async def _tell_end(self, ended: Installation, order: Sequence[str], *, told: bool) -> list[dict[str, Any]]:
        bodies = [ending(ended, kind) for kind in order if kind in self.subscribed]
        for body in bodies if told else ():
            await self._carry_event(body)
        return bodies


def ending(ended: Installation, kind: str) -> dict[str, Any]:
    """Return the body of app_uninstalled or tokens_revoked; the latter lists ids of users, not tokens."""
    event: dict[str, Any] = {"type": kind}
    if kind == "tokens_revoked":
        event["tokens"] = {"oauth": [], "bot": [ended.bot_user_id]}
    whole = envelope(event, ended) | {"event_time": int(clock.unix_time())}
    missing = {"authorizations", "context_team_id", "context_enterprise_id", "is_ext_shared_channel"}
    missing |= {"team_id"} if ended.is_org_wide else set()
    owner = {"enterprise_id": ended.team.enterprise_id} if ended.team.enterprise_id else {}
    return {key: value for key, value in whole.items() if key not in missing} | owner
