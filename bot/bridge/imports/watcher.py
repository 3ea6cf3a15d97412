"""Import watcher: does what imports wait for, step by step, and keeps their cards current.

Of several bots one does it; after a kill another goes on with what is stored. A failure of one import does not stop the
others, and is tried again.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from bot.bridge.duties import DutyLoop, OnDuty
from bot.bridge.imports.cards import post_card, report
from bot.bridge.imports.jobs import card_of, forget_import, stop_import
from bot.bridge.imports.reading import Tables, read_file
from bot.bridge.imports.saving import save_some
from bot.bridge.imports.texting import text_some
from bot.domain.duties import Duty
from bot.domain.errors import CallFailed, NotOnDuty, OutcomeUnknown, Rejected, Retryable, StoreUnavailable
from bot.domain.ids import ChannelId, MessageTs
from bot.domain.imports import KEPT_S, MOST_JOBS, NOT_YET, UNDER_WAY, ImportJob, ImportState
from bot.domain.phone import E164
from bot.domain.thread_content import ImportPost
from bot.domain.timestamps import Micros, add_seconds
from bot.ports.messaging import Providers
from bot.ports.observer import Observer
from bot.ports.storage import Store, Transaction
from bot.ports.workspace import Workspace

IDLE_S = 3.0
"""Pause between two looks while there is nothing to do."""

PAUSE_S = 0.5
SHOWN_EVERY_S = 3.0
"""Interval at which a card shows how far an import is; a new state is shown at once."""

GONE = "This number is connected no more."

AFTER_FAILURE_S = 5.0
MORNING_S = 60.0
"""Pause between two looks at the people of an import for whom it may be night."""

OUTCOMES_EVERY_S = ((600.0, 15.0), (3_600.0, 60.0), (KEPT_S, 600.0))
"""Interval at which an import of this age shows the outcomes of its texts; they are not looked up later."""


@dataclass
class _Known:
    """What is remembered of an import: its card as it was shown and when, and when it is looked at again.

    `behind` is the line to go on behind, `morning` when those are looked at again for whom it may be night.
    """

    shown: ImportPost | None = None
    shown_at: Micros = NOT_YET
    again: Micros = NOT_YET
    behind: int = 0
    morning: Micros = NOT_YET


@dataclass
class ImportWatcher:
    """Import watcher of one workspace."""

    store: Store
    providers: Providers
    workspace: Workspace
    home: ChannelId
    tables: Tables
    is_night: Callable[[E164, Micros], bool]
    clock: Callable[[], Micros]
    observer: Observer
    _known: dict[str, _Known] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._on_duty = OnDuty(self.store, Duty.IMPORTS)

    def loop(self) -> DutyLoop:
        """Give the loop that looks for as long as the bot runs."""
        return DutyLoop("imports", self.step, self.observer, after_failure_s=IDLE_S, forget=self._forget)

    async def step(self) -> float:
        """Do what is next; returns the seconds until the next look. Raises NotOnDuty, StoreUnavailable."""
        return PAUSE_S if await self.look() else IDLE_S

    def _forget(self) -> None:
        self._known = {job_id: _Known(again=known.again) for job_id, known in self._known.items()}

    async def look(self) -> int:
        """Do the next step of every import; returns how many have more to do."""
        jobs = await self._on_duty.run(lambda tx: tx.imports.all(MOST_JOBS))
        self._known = {job.id: self._known.get(job.id) or _Known() for job in jobs}
        for job in jobs:
            if self._known[job.id].again > self.clock():
                continue
            try:
                await self._go_on(job)
            except CallFailed as failed:
                wait_s = (failed.retry_after_s if isinstance(failed, Retryable) else None) or AFTER_FAILURE_S
                self._known[job.id].again = add_seconds(self.clock(), wait_s)
            except (NotOnDuty, StoreUnavailable):
                raise
            except Exception as error:  # noqa: BLE001 - a bug about one import must not stop the others
                self.observer.on_bug(error)
                self._known[job.id].again = add_seconds(self.clock(), AFTER_FAILURE_S)
        return sum((job.state in UNDER_WAY and not self._rests(job)) or job.ts is None for job in jobs)

    def _rests(self, job: ImportJob) -> bool:
        """Tell whether all who are left to be texted may be asleep."""
        return self._known[job.id].morning > self.clock()

    async def _go_on(self, job: ImportJob) -> None:
        if job.state not in UNDER_WAY and add_seconds(job.made_at, KEPT_S) < self.clock():
            while await self._on_duty.run(lambda tx: forget_import(tx, job.id)):
                pass
            return
        await self._show(job)
        match job.state:
            case ImportState.READING:
                await read_file(self._on_duty, self.workspace, self.tables, job, partial(self._show, job))
            case ImportState.SAVING:
                await save_some(self._on_duty, self.providers, job)
            case ImportState.REPORTING if job.ts is not None:
                await report(self._on_duty, self.workspace, self.tables, job, job.ts)
            case ImportState.TEXTING if not self._rests(job):
                await self._text_some(job)
            case _:
                return
        await self._show(job)

    async def _text_some(self, job: ImportJob) -> None:
        """Hand over some texts; who is passed by at night is looked at again a little later.

        Where the number is connected no more nobody else is texted: each of the texts would only fail.
        """
        try:
            self.providers.of(job.account)
        except Rejected:
            await self._on_duty.run(lambda tx: stop_import(tx, job.id, GONE))
            return

        known = self._known[job.id]

        def unit(tx: Transaction) -> int | None:
            return text_some(tx, job.id, self.home, lambda number: self.is_night(number, tx.now), known.behind)

        behind = await self._on_duty.run(unit)
        if behind is None:
            known.morning = add_seconds(self.clock(), MORNING_S)
        known.behind = behind or 0

    async def _show(self, job: ImportJob) -> None:
        """Show what changed on the card: a new state at once, how far it is now and then."""
        known = self._known[job.id]
        before = known.shown
        if before is not None and not self._is_due(job, known.shown_at):
            now = await self._on_duty.run(lambda tx: tx.imports.get(job.id))
            if now is None or now.state is before.job.state:
                return
        post = await self._on_duty.run(lambda tx: card_of(tx, job.id))
        if post is None:
            return
        if post.job.ts is None:
            await post_card(self._on_duty, self.workspace, post, home=self.home)
        elif post != before:
            await self._edit(post, post.job.ts)
        known.shown, known.shown_at = post, self.clock()

    async def _edit(self, post: ImportPost, ts: MessageTs) -> None:
        for is_last in (False, True):
            with await self._on_duty.check():
                try:
                    await self.workspace.edit(post.job.channel, ts, post)
                except Rejected:  # somebody has deleted the card: the import goes on without it
                    return
                except OutcomeUnknown:  # an edit may be repeated, and people wait for what it says
                    if is_last:
                        raise
                else:
                    return

    def _is_due(self, job: ImportJob, shown_at: Micros) -> bool:
        """Tell whether to count again: often while it is under way, ever less often for outcomes, else never."""
        if job.state in UNDER_WAY:
            every_s: float | None = SHOWN_EVERY_S
        elif job.body:
            age_s = (self.clock() - job.made_at) / 1_000_000
            every_s = next((pause_s for until_s, pause_s in OUTCOMES_EVERY_S if age_s < until_s), None)
        else:
            every_s = None
        return every_s is not None and add_seconds(shown_at, every_s) <= self.clock()
