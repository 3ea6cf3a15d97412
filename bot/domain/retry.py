"""When an owed call is tried again.

A table instead of a formula: it can be read, and the last row repeats. The caller stores the moment in the effect's
row, so that a restart does not make us call early.
"""

DELAYS_S = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0, 120.0, 300.0)
"""Seconds before attempt 2, 3, 4, … Five minutes at most: an agent who waits should see a text leave soon after an
outage ends."""

MOST_TRIES = 20
"""What fails so often by itself is set aside; with the table above that is about an hour."""

PAUSES_S = (1.0, 2.0, 4.0, 8.0, 15.0)
"""Seconds a whole place is left alone while nobody is there: short, so that texts leave soon after an outage, and one
call is enough to find out."""

HOLD_S = 10.0
"""How long a place that needs a person (a revoked token, a channel without the bot) is left alone between looks."""


def delay_s(attempts: int, retry_after_s: float | None = None) -> float:
    """Seconds to wait after the given number of attempts (1 or more); never less than the other side asked for."""
    own = DELAYS_S[min(max(attempts, 1), len(DELAYS_S)) - 1]
    return own if retry_after_s is None else max(retry_after_s, 0.1)
