"""Read budget: how many look-ups one round of the backfill may make, each when the rate limit allows it.

Knows no record and no database; only when to stop, and whether it is worth resuming soon.
"""

import asyncio
from dataclasses import dataclass

from bot.bridge.rate_limit import LookedUp, LookupLimiter
from bot.domain.destination import Destination
from bot.domain.errors import CallFailed, FailureScope, Rejected, Retryable
from bot.domain.retry_policy import ROUND_RESUME_S
from bot.ports.messaging import Provider
from bot.ports.observer import Observer

MAX_LOOKUPS = 200
"""Pages read in one round at most; the next round resumes there."""


class RoundIncomplete(Exception):
    """A round that is incomplete: there is more to read than it may, or the inbox is behind."""


@dataclass
class ReadBudget:
    """Budget of one round of one record. `is_soon`: something failed that may go well the next time.

    `destination` is who keeps the record, as logs name it.
    """

    lookup_limiter: LookupLimiter
    observer: Observer
    record: LookedUp = Destination.SLACK
    left: int = MAX_LOOKUPS
    is_soon: bool = False
    destination: Destination = Destination.SLACK

    def turn_to(self, provider: Provider) -> None:
        """Read the record of a connection from now on."""
        self.record, self.destination = provider, Destination(provider.profile.code)

    async def take(self) -> None:
        """Wait until one more look-up may be made. Raises RoundIncomplete where the round has had its share."""
        if not self.left:
            raise RoundIncomplete
        self.left -= 1
        while True:
            wait_s = self.lookup_limiter.wait_s(self.record)
            if wait_s <= 0:
                break
            await asyncio.sleep(wait_s)
        self.lookup_limiter.spend(self.record)

    def failed(self, error: CallFailed) -> None:
        """Record a look-up that failed. Raises RoundIncomplete where no other would go better now."""
        self.observer.on_unread(self.destination, error)
        if isinstance(error, Retryable) and error.scope is FailureScope.RATE_LIMIT:
            self.lookup_limiter.hold(self.record, error.retry_after_s or ROUND_RESUME_S)
            raise RoundIncomplete from None
        needs_person = isinstance(error, Retryable) and error.scope is FailureScope.DESTINATION
        self.is_soon = self.is_soon or not (needs_person or isinstance(error, Rejected))
