"""What one round of catching up may read at one place: so many looks, each in its turn within the pace.

Holds no record and no books; knows only when to stop, and whether it is worth coming back soon.
"""

import asyncio
from dataclasses import dataclass

from bot.bridge.rate_limit import LookupLimiter
from bot.domain.destination import Destination
from bot.domain.errors import CallFailed, FailureScope, Rejected, Retryable
from bot.domain.retry_policy import ROUND_RESUME_S
from bot.ports.observer import Observer

MOST_LOOKS = 200
"""Pages read in one round at most; the next one goes on."""


class RoundIncomplete(Exception):
    """There is more to read than one round may, or the books are not ready for it."""


@dataclass
class ReadBudget:
    """The looks of one round at one place. `is_soon`: something failed that may go well the next time."""

    destination: Destination
    reading: LookupLimiter
    observer: Observer
    left: int = MOST_LOOKS
    is_soon: bool = False

    async def take(self) -> None:
        """Wait until there is time for one more look. Raises Interrupted where the round has had its share."""
        if not self.left:
            raise RoundIncomplete
        self.left -= 1
        while True:
            wait_s = self.reading.wait_s(self.destination)
            if wait_s <= 0:
                break
            await asyncio.sleep(wait_s)
        self.reading.spend(self.destination)

    def failed(self, error: CallFailed) -> None:
        """Note a look that failed. Raises Interrupted where no other would go better now."""
        self.observer.on_unread(self.destination, error)
        if isinstance(error, Retryable) and error.concerns is FailureScope.RATE_LIMIT:
            self.reading.hold(self.destination, error.retry_after_s or ROUND_RESUME_S)
            raise RoundIncomplete from None
        needs_person = isinstance(error, Retryable) and error.concerns is FailureScope.DESTINATION
        self.is_soon = self.is_soon or not (needs_person or isinstance(error, Rejected))
