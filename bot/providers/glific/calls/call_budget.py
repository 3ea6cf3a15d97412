"""Call budget: how many calls a minute leave, so that Glific's own limit is never met. Pure, but for its clock.

A call above the budget is refused here, as a certain failure with the time of the next one; nothing waits.
"""

import time
from collections import deque
from collections.abc import Callable

from bot.domain.errors import FailureScope, Retryable

CALLS_A_MINUTE = 180
"""Calls that Glific takes from one user in a minute, unless whoever runs it has set another number."""

MARGIN = 10
"""Calls of a minute that we never make: Glific's minute and ours are not the same, and others may use the user."""

FOR_TEXTS = 50
"""Calls of a minute that only sending may use, so that reading never holds up a text."""

MINUTE_S = 60.0
_BUSY = "Glific takes no more calls from the bot in this minute."


class CallBudget:
    """Budget of one user's calls. `clock` is monotonic, in seconds."""

    def __init__(self, calls_a_minute: int = CALLS_A_MINUTE, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = max(calls_a_minute - MARGIN, 1)
        self._clock = clock
        self._made: deque[float] = deque()

    def take(self, *, is_text: bool) -> None:
        """Count one call; one for a text may use the whole minute. Raises Retryable."""
        now = self._clock()
        while self._made and now - self._made[0] >= MINUTE_S:
            self._made.popleft()
        allowed = self._most if is_text else max(self._most - FOR_TEXTS, 1)
        if len(self._made) >= allowed:
            # the call that has to be forgotten before there is room for one more
            oldest = self._made[len(self._made) - allowed]
            wait_s = MINUTE_S - (now - oldest)
            raise Retryable("own_limit", _BUSY, retry_after_s=wait_s, scope=FailureScope.RATE_LIMIT)
        self._made.append(now)
