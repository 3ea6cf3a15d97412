"""Erasures in the running bot: of a person whom the command line names, and every night of what is older than wanted.

The bot alone writes its database. All is done in small units of work, so that no text waits; what a kill leaves to do
is taken up at the next start.
"""

import asyncio
import contextlib
from collections.abc import Callable
from datetime import UTC, datetime

import structlog

from bot.bridge.duties import OnDuty, step_on_duty
from bot.bridge.erasure import begin_erasure, go_on_erasing
from bot.bridge.retention import erase_old
from bot.domain.duties import Duty
from bot.domain.erasure import ErasureResult
from bot.domain.errors import NotOnDuty
from bot.domain.timestamps import Micros, add_seconds
from bot.domain.workspaces import FROM_ENVIRONMENT, WHOLE_DATABASE, WorkspaceId
from bot.loops import PeriodicTask
from bot.ports.observer import Observer
from bot.ports.operations import ErasureRequest
from bot.ports.storage import Storage, Transaction
from bot.runtime.courier_store import forget_callbacks

LOOKED_EVERY_S = 1.0
BUSY_PAUSE_S = 0.1
"""Pause while a call about the person is under way."""

DAY_S = 86_400.0
NIGHT_LOOK_S = 600.0
NIGHT_HOURS = range(1, 6)
LAST_NIGHT = "old texts erased"
"""Stored value: when that was done last."""

_log = structlog.get_logger(__name__)


class Erasures:
    """Erasures; runs from start() to close(). `keep_days`: how long texts are kept, 0 for ever."""

    def __init__(self, storage: Storage, clock: Callable[[], Micros], observer: Observer, keep_days: int) -> None:
        self._storage, self._clock, self._keep_days = storage, clock, keep_days
        on_bug = observer.on_bug
        look, look_at_age = (step_on_duty(step, _nothing) for step in (self._look, self._look_at_age))
        self._asked = PeriodicTask("erasures", look, on_bug, after_bug_s=60)
        self._nightly = PeriodicTask("retention", look_at_age, on_bug, after_bug_s=3_600, first_in_s=60)

    async def start(self) -> None:
        """Begin to look."""
        with contextlib.suppress(NotOnDuty):  # another bot does it
            if await self._left_over():
                await self._tidy()
        self._asked.start()
        self._nightly.start()

    async def close(self) -> None:
        """Stop; what is left to do is stored."""
        await self._nightly.stop()
        await self._asked.stop()

    def _store_of(self, workspace: WorkspaceId) -> OnDuty:
        return OnDuty(self._storage.store_of(workspace), Duty.HOUSEKEEPING)

    async def _look(self) -> float:
        asked = await asyncio.to_thread(self._storage.operations.requested_erasure)
        if asked is not None:
            result = await self.erase(asked)
            await asyncio.to_thread(self._storage.operations.answer_erasure, result)
            _log.info("person.erased", texts=result.texts, conversations=result.conversations)
        return LOOKED_EVERY_S

    async def erase(self, request: ErasureRequest) -> ErasureResult:
        """Erase a person from the database, and let the outbox do the rest in Slack."""
        result = ErasureResult()
        for workspace in request.workspaces:
            result = result.plus(await self._begin(workspace, request))
        await self._left_over()
        await self._tidy()
        return result

    async def _begin(self, workspace: WorkspaceId, request: ErasureRequest) -> ErasureResult:
        store = self._store_of(workspace)
        while True:
            begun = await store.run(lambda tx: begin_erasure(tx, request.contact, request.by))
            if begun is not None:
                return begun
            await asyncio.sleep(BUSY_PAUSE_S)

    async def _left_over(self) -> bool:
        """Remove the texts of all conversations that have lost their name; False where there were none."""
        found = False
        for workspace in await self._workspaces():
            while await self._store_of(workspace).run(go_on_erasing):
                found = True
        return found

    async def _tidy(self) -> None:
        store = self._store_of(WHOLE_DATABASE)
        await store.run(lambda tx: tx.erasure.tidy(begins=True))
        while not await store.run(lambda tx: tx.erasure.tidy(begins=False)):
            pass

    async def _workspaces(self) -> list[WorkspaceId]:
        def known(tx: Transaction) -> list[WorkspaceId]:
            return sorted({FROM_ENVIRONMENT, *(one.workspace for one in tx.installations.all())})

        return await self._store_of(WHOLE_DATABASE).run(known)

    # --- what is old

    async def _look_at_age(self) -> float:
        whole, now = self._store_of(WHOLE_DATABASE), self._clock()
        last = int(await whole.run(lambda tx: tx.settings.value(LAST_NIGHT)) or 0)
        hour = datetime.fromtimestamp(now / 1_000_000, UTC).astimezone().hour
        ago_s = (now - last) / 1_000_000
        if ago_s > DAY_S + 6 * 3_600 or (hour in NIGHT_HOURS and ago_s > DAY_S / 2):
            await self.forget_callbacks()
            if self._keep_days > 0:
                await self.erase_old()
            await whole.run(lambda tx: tx.settings.set_value(LAST_NIGHT, str(now)))
        return NIGHT_LOOK_S

    async def forget_callbacks(self) -> None:
        """Remove callbacks that are older than they are to be kept."""
        now, before = self._clock(), self._kept_since() if self._keep_days > 0 else None
        for workspace in await self._workspaces():
            await self._store_of(workspace).run(lambda tx: forget_callbacks(tx, now, before))

    async def erase_old(self) -> int:
        """Erase what is older than it is to be kept; returns how many texts that were."""
        before, texts = self._kept_since(), 0
        for workspace in await self._workspaces():
            store = self._store_of(workspace)
            while erased := await store.run(lambda tx: erase_old(tx, before)):
                texts += erased.texts
        await self._tidy()
        return texts

    def _kept_since(self) -> Micros:
        return add_seconds(self._clock(), -self._keep_days * DAY_S)


def _nothing() -> None:
    """Forget nothing: all that is left to do is stored."""
