"""How fast we may call: a token bucket per pace, and no bursts for a minute after the other side said "too many".

Holds arithmetic in memory; what must outlive a restart (Retry-After, the calm after it) is in the store's rows and is
told to the bucket. Source of the figures: https://docs.slack.dev/apis/web-api/rate-limits
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from bot.domain.destination import Destination
from bot.domain.ids import ChannelId
from bot.domain.outbox import (
    EDIT_LIMIT,
    FETCH_LIMIT,
    MOVE_LIMIT,
    PREPARE_LIMIT,
    REACTION_LIMIT,
    SEND_LIMIT,
    UPLOAD_LIMIT,
    held_queue_of,
)
from bot.domain.retry_policy import BREAKER_THRESHOLD, NO_BURST_AFTER_429_S, breaker_pause_s
from bot.domain.timestamps import Micros, add_seconds

BURST = 5.0
"""Posts above the steady rate that Slack tolerates in practice: a first text and its header should appear at once."""


UNEVEN_S = 0.1
"""After a burst nothing is earned for so long, because the other side may have counted it from later on."""


@dataclass(frozen=True)
class Rate:
    """Calls per second, and how many may go at once after a rest."""

    per_s: float
    burst: float


PROBE_PACE = "probe"
"""The pace of calls that find out whether a channel works again, whatever they are; it stands in no books."""

FIXED = {
    EDIT_LIMIT: Rate(50 / 60, 50),  # chat.update, tier 3: 50 a minute, bursts tolerated
    REACTION_LIMIT: Rate(50 / 60, 50),  # reactions.add, the same
    SEND_LIMIT: Rate(50, 16),  # Volt publishes no figure; its 429 is what slows us down
    PREPARE_LIMIT: Rate(50, 32),  # users.info and the like, tier 4, and cached
    FETCH_LIMIT: Rate(50, 16),  # Volt's pictures; no figure is published
    UPLOAD_LIMIT: Rate(100 / 60, 16),  # the two methods of an upload, tier 4: 100 a minute
    MOVE_LIMIT: Rate(50, 16),  # a change in our own books
    PROBE_PACE: Rate(0.5, 5),  # every other second: of the edits of all channels that leaves some to those that work
}

READS = {
    # conversations.history and .replies, tier 3: 50 a minute each, bursts tolerated
    Destination.SLACK: Rate(50 / 60, 50),
    Destination.PROVIDER: Rate(5, 10),  # no figure is published
}
"""How fast we may look things up."""


class TokenBucket:
    """One pace: gives tokens and says when the next one comes."""

    def __init__(self, rate: Rate, now: Micros) -> None:
        self._rate = rate
        self._tokens = rate.burst
        self._at = now

    def available(self, now: Micros, *, is_calm: bool) -> int:
        """Whole calls that may leave now."""
        top = 1.0 if is_calm else self._rate.burst
        # A clock that was set back must not stop us: time only ever adds tokens.
        if now >= self._at or self._at - now > UNEVEN_S * 1_000_000:
            passed_s = max(0, now - self._at) / 1_000_000
            self._tokens = min(top, self._tokens + passed_s * self._rate.per_s)
            self._at = now
        return int(min(top, self._tokens) + 1e-9)

    def spend(self, calls: int) -> None:
        """Note that calls left."""
        if self._tokens >= self._rate.burst:  # they arrive less evenly than they leave
            self._at = add_seconds(self._at, UNEVEN_S)
        self._tokens -= calls

    def note_late_departure(self, now: Micros) -> None:
        """A call leaves only now: what was earned since it was taken is not there for the next one."""
        self._at = max(self._at, now)

    def next_at(self, now: Micros) -> Micros:
        """Tell when the next whole token is there."""
        missing = max(0.0, 1.0 - self._tokens)
        return add_seconds(max(now, self._at), missing / self._rate.per_s)


@dataclass(frozen=True)
class Pause:
    """How long calls wait because one failed: all of its pace, or those to its channel, of `pace` alone or of any."""

    seconds: float
    channel: ChannelId | None = None
    pace: str = ""


@dataclass
class _CircuitBreaker:
    """How often in a row a place was found in trouble, and until when it is left alone.

    `slow` counts calls without an answer in time, `slow_in` says in which channels.
    """

    times: int
    until: Micros
    slow: int = 0
    slow_in: set[ChannelId] = field(default_factory=set)


class RateLimiter:
    """A bucket for every pace that has been used, and what is known of trouble there."""

    def __init__(self, posts_per_s: float) -> None:
        self._posts = Rate(posts_per_s, max(BURST, posts_per_s))
        self._buckets: dict[str, TokenBucket] = {}
        self._troubles: dict[str, _CircuitBreaker] = {}

    def back_off(self, pace: str, now: Micros) -> float:
        """Nobody is there: say for how many seconds to leave the pace alone. Calls that left together count once."""
        trouble = self._trouble(pace, now)
        if trouble.times == 0 or now >= trouble.until:
            trouble.times += 1
            trouble.until = add_seconds(now, breaker_pause_s(trouble.times))
        return (trouble.until - now) / 1_000_000

    def note_timeout(self, pace: str, now: Micros, channel: ChannelId | None = None) -> Pause | None:
        """A call had no answer in time: after a few in a row the pace is left alone, lest every text ends in doubt.

        Of a pace that channels share only that channel is, unless others had no answer either.
        """
        whole = self._trouble(pace, now)
        whole.slow += 1
        if channel is None or pace not in FIXED:
            return Pause(self.back_off(pace, now)) if whole.slow >= BREAKER_THRESHOLD else None
        whole.slow_in.add(channel)
        if whole.slow >= BREAKER_THRESHOLD and len(whole.slow_in) > 1:
            return Pause(self.back_off(pace, now))
        own = held_queue_of(channel, pace)
        here = self._trouble(own, now)
        here.slow += 1
        return Pause(self.back_off(own, now), channel, pace) if here.slow >= BREAKER_THRESHOLD else None

    def _trouble(self, pace: str, now: Micros) -> _CircuitBreaker:
        return self._troubles.setdefault(pace, _CircuitBreaker(0, now))

    def forget(self) -> None:
        """The clock was set: what was noted by it means nothing now."""
        self._troubles.clear()

    def note_success(self, pace: str, channel: ChannelId | None = None) -> None:
        """Something went right."""
        self._troubles.pop(pace, None)
        if channel is not None:
            self._troubles.pop(held_queue_of(channel, pace), None)

    def bucket(self, pace: str, now: Micros) -> TokenBucket:
        """Return the bucket of a pace; a new one is full."""
        if pace not in self._buckets:
            self._buckets[pace] = TokenBucket(FIXED.get(pace, self._posts), now)
        return self._buckets[pace]


class LookupLimiter:
    """How fast we look things up, at each place: what is in doubt first, what may have been missed with the rest."""

    def __init__(self, clock: Callable[[], Micros]) -> None:
        self._clock = clock
        self._buckets = {destination: TokenBucket(rate, clock()) for destination, rate in READS.items()}
        self._not_before: dict[Destination, Micros] = {}

    def left(self, destination: Destination) -> int:
        """Looks that may be taken now."""
        now = self._clock()
        not_before = self._not_before.get(destination, Micros(0))
        if now < not_before:
            return 0
        return self._buckets[destination].available(now, is_calm=now < add_seconds(not_before, NO_BURST_AFTER_429_S))

    def wait_s(self, destination: Destination) -> float:
        """Seconds until half of the allowance is there: less is kept for what is in doubt."""
        missing = READS[destination].burst / 2 - self.left(destination)
        return max(0.0, missing / READS[destination].per_s)

    def forget(self) -> None:
        """The clock was set: what was noted by it means nothing now."""
        self._not_before.clear()

    def spend(self, destination: Destination) -> None:
        """Note a look."""
        self._buckets[destination].spend(1)

    def hold(self, destination: Destination, seconds: float) -> None:
        """The place asked us to wait: do so, and take no bursts for a while."""
        self._not_before[destination] = add_seconds(self._clock(), seconds)
