"""How fast we may call: a token bucket per pace, and no bursts for a minute after the other side said "too many".

Holds arithmetic in memory; what must outlive a restart (Retry-After, the calm after it) is in the store's rows and is
told to the bucket. Source of the figures: https://docs.slack.dev/apis/web-api/rate-limits
"""

from dataclasses import dataclass

from bot.domain.effect import EDIT_PACE, MARK_PACE, PREPARE_PACE, SEND_PACE
from bot.domain.moment import Micros, later

CALM_S = 60.0
"""After a 429 bursts are given up for this long."""

BURST = 5.0
"""Posts above the steady rate that Slack tolerates in practice: a first text and its header should appear at once."""


@dataclass(frozen=True)
class Rate:
    """Calls per second, and how many may go at once after a rest."""

    per_s: float
    burst: float


FIXED = {
    EDIT_PACE: Rate(50 / 60, 50),  # chat.update, tier 3: 50 a minute, bursts tolerated
    MARK_PACE: Rate(50 / 60, 50),  # reactions.add, the same
    SEND_PACE: Rate(50, 16),  # Volt publishes no figure; its 429 is what slows us down
    PREPARE_PACE: Rate(50, 32),  # users.info and the like, tier 4, and cached
}


class Bucket:
    """One pace: gives tokens and says when the next one comes."""

    def __init__(self, rate: Rate, now: Micros) -> None:
        self._rate = rate
        self._tokens = rate.burst
        self._at = now

    def available(self, now: Micros, *, is_calm: bool) -> int:
        """Whole calls that may leave now."""
        top = 1.0 if is_calm else self._rate.burst
        # A clock that was set back must not stop us: time only ever adds tokens.
        passed_s = max(0, now - self._at) / 1_000_000
        self._tokens = min(top, self._tokens + passed_s * self._rate.per_s)
        self._at = now
        return int(self._tokens + 1e-9)

    def spend(self, calls: int) -> None:
        """Note that calls left."""
        self._tokens -= calls

    def next_at(self, now: Micros) -> Micros:
        """Tell when the next whole token is there."""
        missing = max(0.0, 1.0 - self._tokens)
        return later(now, missing / self._rate.per_s)


class Pacer:
    """A bucket for every pace that has been used."""

    def __init__(self, posts_per_s: float) -> None:
        self._posts = Rate(posts_per_s, max(BURST, posts_per_s))
        self._buckets: dict[str, Bucket] = {}

    def bucket(self, pace: str, now: Micros) -> Bucket:
        """Return the bucket of a pace; a new one is full."""
        if pace not in self._buckets:
            self._buckets[pace] = Bucket(FIXED.get(pace, self._posts), now)
        return self._buckets[pace]
