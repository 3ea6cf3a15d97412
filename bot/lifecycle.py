"""Lifecycle of components: what was opened last is closed first, and all of it is closed.

Part of the assembly; knows no component by name. Also keeps what is loaded at the start out of garbage collections.
"""

import gc
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Protocol

import structlog

from bot.domain.errors import StoreUnavailable

_log = structlog.get_logger(__name__)


class Component(Protocol):
    """Component that runs from start() to close()."""

    async def start(self) -> None:
        """Begin."""

    async def close(self) -> None:
        """Stop."""


class Lifecycle:
    """Lifecycle of the components that are open, in the order of their start."""

    def __init__(self) -> None:
        self._stack = AsyncExitStack()

    async def start(self, component: Component) -> None:
        """Start a component and have it closed in its turn. Raises what the start raises; then it is not closed."""
        await component.start()
        self.close_later(component.close)

    def close_later(self, close: Callable[[], Awaitable[object]]) -> None:
        """Have something closed in its turn."""
        self._stack.push_async_callback(_closed, close)

    async def close(self) -> None:
        """Close everything that is open; what cannot be closed is logged, and the rest is closed all the same."""
        await self._stack.aclose()


async def _closed(close: Callable[[], Awaitable[object]]) -> None:
    try:
        await close()
    except StoreUnavailable as error:  # what could not be stored is found out at the next start
        _log.warning("close.failed", reason=str(error))
    except Exception as error:  # noqa: BLE001 - the rest must be closed all the same
        _log.error("close.failed", exc_info=error)


def spare_collector() -> None:
    """Exclude what is loaded from garbage collection from now on, and collect less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)  # nearly all that a text allocates is freed without a collection
