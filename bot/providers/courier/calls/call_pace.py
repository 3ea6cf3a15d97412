"""Pace of calls: so many leave in a second, whatever they are for, as Carium does not say how many it takes.

A call waits for its turn. What reads gives way: a text finds a turn free where a read has to wait. Who would wait for
too long is refused, as a certain failure with the time of its turn.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable

from bot.domain.errors import FailureScope, Retryable
from bot.providers.courier.profile import CALLS_PER_S

BURST = 5
"""Calls that may leave at once after a rest."""

FOR_TEXTS = 2
"""Calls of a burst that only texts may use."""

LONGEST_WAIT_S = 5.0
_NOTHING_S = 0.001  # floats are not exact
_BUSY = "The bot makes as many calls to Carium as it may just now."


class CallPace:
    """Pace of one line's calls. `clock` is monotonic, in seconds."""

    def __init__(
        self,
        per_s: float = CALLS_PER_S,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._interval_s = 1.0 / per_s
        self._clock = clock
        self._sleep = sleep
        self._used_until = 0.0  # when all turns that were given are over, one after the other

    async def turn(self, *, is_text: bool) -> None:
        """Wait for a turn. Raises Retryable."""
        wait_s = self.take(is_text=is_text)
        if wait_s > 0:
            await self._sleep(wait_s)

    def take(self, *, is_text: bool) -> float:
        """Take a turn, and return the seconds until it. Raises Retryable."""
        now = self._clock()
        used_until = max(self._used_until, now)
        ahead = BURST if is_text else BURST - FOR_TEXTS
        wait_s = used_until - now - (ahead - 1) * self._interval_s
        if wait_s > LONGEST_WAIT_S + _NOTHING_S:
            raise Retryable("own_limit", _BUSY, retry_after_s=wait_s, scope=FailureScope.RATE_LIMIT)
        self._used_until = used_until + self._interval_s
        return wait_s if wait_s > _NOTHING_S else 0.0
