"""Token of a session with Carium, and how it is written down. Pure.

It is a secret: stored sealed only, and shown nowhere. How long it lives is what we asked for: the answer to a login is
documented to bear the token alone.
"""

import json
from dataclasses import dataclass, field

from bot.domain.errors import MalformedPayload
from bot.providers.json_values import read_object, read_text

LIFETIME_S = 3600
"""Seconds that a token lives at most: Carium takes no longer wish."""

RENEW_BEFORE_S = 120.0
"""Seconds before its end from which a token is not used any more: a call takes a while, and clocks differ."""


@dataclass(frozen=True)
class AccessToken:
    """Access token of a login; `ends_at` is the unix time of our own clock at which it ends."""

    text: str = field(repr=False)
    ends_at: float
    login: str = field(default="", repr=False)

    def is_fresh(self, now: float) -> bool:
        """Whether it may be used now; one that would live longer than an hour is from a clock that was set since."""
        return RENEW_BEFORE_S < self.ends_at - now < LIFETIME_S + 1.0

    def written(self) -> str:
        """Write it, which `read_token` reads again."""
        return json.dumps({"access": self.text, "ends_at": self.ends_at, "login": self.login})


def read_token(text: str) -> AccessToken:
    """Read a token that was written down. Raises ValueError."""
    try:
        stored = json.loads(text)
        return AccessToken(str(stored["access"]), float(stored["ends_at"]), str(stored["login"]))
    except (LookupError, TypeError) as fault:
        raise ValueError("this is no token") from fault


def token_from_wire(answer: object, asked_at: float) -> AccessToken:
    """Read the answer to a login that was asked for at a moment. Raises MalformedPayload."""
    text = read_text(read_object(answer).get("access-token")).strip()
    if not text or not text.isascii() or not text.isprintable():
        raise MalformedPayload("no token in the answer")
    return AccessToken(text, asked_at + LIFETIME_S)
