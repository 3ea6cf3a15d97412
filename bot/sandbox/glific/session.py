"""REST session of the stand-in: login, renewal, logout, and who a token belongs to.

The header is the raw token. A renewal ends both old tokens at once, also where its answer is lost.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from bot.sandbox.clock import clock
from bot.sandbox.glific.clock import text_of
from bot.sandbox.glific.model import User
from bot.sandbox.glific.tenant import Tenant
from bot.sandbox.http import UNAVAILABLE_PAGE, cut_connection

ACCESS_LIFETIME = timedelta(minutes=30)
RENEWAL_LIFETIME = timedelta(days=30)
NO_TENANT_PAGE = "<!DOCTYPE html><html><body><h1>404 Not Found</h1></body></html>"
"""What a host name that belongs to nobody answers is not documented; this is chosen here."""


@dataclass(eq=False)
class Pair:
    """Pair of tokens of one login or renewal; both end together."""

    user: User
    made_at: datetime
    access: str = field(default_factory=lambda: "acc-" + secrets.token_urlsafe(24), repr=False)
    renewal: str = field(default_factory=lambda: "ren-" + secrets.token_urlsafe(24), repr=False)
    has_access: bool = True


class RateLimit:
    """Calls counted by key for a minute of the stand-in's clock, from the first of them."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant
        self._since: dict[str, tuple[datetime, int]] = {}

    def allows(self, key: str, limit: int) -> bool:
        """Count one call, and tell whether it is still within the limit."""
        now = self._tenant.clock.now()
        start, count = self._since.get(key, (now, 0))
        if now - start >= timedelta(minutes=1):
            start, count = now, 0
        self._since[key] = (start, count + 1)
        return count < limit


class Sessions:
    """Sessions of a tenant's users. `pairs` are those that are alive."""

    def __init__(self, tenant: Tenant) -> None:
        self.tenant = tenant
        self.limit = RateLimit(tenant)
        self.pairs: list[Pair] = []

    def user_of(self, token: str | None) -> User | None:
        """Return whose access token this is; None where it is nobody's, or too old."""
        oldest = self.tenant.clock.now() - ACCESS_LIFETIME
        alive = (pair for pair in self.pairs if pair.has_access and pair.made_at > oldest)
        return next((pair.user for pair in alive if pair.access == token), None)

    def end_access(self) -> None:
        """End every access token at once; the renewal tokens live on."""
        for pair in self.pairs:
            pair.has_access = False

    def end(self, user: User | None = None) -> None:
        """End every session, or those of one user, as a change of role or password does."""
        self.pairs = [pair for pair in self.pairs if user is not None and pair.user is not user]

    async def login(self, request: web.Request) -> web.Response:
        """Answer POST /api/v1/session."""
        return await self._answer(request, "login", self._login)

    async def renew(self, request: web.Request) -> web.Response:
        """Answer POST /api/v1/session/renew."""
        return await self._answer(request, "renew", self._renew)

    async def logout(self, request: web.Request) -> web.Response:
        """Answer DELETE /api/v1/session."""
        return await self._answer(request, "logout", self._logout)

    async def _answer(
        self, request: web.Request, label: str, act: Callable[[web.Request, Any], web.Response]
    ) -> web.Response:
        started_at, rules = clock.unix_time(), self.tenant.rules
        body = _read(await request.text())
        response = self._gate()
        if response is None:
            response = act(request, body)
            if label != "logout" and rules.takes("drop_sessions"):
                response = cut_connection(request)
        status = 0 if response.status == 444 else response.status
        # neither password nor token is kept
        self.tenant.note_hop("bot→glific", label, started_at=started_at, status=status, pair=(None, None))
        return response

    def _gate(self) -> web.Response | None:
        if self.tenant.rules.no_tenant:
            return web.Response(status=404, text=NO_TENANT_PAGE, content_type="text/html")
        if self.tenant.rules.session_down:
            return web.Response(status=503, text=UNAVAILABLE_PAGE, content_type="text/html")
        return None

    def _login(self, _request: web.Request, body: Any) -> web.Response:
        user = body.get("user") if isinstance(body, dict) else None
        phone, password = (user.get("phone"), user.get("password")) if isinstance(user, dict) else (None, None)
        if not self.limit.allows(f"login {phone}", self.tenant.rules.logins_a_minute):
            return too_many()
        found = next((one for one in self.tenant.users if (one.phone, one.password) == (phone, password)), None)
        if found is None:
            return _failed(401, "Invalid phone or password")
        if self.tenant.is_closed:
            return _failed(403, "Your account is suspended or paused by your team")  # the words are ours
        more = {"last_login_time": text_of(self.tenant.clock.now()), "is_trial": False, "trial_expiration_date": None}
        return web.json_response({"data": self._pair(found) | more})

    def _renew(self, request: web.Request, _body: Any) -> web.Response:
        token, oldest = request.headers.get("Authorization"), self.tenant.clock.now() - RENEWAL_LIFETIME
        found = next((pair for pair in self.pairs if pair.renewal == token and pair.made_at > oldest), None)
        if found is None:
            return _failed(401, "Invalid token")
        self.pairs.remove(found)
        return web.json_response({"data": self._pair(found.user)})

    def _logout(self, request: web.Request, _body: Any) -> web.Response:
        token = request.headers.get("Authorization")
        self.pairs = [pair for pair in self.pairs if pair.access != token]
        return web.json_response({"data": {}})

    def _pair(self, user: User) -> dict[str, Any]:
        pair = Pair(user, self.tenant.clock.now())
        self.pairs.append(pair)
        ends_at = text_of(pair.made_at + ACCESS_LIFETIME)
        return {"access_token": pair.access, "token_expiry_time": ends_at, "renewal_token": pair.renewal}


def _failed(status: int, message: str) -> web.Response:
    return web.json_response({"error": {"status": status, "message": message}}, status=status)


def not_authenticated() -> web.Response:
    """Return what a call with no token, or a dead one, is answered: `code`, not `status`."""
    return web.json_response({"error": {"code": 401, "message": "Not authenticated"}}, status=401)


def too_many() -> web.Response:
    """Return what is answered above the limit: no JSON, and nothing says for how long."""
    return web.Response(status=429, text="Rate limit exceeded")


def _read(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None
