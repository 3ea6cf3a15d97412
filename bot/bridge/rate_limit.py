"""Rate limits: a token bucket for each limit, a circuit breaker, and the limiter of look-ups.

No bursts for a minute after the other side said "too many". All of this is arithmetic: the tokens, Retry-After and the
time without bursts are rows of the store, read and written by the unit of work that claims. Source of the figures:
https://docs.slack.dev/apis/web-api/rate-limits
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from bot.domain.destination import Destination
from bot.domain.ids import ChannelId
from bot.domain.outbox import (
    CHANNEL_LIMIT,
    EDIT_LIMIT,
    ERASE_LIMIT,
    FETCH_LIMIT,
    MOVE_LIMIT,
    PREPARE_LIMIT,
    REACTION_LIMIT,
    UPLOAD_LIMIT,
    WINDOW_LIMIT,
    Tokens,
    held_queue_of,
    is_send_limit,
    provider_of_limit,
)
from bot.domain.provider_profile import CallRate as Rate
from bot.domain.provider_profile import ProviderLimits
from bot.domain.retry_policy import BREAKER_THRESHOLD, NO_BURST_AFTER_429_S, breaker_pause_s
from bot.domain.timestamps import Micros, add_seconds
from bot.ports.messaging import Provider

BURST = 5.0
"""Posts above the steady rate that Slack tolerates in practice: a first text and its header should appear at once."""


BURST_GRACE_S = 0.1
"""Time after a burst in which nothing is earned, because the other side may have counted it from later on."""


PROBE_LIMIT = "probe"
"""Limit of the probes that find out whether a channel works again; no entry has it."""

FIXED = {
    EDIT_LIMIT: Rate(50 / 60, 50),  # chat.update, tier 3: 50 a minute, bursts tolerated
    REACTION_LIMIT: Rate(50 / 60, 50),  # reactions.add, the same
    PREPARE_LIMIT: Rate(50, 32),  # users.info and the like, tier 4, and cached
    FETCH_LIMIT: Rate(50, 16),  # pictures from phones; no figure is published
    UPLOAD_LIMIT: Rate(100 / 60, 16),  # the two methods of an upload, tier 4: 100 a minute
    ERASE_LIMIT: Rate(1, 1),  # a thread at a time; its calls are chat.delete, tier 3, which says when to wait
    CHANNEL_LIMIT: Rate(20 / 60, 10),  # conversations.create and .unarchive, tier 2: 20 a minute, bursts tolerated
    MOVE_LIMIT: Rate(50, 16),  # a change in our own database
    WINDOW_LIMIT: Rate(50, 16),  # the same
    PROBE_LIMIT: Rate(0.5, 5),  # every other second: of the edits of all channels that leaves some to those that work
}

SLACK_LOOKUPS = Rate(50 / 60, 50)
"""Rate of look-ups in Slack: conversations.history and .replies, tier 3: 50 a minute each, bursts tolerated."""

LookedUp = Destination | Provider
"""Whose record is looked up: Slack's, or that of one connection to a provider, with all its numbers."""

LimitsOf = Callable[[str], ProviderLimits]
"""Limits of a provider by its code."""


def _usual_limits(_provider: str) -> ProviderLimits:
    return ProviderLimits()


class TokenBucket:
    """Token bucket of one limit: gives tokens and says when the next one comes.

    `tokens` are those that are stored; None where none was ever taken, and the bucket is full.
    """

    def __init__(self, rate: Rate, now: Micros, tokens: Tokens | None = None) -> None:
        self._rate = rate
        self._tokens, self._at = tokens or Tokens(rate.burst, now)

    @property
    def tokens(self) -> Tokens:
        """The tokens to store."""
        return Tokens(self._tokens, self._at)

    def available(self, now: Micros, *, without_bursts: bool) -> int:
        """Whole tokens that are there now."""
        top = 1.0 if without_bursts else self._rate.burst
        # A clock that was set back must not stop us: time only ever adds tokens.
        if now >= self._at or self._at - now > BURST_GRACE_S * 1_000_000:
            passed_s = max(0, now - self._at) / 1_000_000
            self._tokens = min(top, self._tokens + passed_s * self._rate.per_s)
            self._at = now
        return int(min(top, self._tokens) + 1e-9)

    def spend(self, calls: int) -> None:
        """Take the tokens of calls that left."""
        if self._tokens >= self._rate.burst:  # they arrive less evenly than they leave
            self._at = add_seconds(self._at, BURST_GRACE_S)
        self._tokens -= calls

    def next_at(self, now: Micros) -> Micros:
        """Return when the next whole token is there."""
        missing = max(0.0, 1.0 - self._tokens)
        return add_seconds(max(now, self._at), missing / self._rate.per_s)


@dataclass(frozen=True)
class Pause:
    """Pause of calls after a failed one: all of its limit, or those to its channel, of `limit_key` alone or of any."""

    seconds: float
    channel: ChannelId | None = None
    limit_key: str = ""


