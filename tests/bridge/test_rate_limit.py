"""Token buckets: the pace is used fully and never exceeded."""

from hypothesis import given
from hypothesis import strategies as st

from bot.bridge.rate_limit import BURST, BURST_GRACE_S, RateLimiter
from bot.domain.timestamps import Micros, add_seconds

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
