"""Store of a connection: what a provider's connection keeps of its own, and the events that it brings.

Part of the assembly. Each method is one unit of work, and raises StoreUnavailable.
"""

from collections.abc import Callable
from functools import partial

from bot.bridge.connections.sessions import keep_session, session_of
from bot.bridge.event_codec import Event
from bot.bridge.inbox.kept_aside import keep_aside
from bot.bridge.inbox.processor import InboxWriter
from bot.bridge.workspaces.environment import close_bare_path
from bot.domain.phone import E164
from bot.domain.workspaces import Sealed
from bot.ports.sealer import Sealer
from bot.ports.storage import Store, Transaction
from bot.providers.courier.channels.book import Change
from bot.providers.session_shelf import SessionShelf


class ConnectionStore:
    """Store of the connections of one workspace; `arrived` is called when something new was stored."""

    def __init__(self, store: Store, sealer: Sealer | None, arrived: Callable[[], None]) -> None:
        self._store, self._sealer, self._arrived = store, sealer, arrived
        self._inbox_writer = InboxWriter(store)

    async def keep(self, event: Event) -> bool:
        """Store an event; False where it is a repeat. Raises StoreUnavailable."""
        is_new = await self._inbox_writer.keep(event)
        if is_new:
            self._arrived()
        return is_new

    async def keep_aside(self, source: str, event_id: str, brought: object) -> bool:
        """Keep what a stream brought and nobody can read; False where it is a repeat. Raises StoreUnavailable."""
        return await self._store.run(partial(keep_aside, source=source, event_id=event_id, brought=brought))

    async def close_bare(self) -> None:
        """Answer at addresses with a secret only, from now on."""
        await self._store.run(close_bare_path)

    def shelf_of(self, account: E164) -> SessionShelf | None:
        """Give the place for the session of a number's connection; None where nothing can be sealed."""

        async def recall() -> Sealed | None:
            return await self._store.run(lambda tx: session_of(tx, account))

        async def remember(session: Sealed) -> bool:
            return await self._store.run(lambda tx: keep_session(tx, account, session))

        return SessionShelf(self._sealer, recall, remember) if self._sealer is not None else None

    async def recall(self, name: str) -> str | None:
        """Return what was remembered last under a name."""
        return await self._store.run(lambda tx: tx.settings.value(name))

    async def remember(self, name: str, value: str) -> None:
        """Remember a value under a name."""
        await self._store.run(lambda tx: tx.settings.set_value(name, value))

    async def alter(self, name: str, change: Change) -> None:
        """Change what is remembered under a name, in one unit of work; a change to None leaves it."""

        def unit(tx: Transaction) -> None:
            changed = change(tx.settings.value(name))
            if changed is not None:
                tx.settings.set_value(name, changed)

        await self._store.run(unit)
