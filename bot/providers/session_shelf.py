"""Shelf of a session: where a provider's session lies sealed, with its connection, from one start to the next."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.domain.errors import WrongKey
from bot.domain.workspaces import Sealed
from bot.ports.sealer import Sealer


@dataclass(frozen=True)
class SessionShelf:
    """Place where a session lies sealed from one start to the next.

    `recall` returns what `remember` was given last. `remember` gives False where there is nobody any more who would go
    on with it. Both raise StoreUnavailable.
    """

    sealer: Sealer
    recall: Callable[[], Awaitable[Sealed | None]]
    remember: Callable[[Sealed], Awaitable[bool]]

    async def read(self) -> str | None:
        """Read what lies there; None where nothing does, or it cannot be opened: a login is all it takes then."""
        sealed = await self.recall()
        try:
            return None if sealed is None else self.sealer.open(sealed)
        except WrongKey:
            return None

    async def keep(self, written: str) -> bool:
        """Lay something there, sealed; False as `remember` gives it."""
        return await self.remember(self.sealer.seal(written))
