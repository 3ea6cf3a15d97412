"""Registration window: for a minute the probe that Volt sends to a new address is answered with 200.

While a registration is under way Volt tries the address with a request whose form and signature are not documented.
The window is opened by the program that registers: by the running bot itself, or from another process by a request
that proves knowledge of the Volt token. Until when it is open is stored: whichever bot gets the probe knows it. The
other process has the turn to register from then on, until it says that it has ended, so that no two register at once.
"""

import asyncio
import hashlib
import hmac
import re
from collections.abc import Awaitable, Callable
from typing import Protocol

import structlog

from bot.time_of_day import unix_time

REGISTRATION_HEADER = "X-Volt-Bot-Registration"
ENDED_HEADER = "X-Volt-Bot-Registration-Ended"
"""Stands beside a proof in the request by which the other process ends its turn."""

REGISTRATION_WINDOW_S = 60.0
AFTER_PROBE_S = 5.0
"""How long the window stays open once something has come through it: Volt may ask twice."""

_PROOF = re.compile(r"(\d{1,12}):([0-9a-f]{64})", re.ASCII)
_log = structlog.get_logger()


class Turn(Protocol):
    """Turn to register the bot's address: one process has it at a time, whatever bots there are."""

    async def take(self) -> bool:
        """Take it; False where another process has it. Raises StoreUnavailable."""

    async def end(self) -> None:
        """Leave it to others. Raises StoreUnavailable."""


def registration_proof(secret: str, now: float) -> str:
    """Make the header that opens the window from another process; good for a minute. `now` is unix time."""
    moment = str(int(now))
    return f"{moment}:{_signature(secret, moment)}"


def _signature(secret: str, moment: str) -> str:
    return hmac.new(secret.encode(), moment.encode(), hashlib.sha256).hexdigest()


class RegistrationWindow:
    """Window in which what does not verify is answered with 200, and not acted on.

    `secret` opens it from another process; "" lets none do that. `recall` and `remember` read and store a word, as all
    bots see it. `turn` is taken by who opens it from another process. `clock` gives unix time.
    """

    def __init__(
        self,
        secret: str,
        turn: Turn | None = None,
        *,
        recall: Callable[[], Awaitable[str | None]],
        remember: Callable[[str], Awaitable[None]],
        clock: Callable[[], float] = unix_time,
    ) -> None:
        self._secret, self._turn_to_register = secret, turn
        self._recall, self._remember = recall, remember
        self._clock = clock
        self._turn = asyncio.Lock()
        self._reads = 0
        self._open_until = 0.0

    async def open(self) -> None:
        """Open the window for the next minute. Raises StoreUnavailable."""
        await self._remember(f"{self._clock() + REGISTRATION_WINDOW_S:.3f}")
        _log.info("volt_registration_window_opened", seconds=REGISTRATION_WINDOW_S)

    async def open_for_other(self) -> bool:
        """Open the window for another process, which has the turn then; False where somebody else has it."""
        if self._turn_to_register is not None and not await self._turn_to_register.take():
            return False
        await self.open()
        return True

    async def end_for_other(self) -> None:
        """Take note that the other process has ended. Raises StoreUnavailable."""
        if self._turn_to_register is not None:
            await self._turn_to_register.end()

    async def is_open(self) -> bool:
        """Tell whether a registration is under way. Raises StoreUnavailable.

        Strangers can make us ask. So the store is read once at a time, and what was read is the answer to all who asked
        before that began.
        """
        begun = self._reads
        async with self._turn:
            if self._reads <= begun:
                self._reads += 1
                self._open_until = float(await self._recall() or 0)
        return self._clock() < self._open_until

    async def note_probe(self) -> None:
        """Close the window soon: the probe has come. Raises StoreUnavailable."""
        soon = self._clock() + AFTER_PROBE_S
        if soon < self._open_until:
            await self._remember(f"{soon:.3f}")

    def is_proof(self, header: str) -> bool:
        """Tell whether a header was made by `registration_proof` with our secret, within the last minute."""
        found = _PROOF.fullmatch(header)
        if not self._secret or found is None:
            return False
        moment, signature = found.groups()
        is_fresh = abs(self._clock() - int(moment)) <= REGISTRATION_WINDOW_S
        return hmac.compare_digest(signature, _signature(self._secret, moment)) and is_fresh
