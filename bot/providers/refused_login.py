"""Refused login: it is not tried again for a while, for providers count logins, and a person has to act first."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from bot.domain.errors import CallFailed, FailureScope, Retryable

T = TypeVar("T")

REFUSAL_PAUSE_S = 30.0
"""Seconds after a refused login in which it is not tried again."""


class RefusedLogin:
    """What is remembered of the last refusal of one login; `wall` gives unix time."""

    def __init__(self, wall: Callable[[], float]) -> None:
        self._wall = wall
        self._refusal: CallFailed | None = None
        self._until = 0.0

    async def unless_refused(self, log_in: Callable[[], Awaitable[T]]) -> T:
        """Log in, or raise the last refusal again while that is new. Raises CallFailed."""
        if self._refusal is not None and self._wall() < self._until:
            raise self._refusal
        try:
            return await log_in()
        except Retryable as error:
            if error.scope is FailureScope.DESTINATION:
                self._refusal, self._until = error, self._wall() + REFUSAL_PAUSE_S
            raise
