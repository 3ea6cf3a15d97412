"""Shelf of a session: where a provider's session lies sealed, with its connection, from one start to the next."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

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