@dataclass
class _CircuitBreaker:
    """Circuit breaker: failures of a destination in a row, and until when no call is made.

    `slow` counts calls without an answer in time, `slow_in` says in which channels.
    """

    times: int
    until: Micros
    slow: int = 0
    slow_in: set[ChannelId] = field(default_factory=set)


class RateLimiter:
    """Rate limiter: the rate of every limit, and a circuit breaker for those that were in trouble.

    `limits_of` gives the limits of a provider by its code.
    """

    def __init__(self, posts_per_s: float, limits_of: LimitsOf = _usual_limits) -> None:
        self._limits_of = limits_of
        self._posts = Rate(posts_per_s, max(BURST, posts_per_s))
        self._troubles: dict[str, _CircuitBreaker] = {}

    def back_off(self, limit_key: str, now: Micros) -> float:
        """Open the breaker of a limit and return for how many seconds. Calls that left together count once."""
        trouble = self._trouble(limit_key, now)
        if trouble.times == 0 or now >= trouble.until:
            trouble.times += 1
            trouble.until = add_seconds(now, breaker_pause_s(trouble.times))
        return (trouble.until - now) / 1_000_000

    def note_timeout(self, limit_key: str, now: Micros, channel: ChannelId | None = None) -> Pause | None:
        """Count a timeout. After a few in a row the breaker opens, so that not every text becomes unknown.

        Of a limit that channels share, only that channel is paused, unless others had no answer either.
        """
        whole = self._trouble(limit_key, now)
        whole.slow += 1
        if channel is None or limit_key not in FIXED:
            return Pause(self.back_off(limit_key, now)) if whole.slow >= BREAKER_THRESHOLD else None
        whole.slow_in.add(channel)
        if whole.slow >= BREAKER_THRESHOLD and len(whole.slow_in) > 1:
            return Pause(self.back_off(limit_key, now))
        own = held_queue_of(channel, limit_key)
        here = self._trouble(own, now)
        here.slow += 1
        return Pause(self.back_off(own, now), channel, limit_key) if here.slow >= BREAKER_THRESHOLD else None

    def _trouble(self, limit_key: str, now: Micros) -> _CircuitBreaker:
        return self._troubles.setdefault(limit_key, _CircuitBreaker(0, now))

    def forget(self) -> None:
        """Forget what was noted by a clock that was set since."""
        self._troubles.clear()

    def note_success(self, limit_key: str, channel: ChannelId | None = None) -> None:
        """Close the breaker: a call succeeded."""
        self._troubles.pop(limit_key, None)
        if channel is not None:
            self._troubles.pop(held_queue_of(channel, limit_key), None)

    def bucket(self, limit_key: str, now: Micros, tokens: Tokens | None) -> TokenBucket:
        """Make the bucket of a limit from its stored tokens; one of which none was ever taken is full."""
        return TokenBucket(self._rate(limit_key), now, tokens)

    def _rate(self, limit_key: str) -> Rate:
        if is_send_limit(limit_key):
            return self._limits_of(provider_of_limit(limit_key)).sends
        return FIXED.get(limit_key, self._posts)


class LookupLimiter:
    """Limiter of look-ups, by whose record it is: unknown outcomes come first, the backfill gets the rest."""

    def __init__(self, clock: Callable[[], Micros]) -> None:
        self._clock = clock
        self._buckets: dict[LookedUp, TokenBucket] = {}
        self._not_before: dict[LookedUp, Micros] = {}

    def left(self, record: LookedUp) -> int:
        """Look-ups that may be made now."""
        now = self._clock()
        not_before = self._not_before.get(record, Micros(0))
        if now < not_before:
            return 0
        return self._bucket(record).available(now, without_bursts=now < add_seconds(not_before, NO_BURST_AFTER_429_S))

    def wait_s(self, record: LookedUp) -> float:
        """Seconds until half of the allowance is there: the other half is kept for unknown outcomes."""
        rate = self._rate(record)
        missing = rate.burst / 2 - self.left(record)
        return max(0.0, missing / rate.per_s)

    def forget(self) -> None:
        """Forget what was noted by a clock that was set since."""
        self._not_before.clear()

    def spend(self, record: LookedUp) -> None:
        """Count a look-up."""
        self._bucket(record).spend(1)

    def hold(self, record: LookedUp, seconds: float) -> None:
        """Pause look-ups as the other side asked, and allow no bursts for a while."""
        self._not_before[record] = add_seconds(self._clock(), seconds)

    def _bucket(self, record: LookedUp) -> TokenBucket:
        if record not in self._buckets:
            self._buckets[record] = TokenBucket(self._rate(record), self._clock())
        return self._buckets[record]

    def _rate(self, record: LookedUp) -> Rate:
        return SLACK_LOOKUPS if isinstance(record, Destination) else record.profile.limits.lookups
