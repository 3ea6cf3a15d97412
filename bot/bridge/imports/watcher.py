"""Import watcher: does what imports wait for, step by step, and keeps their cards current.

Of several bots one does it; after a kill another goes on with what is stored. A failure of one import does not stop the
others, and is tried again.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from bot.bridge.duties import DutyLoop, OnDuty
from bot.bridge.imports.cards import post_card, report
from bot.bridge.imports.jobs import MOST_JOBS, card_of, forget_import
from bot.bridge.imports.reading import Tables, read_file
from bot.bridge.imports.saving import save_some
from bot.bridge.imports.texting import text_some
from bot.domain.duties import Duty
from bot.domain.errors import CallFailed, NotOnDuty, Retryable, StoreUnavailable
from bot.domain.ids import ChannelId
from bot.domain.imports import KEPT_S, UNDER_WAY, ImportJob, ImportState
from bot.domain.thread_content import ImportPost
from bot.domain.timestamps import Micros, add_seconds
from bot.ports.messaging import Providers
from bot.ports.observer import Observer
from bot.ports.storage import Store
from bot.ports.workspace import Workspace

IDLE_S = 3.0
"""Pause between two looks while there is nothing to do."""

PAUSE_S = 0.5
SHOWN_EVERY_S = 3.0
"""Interval at which a card shows how far an import is; a new state is shown at once."""

AFTER_FAILURE_S = 10.0
SETTLED_S = 86_400.0
"""Time for which the outcomes of texts are looked up after an import was made."""


@dataclass
class ImportWatcher:
    """Import watcher of one workspace."""

    store: Store
    providers: Providers
    workspace: Workspace
    home: ChannelId
    tables: Tables
    clock: Callable[[], Micros]
    observer: Observer
    _shown: dict[str, tuple[Micros, ImportPost]] = field(default_factory=dict)
    _again: dict[str, Micros] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._on_duty = OnDuty(self.store, Duty.IMPORTS)

    def loop(self) -> DutyLoop:
        """Give the loop that looks for as long as the bot runs."""
        return DutyLoop("imports", self.step, self.observer, after_failure_s=IDLE_S, forget=self._forget)

    def _forget(self) -> None:
        self._shown.clear()

    async def step(self) -> float:
        """Do what is next; returns the seconds until the next look. Raises NotOnDuty, StoreUnavailable."""
        return PAUSE_S if await self.look() else IDLE_S

    async def look(self) -> int:
        """Do the next step of every import; returns how many have more to do."""
        jobs = await self._on_duty.run(lambda tx: tx.imports.all(MOST_JOBS))
        known = {job.id for job in jobs}
        self._shown = {job_id: shown for job_id, shown in self._shown.items() if job_id in known}
        self._again = {job_id: at for job_id, at in self._again.items() if job_id in known}
        for job in jobs:
            if self._again.get(job.id, 0) > self.clock():
                continue
            try:
                await self._go_on(job)
            except CallFailed as failed:
                wait_s = (failed.retry_after_s if isinstance(failed, Retryable) else None) or AFTER_FAILURE_S
                self._again[job.id] = add_seconds(self.clock(), wait_s)
            except (NotOnDuty, StoreUnavailable):
                raise
            except Exception as error:  # noqa: BLE001 - a bug about one import must not stop the others
                self.observer.on_bug(error)
                self._again[job.id] = add_seconds(self.clock(), AFTER_FAILURE_S)
        return sum(job.state in UNDER_WAY or job.ts is None for job in jobs)

    async def _go_on(self, job: ImportJob) -> None:
        if job.state not in UNDER_WAY and add_seconds(job.made_at, KEPT_S) < self.clock():
            while await self._on_duty.run(lambda tx: forget_import(tx, job.id)):
                pass
            return
        await self._show(job)
        match job.state:
            case ImportState.READING:
                await read_file(self._on_duty, self.workspace, self.tables, job)
            case ImportState.SAVING:
                await save_some(self._on_duty, self.providers, job)
            case ImportState.REPORTING if job.ts is not None:
                await report(self._on_duty, self.workspace, self.tables, job, job.ts)
            case ImportState.TEXTING:
                await self._on_duty.run(lambda tx: text_some(tx, job.id, self.home))
            case _:
                return
        await self._show(job)

    async def _show(self, job: ImportJob) -> None:
        """Show what changed on the card: a new state at once, how far it is now and then."""
        at, before = self._shown.get(job.id, (Micros(0), None))
        is_settled = job.state not in UNDER_WAY and add_seconds(job.made_at, SETTLED_S) < self.clock()
        if before is not None and (is_settled or add_seconds(at, SHOWN_EVERY_S) > self.clock()):
            now = await self._on_duty.run(lambda tx: tx.imports.get(job.id))
            if now is None or now.state is before.job.state:
                return
        post = await self._on_duty.run(lambda tx: card_of(tx, job.id))
        if post is None or post == before:
            return
        if post.job.ts is None:
            await post_card(self._on_duty, self.workspace, post, home=self.home)
        else:
            with await self._on_duty.check():
                await self.workspace.edit(post.job.channel, post.job.ts, post)
        self._shown[job.id] = self.clock(), post
