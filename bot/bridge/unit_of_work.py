"""Units of work of the bridge: the one way in which handlers read and write what is stored."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Concatenate, ParamSpec, TypeVar

from bot.bridge.duties import OnDuty
from bot.domain.duties import Duty
from bot.domain.errors import StoreUnavailable
from bot.ports.storage import Store, Transaction

P = ParamSpec("P")
T = TypeVar("T")

UnitOfWork = Callable[[Transaction], T]
"""Unit of work: a function that gets one transaction; all that it writes is stored, or nothing."""


@dataclass(frozen=True)
class UnitsOfWork:
    """Units of work, run by name with their arguments, so that none is written where it is called."""

    store: Store

    def on_duty(self, duty: Duty) -> "UnitsOfWork":
        """Give units of work that are run while a duty is ours. They raise NotOnDuty where it is not."""
        return UnitsOfWork(OnDuty(self.store, duty))

    async def check_duty(self, duty: Duty) -> AbstractContextManager[None]:
        """Check that a duty is ours; see OnDuty.check. Raises NotOnDuty."""
        return await OnDuty(self.store, duty).check()

    async def run(self, unit: Callable[Concatenate[Transaction, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run one unit of work. Raises what it raises, or StoreUnavailable."""
        return await self.store.run(lambda tx: unit(tx, *args, **kwargs))

    async def run_until_written(
        self, unit: Callable[Concatenate[Transaction, P], T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run one unit of work, however long the disk is full. Raises what it raises."""
        return await store_until_written(self.store, lambda tx: unit(tx, *args, **kwargs))


async def store_until_written(store: Store, unit: UnitOfWork[T]) -> T:
    """Record the result of a call, however long the disk is full: it is known only here."""
    while True:
        try:
            return await store.run(unit)
        except StoreUnavailable as error:
            await asyncio.sleep(error.retry_after_s)
