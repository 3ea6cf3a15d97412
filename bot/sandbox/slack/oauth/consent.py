"""Consent page of the stand-in: who installs which app where, allowed or declined by a press.

https://docs.slack.dev/authentication/installing-with-oauth: what comes back to the redirect_uri is code and state, or
error=access_denied and state.
"""

from __future__ import annotations

import hmac
import html
import secrets
from collections.abc import Sequence

from aiohttp import web
from yarl import URL

from bot.sandbox.slack.oauth.grants import Code, Grants

STYLE = """:root{color-scheme:light dark}body{font:15px/1.6 system-ui,sans-serif;max-width:30rem;margin:10vh auto;
padding:0 1rem}ul{padding-left:1.2rem}select,button{font:inherit;padding:.4rem .9rem;margin:.6rem .4rem 0 0}"""
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",  # with none at all the browser would call the form's own Origin null
}


class RefusedRequestError(ValueError):
    """Request for a consent that Slack would show an error for; the text says which."""


class Consent:
    """Consent page, and the same decision by a call."""

    def __init__(self, grants: Grants) -> None:
        self.grants = grants
        self._forms: set[str] = set()

    def approve(
        self, url: str, team_id: str, *, user: str | None = None, scopes: Sequence[str] | None = None, org_wide: bool
    ) -> str:
        """Allow what an authorize URL asks for and return where the browser is sent; `scopes`: fewer than asked for."""
        asked = self._parameters(url)
        wanted = [scope for scope in asked.get("scope", "").replace(" ", ",").split(",") if scope]
        granted = [scope for scope in wanted if scopes is None or scope in scopes]
        by = user or self._installer(team_id)
        code = self.grants.new_code(Code(team_id, by, granted, asked.get("redirect_uri", ""), org_wide))
        return self._back(asked, code=code)

    def decline(self, url: str) -> str:
        """Decline what an authorize URL asks for and return where the browser is sent."""
        return self._back(self._parameters(url), error="access_denied")

    def _parameters(self, url: str) -> dict[str, str]:
        """Read an authorize URL. Raises RefusedRequestError where Slack would not even ask."""
        asked, app = dict(URL(url).query), self.grants.app
        if asked.get("client_id") != app.client_id:
            raise RefusedRequestError("Invalid client_id parameter")
        if not asked.get("scope") and not asked.get("user_scope"):
            raise RefusedRequestError("Invalid permissions requested")
        redirect_uri = asked.get("redirect_uri", "")
        if app.redirect_urls and not any(redirect_uri.startswith(one) for one in app.redirect_urls):
            raise RefusedRequestError("redirect_uri did not match any configured URIs")
        return asked

    def _back(self, asked: dict[str, str], **answer: str) -> str:
        state = {"state": asked["state"]} if "state" in asked else {}
        return str(URL(asked.get("redirect_uri") or self.grants.app.redirect_urls[0]).update_query(answer | state))

    def _installer(self, team_id: str) -> str:
        """Return the first admin of a team, or its first person."""
        people = [one for one in self.grants.slack.users.values() if one.team_id == team_id and not one.is_bot]
        ranked = sorted((one for one in people if not one.deleted), key=lambda one: not (one.is_admin or one.is_owner))
        return ranked[0].id if ranked else ""

    async def show(self, request: web.Request) -> web.Response:
        """GET the page."""
        try:
            asked = self._parameters(str(request.url))
        except RefusedRequestError as error:
            return _page(f"<h1>This app cannot be installed</h1><p>{html.escape(str(error))}</p>", status=400)
        form = secrets.token_urlsafe(18)
        self._forms.add(form)
        return _page(self._question(asked, form))

    def _question(self, asked: dict[str, str], form: str) -> str:
        scopes = "".join(f"<li><code>{html.escape(one)}</code></li>" for one in asked.get("scope", "").split(","))
        chosen = asked.get("team") or self._without_app()
        teams = "".join(
            f'<option value="{html.escape(one.id)}"{" selected" if one.id == chosen else ""}>'
            f"{html.escape(one.name)}</option>"
            for one in self.grants.slack.teams.values()
        )
        return (
            f"<h1>Volt asks for permission</h1><p>In the workspace you choose it may:</p><ul>{scopes}</ul>"
            f'<form method="post"><input type="hidden" name="form" value="{form}">'
            f'<label>Workspace <select name="team">{teams}</select></label><br>'
            '<button name="answer" value="allow">Allow</button>'
            '<button name="answer" value="cancel">Cancel</button></form>'
        )

    def _without_app(self) -> str | None:
        """Return the first team where the app is not installed yet."""
        slack = self.grants.slack
        return next((team_id for team_id in slack.teams if slack.installation_for(team_id) is None), None)

    async def take(self, request: web.Request) -> web.Response:
        """POST the answer: only from a page that was shown, and once."""
        fields = await request.post()
        known = next((one for one in self._forms if hmac.compare_digest(one, str(fields.get("form", "")))), None)
        team_id, url = str(fields.get("team", "")), str(request.url)
        if known is None or team_id not in self.grants.slack.teams:
            return _page("<h1>This page is used up</h1><p>Start again where you came from.</p>", status=403)
        self._forms.discard(known)
        is_allowed = fields.get("answer") == "allow"
        try:
            place = self.approve(url, team_id, org_wide=False) if is_allowed else self.decline(url)
        except RefusedRequestError as error:
            return _page(f"<h1>This app cannot be installed</h1><p>{html.escape(str(error))}</p>", status=400)
        return web.Response(status=303, headers={"Location": place} | HEADERS)


def _page(body: str, status: int = 200) -> web.Response:
    whole = (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Permission</title>'
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style></head><body>{body}</body></html>'
    )
    return web.Response(status=status, text=whole, content_type="text/html", headers=HEADERS)
