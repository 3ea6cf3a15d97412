"""Login of the stand-in, another service of the same vendor, and who a token belongs to.

What a login answers beside the token, and how it refuses, is not documented: the status, the codes and the words of a
refusal are chosen here. How a token is renewed is not public, so there is nothing but another login.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from bot.sandbox.clock import clock
from bot.sandbox.courier.definition import LOGIN, LOGIN_PATH
from bot.sandbox.courier.organization import Organization
from bot.sandbox.courier.validation import Fault, body_faults
from bot.sandbox.http import UNAVAILABLE_PAGE, cut_connection

LONGEST_S = 3600
"""Seconds that a token lives at most, and without a wish."""

SECOND_FACTOR = "493017"


@dataclass(frozen=True)
class User:
    """User who may log in."""

    username: str
    password: str = field(repr=False)


@dataclass(frozen=True)
class Token:
    """Access token that was given out."""

    text: str = field(repr=False)
    ends_at: datetime


class Sessions:
    """Logins of an organisation's users; `tokens` are those that were given out and not killed."""

    def __init__(self, organization: Organization) -> None:
        self.organization = organization
        self.users = [User("bridge@clinic.example", "correct horse")]
        self.tokens: list[Token] = []
        self.refused: list[Fault] = []

    def is_alive(self, header: str) -> bool:
        """Tell whether the header bears a token that is alive."""
        now = self.organization.clock.now()
        return any(header == f"Bearer {token.text}" and token.ends_at > now for token in self.tokens)

    def kill(self) -> None:
        """End every token at once."""
        self.tokens.clear()

    async def login(self, request: web.Request) -> web.Response:
        """Answer POST /identity/v1/login/."""
        started_at, rules = clock.unix_time(), self.organization.rules
        if rules.login_down:
            response = web.Response(status=503, text=UNAVAILABLE_PAGE, content_type="text/html")
        else:
            response = self._answer(_read(await request.text()))
            if rules.takes("drop_logins"):
                response = cut_connection(request)
        status = 0 if response.status == 444 else response.status
        # neither password nor token is kept
        self.organization.note_hop(
            "bot→courier", f"POST {LOGIN_PATH}", started_at=started_at, status=status, pair=(None, None)
        )
        return response

    def _answer(self, body: Any) -> web.Response:
        faults = body_faults(LOGIN, body)
        if faults:
            self.refused += faults
            return refused(400, *(one.as_error() for one in faults))
        user = next((one for one in self.users if one.username == body["username"]), None)
        if user is None or user.password != body["password"]:
            return refused(401, error(401, "InvalidCredentials", "The username or password is incorrect."))
        code = body.get("totp-code")
        if self.organization.rules.wants_second_factor and code != SECOND_FACTOR:
            detail = "A TOTP code is required to log in." if code is None else "The TOTP code is wrong."
            return refused(401, error(401, "TotpRequired", detail, pointer="/totp-code"))
        return web.json_response(self._token(body))

    def _token(self, body: Mapping[str, Any]) -> dict[str, str]:
        left_s = body.get("access-token-expiration-seconds", LONGEST_S)
        token = Token(secrets.token_urlsafe(32), self.organization.clock.now() + timedelta(seconds=left_s))
        self.tokens.append(token)
        return {"access-token": token.text}


def error(status: int, code: str, detail: str, *, pointer: str = "", meta: Any = None) -> dict[str, Any]:
    """Write an error as the API does."""
    return {"code": code, "detail": detail, "meta": meta or {}, "source": {"pointer": pointer}, "status": status}


def refused(status: int, *errors: dict[str, Any], headers: Mapping[str, str] | None = None) -> web.Response:
    """Answer with errors."""
    body = json.dumps({"errors": list(errors)})
    return web.Response(status=status, text=body, content_type="application/vnd.api+json", headers=headers)


def _read(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None
