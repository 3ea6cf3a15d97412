"""When something is tried again, and what has to hold before it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.outbox import EntryKind
from bot.domain.retry_policy import (
    BREAKER_PAUSES_S,
    DELAYS_S,
    MAX_TRIES,
    NOT_READY,
    breaker_pause_s,
    delay_s,
    max_tries,
)


@pytest.mark.parametrize(
    ("attempts", "expected"), [(1, 1.0), (2, 2.0), (5, 15.0), (9, 300.0), (10, 300.0), (10_000, 300.0), (0, 1.0)]
)
def test_delays_follow_the_table(attempts: int, expected: float) -> None:
    """The delay after each attempt is its row of the table, and the last row repeats."""
    assert delay_s(attempts) == expected


def test_delays_grow() -> None:
    """No later delay is shorter than an earlier one."""
    assert list(DELAYS_S) == sorted(DELAYS_S)


@given(st.integers(1, 100), st.floats(0, 1e6))
def test_the_other_side_is_never_called_too_early(attempts: int, asked_s: float) -> None:
    """Where the other side asks for a time, that is waited for; never no time at all."""
    assert delay_s(attempts, asked_s) >= max(asked_s, 0.1)


@given(st.integers(), st.none() | st.floats(allow_nan=False))
def test_a_delay_is_always_positive(attempts: int, asked_s: float | None) -> None:
    """Whatever the numbers, the next attempt is not at once."""
    assert delay_s(attempts, asked_s) >= 0.1


@pytest.mark.parametrize(
    ("kind", "code", "expected"),
    [
        (EntryKind.SEND, "x", MAX_TRIES),
        (EntryKind.PREPARE, NOT_READY, 7),
        (EntryKind.FETCH, NOT_READY, 4),
        (EntryKind.UPLOAD, "", 6),
    ],
)
def test_what_texts_wait_behind_is_given_up_sooner(kind: EntryKind, code: str, expected: int) -> None:
    """A call that a line can stand in for, and a file that Slack does not get ready, have fewer tries than a text."""
    assert max_tries(kind, code) == expected


def test_the_pauses_of_an_outage_grow_and_stay_short() -> None:
    """The longer a destination is in trouble the longer it is left alone, a quarter of a minute in the end."""
    assert [breaker_pause_s(times) for times in (1, 2, 3, 4, 5, 6, 1_000)] == [*BREAKER_PAUSES_S, 15.0, 15.0]
