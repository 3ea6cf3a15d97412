"""Handler tasks: each handler runs as a task, awaited within Slack's 3 seconds; a failure becomes a message."""

import asyncio
from collections.abc import Awaitable, Coroutine
from typing import Any, TypeVar

import structlog

from bot.domain.errors import CallFailed, InvalidNumber, RowNotFound, StoreUnavailable
from bot.slack.blocks.kit import MessageBody
from bot.slack.context import UserError
from bot.slack.events.interactions import Interaction
from bot.slack.features.kit import texts

T = TypeVar("T")
_log = structlog.get_logger(__name__)

ACK_BUDGET_S = 2.0
"""Time a handler may take before the answer is "One moment": Slack waits for 3 seconds, the network included."""


class HandlerTasks:
    """Handler tasks under way, kept until they are done."""

    def __init__(self) -> None:
        self._under_way: set[asyncio.Task[Any]] = set()

    def spawn(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Start a task."""
        task = asyncio.create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        return task

    async def close(self) -> None:
        """Cancel the tasks that would have answered later; their work is either stored or was never done."""
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)


async def is_done_in_time(task: asyncio.Task[Any]) -> bool:
    """Wait for a task within the time that Slack allows; it continues afterwards."""
    try:
        async with asyncio.timeout(ACK_BUDGET_S):
            await asyncio.shield(task)
    except TimeoutError:
        return False
    return True


async def safely(interaction: Interaction, work: Awaitable[T]) -> T | MessageBody:
    """Map every failure of a handler to a message for the person who acted."""
    try:
        return await work
    except UserError as mistake:
        return MessageBody(str(mistake), [])
    except (RowNotFound, InvalidNumber, OverflowError):  # what it names is not ours: an id of no row, or of none at all
        return MessageBody(texts.OUT_OF_DATE, [])
    except StoreUnavailable as error:
        return MessageBody(texts.not_now(error), [])
    except CallFailed as error:
        _log.info("slack.call_failed", asked=interaction.name, code=error.code)
        return texts.call_failed_message(error)
    except Exception as error:  # noqa: BLE001 - a bug in one handler: the person is told so, and the log has the reason
        _log.error("slack.handler_failed", asked=interaction.name, exc_info=error)
        return MessageBody(texts.BUG, [])
