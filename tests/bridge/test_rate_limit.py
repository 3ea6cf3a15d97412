"""Token buckets: the pace is used fully and never exceeded."""

from hypothesis import given
from hypothesis import strategies as st

from bot.bridge.rate_limit import BURST, BURST_GRACE_S, LookupLimiter, RateLimiter
from bot.domain.destination import Destination
from bot.domain.outbox import SEND_LIMIT, send_limit
from bot.domain.provider_profile import CallRate, ProviderLimits
from bot.domain.timestamps import Micros, add_seconds
from bot.providers.volt.client import VoltClient
from tests.send_only.provider import SendOnlyProvider

START = Micros(1_700_000_000_000_000)


def test_burst_then_steady() -> None:
    """A rested channel takes a burst at once, then one post a second, a little later than it might."""
    bucket = RateLimiter(1.0).bucket("post:C1", START, None)
    assert bucket.available(START, without_bursts=False) == BURST
    bucket.spend(int(BURST))
    assert bucket.available(START, without_bursts=False) == 0
    assert bucket.next_at(START) == add_seconds(START, 1.0 + BURST_GRACE_S)
    assert bucket.available(add_seconds(START, 0.05), without_bursts=False) == 0
    assert bucket.available(add_seconds(START, 1.0), without_bursts=False) == 0
    assert bucket.available(add_seconds(START, 1.0 + BURST_GRACE_S), without_bursts=False) == 1


def test_stored_tokens_go_on() -> None:
    """A bucket that is made of what another one left gives what that one would have given."""
    limiter = RateLimiter(1.0)
    bucket = limiter.bucket("post:C1", START, None)
    bucket.spend(bucket.available(START, without_bursts=False))
    for tenths in range(30):
        now = add_seconds(START, tenths / 10)
        again = limiter.bucket("post:C1", now, bucket.tokens)
        assert again.available(now, without_bursts=False) == bucket.available(now, without_bursts=False)


def test_no_burst_while_calm() -> None:
    """After a 429 one post may leave at a time."""
    bucket = RateLimiter(1.0).bucket("post:C1", START, None)
    assert bucket.available(START, without_bursts=True) == 1


def test_clock_set_back_stops_nothing() -> None:
    """A clock that jumps back neither stops the channel nor floods it."""
    bucket = RateLimiter(1.0).bucket("post:C1", START, None)
    bucket.spend(5)
    past = add_seconds(START, -3600)
    assert bucket.available(past, without_bursts=False) == 0
    assert bucket.available(add_seconds(past, 1.0), without_bursts=False) == 1


@given(st.lists(st.tuples(st.floats(0, 5), st.integers(0, 10)), max_size=60), st.sampled_from([0.5, 1.0, 3.0, 20.0]))
def test_never_more_than_rate_and_burst(steps: list[tuple[float, int]], rate: float) -> None:
    """However calls come, no span of time sees more than its share plus one burst."""
    bucket, now, left = RateLimiter(rate).bucket("post:C1", START, None), START, 0
    for wait_s, wanted in steps:
        now = add_seconds(now, wait_s)
        going = min(wanted, bucket.available(now, without_bursts=False))
        bucket.spend(going)
        left += going
        assert left <= max(BURST, rate) + rate * (now - START) / 1_000_000 + 1e-6


def by_code(provider: str) -> ProviderLimits:
    """Give the limits of two providers."""
    return ProviderLimits(sends=CallRate(1, 3)) if provider == "slow" else ProviderLimits()


def test_texts_leave_by_the_limits_of_their_provider() -> None:
    """Texts by each connection have a limit of their own, that of its provider; those of none go by the usual one."""
    limiter = RateLimiter(1.0, by_code)
    for limit, burst in ((send_limit("quick", 1), 16), (send_limit("slow", 2), 3), (SEND_LIMIT, 16)):
        assert limiter.bucket(limit, START, None).available(START, without_bursts=False) == burst


def test_a_provider_in_trouble_opens_its_own_breaker() -> None:
    """Calls by one connection that fail pause its texts, and of no other."""
    limiter, one, other = RateLimiter(1.0, by_code), send_limit("quick", 1), send_limit("quick", 2)
    first = limiter.back_off(other, START)
    assert limiter.back_off(other, add_seconds(START, first)) > first
    assert limiter.back_off(one, add_seconds(START, first)) == first


def test_records_are_looked_up_by_the_limits_of_their_provider() -> None:
    """Look-ups by one connection take nothing from those by another, or in Slack; a pause is its alone."""
    limiter, first, second = LookupLimiter(lambda: START), VoltClient("", ""), SendOnlyProvider("")
    limiter.spend(second)
    assert [limiter.left(record) for record in (first, second, Destination.SLACK)] == [10, 0, 50]
    limiter.hold(first, 60)
    assert [limiter.left(record) for record in (first, VoltClient("", ""), Destination.SLACK)] == [0, 10, 50]
