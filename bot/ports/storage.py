"""TODO."""

import asyncio
from collections.abc import Callable
from typing import Protocol

from bot.ports.messaging import T
from bot.ports.repositories import Transaction


class Store(Protocol):
    """Durable memory. `pending` is set by each unit of work that leaves calls to be made, cleared by who makes them."""

    pending: asyncio.Event

    async def run(self, unit: Callable[[Transaction], T]) -> T:
        """Run one unit of work; returns after it is on the disk.

        Raises what the unit raises (nothing of it is kept) or StoreUnavailable (nothing of it was written).
        """
