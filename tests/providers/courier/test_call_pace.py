"""Pace of calls: five in a second, texts before what only reads, and nobody waits for ever."""

from __future__ import annotations

import pytest

from bot.domain.errors import FailureScope, Retryable
from bot.providers.courier.calls.call_pace import BURST, FOR_TEXTS, LONGEST_WAIT_S, CallPace


class Time:
    """Clock that goes on by waiting."""

    def __init__(self) -> None:
        self.now = 100.0

    async def sleep(self, seconds: float) -> None:
        self.now += seconds

    def pace(self) -> CallPace:
        return CallPace(5.0, lambda: self.now, self.sleep)


async def test_a_burst_leaves_at_once_and_the_rest_at_five_a_second() -> None:
    """After a rest some calls leave at once; then each waits for its fifth of a second."""
    time = Time()
    pace = time.pace()
    for _ in range(BURST):
        await pace.turn(is_text=True)
    assert time.now == 100.0
    for _ in range(25):
        await pace.turn(is_text=True)
    assert time.now == pytest.approx(105.0)


def test_reading_leaves_room_for_texts() -> None:
    """What only reads uses less of a burst, so that a text that comes then leaves at once."""
    pace = Time().pace()
    waits = [pace.take(is_text=False) for _ in range(BURST - FOR_TEXTS + 1)]
    assert waits[:-1] == [0.0] * (BURST - FOR_TEXTS)
    assert waits[-1] == pytest.approx(0.2)
    assert pace.take(is_text=True) == 0.0


def test_who_would_wait_for_long_is_refused_with_the_time() -> None:
    """A call whose turn is far off is a certain failure that says how long to wait, and takes no turn."""
    time = Time()
    pace = time.pace()
    waits = [pace.take(is_text=True) for _ in range(BURST + int(LONGEST_WAIT_S * 5))]
    assert waits[-1] == pytest.approx(LONGEST_WAIT_S)
    with pytest.raises(Retryable) as caught:
        pace.take(is_text=True)
    assert caught.value.scope is FailureScope.RATE_LIMIT
    assert caught.value.retry_after_s is not None
    assert caught.value.retry_after_s > LONGEST_WAIT_S
    time.now += 60
    assert pace.take(is_text=True) == 0.0
