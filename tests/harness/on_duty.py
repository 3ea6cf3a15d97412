"""A store on which several bots stand, as far as their duties go: what one has, another has not until it is left."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from bot.domain.duties import Duty
from bot.ports.storage import Store, Transaction

T = TypeVar("T")


class _AsOneOfThem:
    """A transaction of one bot; all but the duties is the real one."""

    def __init__(self, tx: Transaction, holders: dict[Duty, str], bot: str) -> None:
        self._tx, self._holders, self._bot = tx, holders, bot

    def __getattr__(self, name: str) -> Any:
        return getattr(self._tx, name)

    def has_duty(self, duty: Duty) -> bool:
        """Take it where it is free."""
        return self._holders.setdefault(duty, self._bot) == self._bot

    def end_duty(self, duty: Duty) -> None:
        """Leave it."""
        if self._holders.get(duty) == self._bot:
            del self._holders[duty]


class SharedStore:
    """bot.ports.storage.Store of one bot of several; `holders` is who has which duty, the same for all of them."""

    def __init__(self, store: Store, holders: dict[Duty, str], bot: str) -> None:
        self.pending = store.pending
        self._store, self._holders, self._bot = store, holders, bot

    async def run(self, unit: Callable[[Transaction], T]) -> T:
        """Run one unit of work."""
        as_one: Callable[[Transaction], Any] = lambda tx: _AsOneOfThem(tx, self._holders, self._bot)  # noqa: E731
        return await self._store.run(lambda tx: unit(as_one(tx)))
