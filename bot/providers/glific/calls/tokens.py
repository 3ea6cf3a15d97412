"""Tokens of a Glific session: the pair that a login or a renewal gives, and how it is written down. Pure.

A pair is a secret as a whole: it is stored sealed only, and shows neither half.
"""

import json
from dataclasses import asdict, dataclass, field
from datetime import datetime

from bot.domain.errors import MalformedPayload
from bot.providers.glific.wire.json_fields import read_moment
from bot.providers.json_values import read_object, read_text

LIFETIME_S = 1800.0
"""Seconds that Glific lets an access token live."""

SHORTEST_S = 120.0
"""Seconds that we try a new token at least: where the clocks differ, its end may seem to be past already."""

RENEW_BEFORE_S = 60.0
"""Seconds before its end from which a token is not used any more: a call takes a while."""


@dataclass(frozen=True)
class TokenPair:
    """Pair of tokens; `ends_at` is the unix time of our own clock at which the access token ends.

    `login` says where and by whom it was made: no other login goes on with it.
    """

    access: str = field(repr=False)
    renewal: str = field(repr=False)
    ends_at: float
    login: str = field(repr=False)

    def is_fresh(self, now: float) -> bool:
        """Whether the access token may be used now."""
        return self.ends_at - now > RENEW_BEFORE_S

    def text(self) -> str:
        """Write the pair, which `read_pair` reads again."""
        return json.dumps(asdict(self))


def read_pair(text: str) -> TokenPair:
    """Read a pair that was written down. Raises ValueError."""
    try:
        stored = json.loads(text)
        access, renewal, login = (str(stored[name]) for name in ("access", "renewal", "login"))
        return TokenPair(access, renewal, float(stored["ends_at"]), login)
    except (LookupError, TypeError) as fault:
        raise ValueError("this is no pair of tokens") from fault


def pair_from_wire(answer: object, now: float, login: str) -> TokenPair:
    """Read the answer to a login or a renewal. Raises MalformedPayload."""
    data = read_object(read_object(answer).get("data"))
    access, renewal = read_text(data.get("access_token")), read_text(data.get("renewal_token"))
    if not access or not renewal:
        raise MalformedPayload("no tokens in the answer")
    return TokenPair(access, renewal, now + _left_s(read_moment(data.get("token_expiry_time")), now), login)


def _left_s(ends_at: datetime | None, now: float) -> float:
    said_s = LIFETIME_S if ends_at is None else ends_at.timestamp() - now
    return min(max(said_s, SHORTEST_S), LIFETIME_S)
